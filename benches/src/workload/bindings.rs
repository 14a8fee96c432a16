//! W4: role bindings of a cluster: n bindings, n/2 roles in n/20 namespaces, n/10 cluster roles, of
//! which one in twenty lets its holder become more than it is.

use serde_json::{Value, json};

use crate::random::Random;

/// Roles, cluster roles and role bindings.
pub fn cluster(bindings: usize) -> Value {
    let mut random = Random::new(bindings as u64);
    let namespaces: Vec<String> = (0..=bindings / 20).map(|index| format!("ns-{index}")).collect();
    let roles: Vec<Value> = (0..bindings / 2)
        .map(|index| {
            let metadata = json!({ "name": format!("role-{index}"), "namespace": random.pick(&namespaces) });
            role("Role", &metadata, &mut random)
        })
        .collect();
    let cluster_roles: Vec<Value> = (0..40 + bindings / 10)
        .map(|index| {
            let metadata = json!({ "name": format!("cluster-role-{index}") });
            role("ClusterRole", &metadata, &mut random)
        })
        .collect();
    let role_bindings: Vec<Value> = (0..bindings)
        .map(|index| binding(index, bindings, &namespaces, &roles, &cluster_roles, &mut random))
        .collect();
    json!({ "roles": roles, "cluster_roles": cluster_roles, "role_bindings": role_bindings })
}

fn role(kind: &str, metadata: &Value, random: &mut Random) -> Value {
    let safe = [
        json!({ "apiGroups": [""], "resources": ["pods", "services"], "verbs": ["get", "list", "watch"] }),
        json!({ "apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "patch"] }),
        json!({ "apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"] }),
    ];
    let risky = [
        json!({
            "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"],
            "verbs": ["create", "bind", "escalate"],
        }),
        json!({ "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] }),
        json!({ "apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"] }),
        json!({ "apiGroups": [""], "resources": ["pods"], "verbs": ["create"] }),
        json!({ "apiGroups": [""], "resources": ["users", "groups"], "verbs": ["impersonate"] }),
    ];
    let mut rules: Vec<Value> = (0..random.between(1, 4))
        .map(|_| random.pick(&safe).clone())
        .collect();
    if random.chance(0.05) {
        rules.push(random.pick(&risky).clone());
    }
    json!({ "apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": metadata, "rules": rules })
}

fn binding(
    index: usize,
    bindings: usize,
    namespaces: &[String],
    roles: &[Value],
    cluster_roles: &[Value],
    random: &mut Random,
) -> Value {
    let (kind, role, namespace) = if random.chance(0.7) {
        let role = random.pick(roles);
        ("Role", role, role["metadata"]["namespace"].clone())
    } else {
        (
            "ClusterRole",
            random.pick(cluster_roles),
            json!(random.pick(namespaces)),
        )
    };
    let subjects: Vec<Value> = (0..random.between(1, 3))
        .map(|_| subject(bindings, namespaces, random))
        .collect();
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": { "name": format!("binding-{index}"), "namespace": namespace },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role["metadata"]["name"] },
        "subjects": subjects,
    })
}

fn subject(bindings: usize, namespaces: &[String], random: &mut Random) -> Value {
    let kind = *random.pick(&["ServiceAccount", "ServiceAccount", "User", "Group"]);
    let name = format!("{}-{}", kind.to_lowercase(), random.between(1, bindings));
    if kind == "ServiceAccount" {
        json!({ "kind": kind, "name": name, "namespace": random.pick(namespaces) })
    } else {
        json!({ "kind": kind, "name": name })
    }
}
