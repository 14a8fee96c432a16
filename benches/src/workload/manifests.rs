//! W3: workloads as a cluster holds them: pods and their controllers, hardened and not, with what
//! server and controllers add (ids, times, managed fields, status). About 2.5 KB each.

use serde_json::{Value, json};

use super::pods::harden;
use crate::random::Random;

const NAMESPACES: &[&str] = &[
    "default",
    "kube-system",
    "monitoring",
    "payments",
    "frontend",
    "data",
    "ci",
    "team-a",
    "team-b",
    "prod",
];
const IMAGES: &[&str] = &[
    "nginx:1.27",
    "registry.example.com/shop/web:1.4.2",
    "redis:7.4-alpine",
    "postgres:17",
    "ghcr.io/example/api@sha256:0f5a0f1c9a5b7a3f5b8d6c4e2a1b3c5d7e9f0a2b4c6d8e0f1a3b5c7d9e1f2a4b",
    "quay.io/prometheus/node-exporter:v1.8.2",
    "busybox",
    "docker.io/envoyproxy/envoy:v1.30.1",
];
const CAPABILITIES: &[&str] = &["NET_ADMIN", "SYS_PTRACE", "NET_BIND_SERVICE", "CHOWN", "SYS_TIME"];

/// So many objects, one a line.
pub fn stream(objects: usize) -> String {
    let mut random = Random::new(7 + objects as u64);
    let mut text = String::new();
    for _ in 0..objects {
        text.push_str(&object(&mut random).to_string());
        text.push('\n');
    }
    text
}

/// One object of a cluster.
pub fn object(random: &mut Random) -> Value {
    let mut spec = pod_spec(random);
    if random.chance(0.35) {
        harden(&mut spec);
    }
    let name = format!(
        "{}-{}",
        random.pick(&["web", "api", "worker", "db", "cache", "agent"]),
        random.hex(6)
    );
    let labels = json!({ "app": name, "team": format!("t{}", random.below(40)) });
    let metadata = json!({ "name": name, "labels": labels });
    let template = json!({ "metadata": { "labels": labels }, "spec": spec });
    let selector = json!({ "matchLabels": { "app": name } });
    let written = match random.below(10) {
        0..5 => json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec }),
        5..8 => json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
            "spec": { "replicas": random.between(1, 5), "selector": selector, "template": template },
        }),
        8 => json!({
            "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata,
            "spec": { "selector": selector, "template": template },
        }),
        _ => json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata,
            "spec": { "schedule": "0 * * * *", "jobTemplate": { "spec": { "template": template } } },
        }),
    };
    live(written, random)
}

fn pod_spec(random: &mut Random) -> Value {
    let containers: Vec<Value> = (0..random.between(1, 3))
        .map(|index| container(index, random))
        .collect();
    let mut spec = json!({ "containers": containers });
    if random.chance(0.3) {
        spec["initContainers"] = json!([container(9, random)]);
    }
    let mut volumes = vec![json!({ "name": "tmp", "emptyDir": {} })];
    if random.chance(0.6) {
        volumes.push(json!({ "name": "cfg", "configMap": { "name": "config" } }));
    }
    if random.chance(0.05) {
        volumes.push(json!({ "name": "host", "hostPath": { "path": "/var/log" } }));
    }
    spec["volumes"] = json!(volumes);
    if random.chance(0.03) {
        spec["hostNetwork"] = json!(true);
    }
    if random.chance(0.02) {
        spec["securityContext"] = json!({ "sysctls": [{ "name": "kernel.msgmax", "value": "65536" }] });
    } else if random.chance(0.2) {
        spec["securityContext"] = json!({ "runAsUser": random.below(2) * 1000, "fsGroup": 2000 });
    }
    spec
}

fn container(index: usize, random: &mut Random) -> Value {
    let port = random.between(1024, 9999);
    let mut container = json!({
        "name": format!("c{index}"),
        "image": random.pick(IMAGES),
        "ports": [{ "containerPort": port }],
        "env": (0..random.below(5))
            .map(|index| json!({ "name": format!("OPTION_{index}"), "value": random.hex(8) }))
            .collect::<Vec<_>>(),
        "resources": { "requests": { "cpu": "100m", "memory": "128Mi" }, "limits": { "memory": "256Mi" } },
        "volumeMounts": [{ "name": "tmp", "mountPath": "/tmp" }],
    });
    if random.chance(0.5) {
        container["livenessProbe"] = json!({ "httpGet": { "path": "/healthz", "port": port } });
        container["readinessProbe"] = json!({ "httpGet": { "path": "/ready", "port": port } });
    }
    if random.chance(0.03) {
        container["ports"][0]["hostPort"] = json!(port);
    }
    if random.chance(0.15) {
        container["securityContext"] = json!({ "capabilities": { "add": [random.pick(CAPABILITIES)] } });
    } else if random.chance(0.05) {
        container["securityContext"] = json!({ "privileged": true });
    }
    container
}

/// The elements of a list that may be missing.
pub fn elements<'v>(object: &'v mut Value, list: &str) -> impl Iterator<Item = &'v mut Value> {
    let found = object.get_mut(list).and_then(Value::as_array_mut);
    found.into_iter().flatten()
}

/// The object as a server returns it.
pub fn live(mut object: Value, random: &mut Random) -> Value {
    let name = object["metadata"]["name"].as_str().unwrap_or("x").to_owned();
    let fields = managed_fields(&object["spec"], 2);
    let stamp = time(random);
    let metadata = &mut object["metadata"];
    metadata["name"] = json!(format!("{name}-{}", random.hex(10)));
    metadata["namespace"] = json!(random.pick(NAMESPACES));
    metadata["uid"] = json!(format!("{}-{}-{}", random.hex(8), random.hex(4), random.hex(12)));
    metadata["resourceVersion"] = json!(random.between(1_000_000, 999_999_999).to_string());
    metadata["creationTimestamp"] = json!(stamp);
    metadata["managedFields"] = json!([{
        "manager": "kubectl-client-side-apply", "operation": "Update", "apiVersion": "v1", "time": stamp,
        "fieldsType": "FieldsV1", "fieldsV1": { "f:spec": fields },
    }]);
    let kind = object["kind"].as_str().unwrap_or("").to_owned();
    let spec = match kind.as_str() {
        "Pod" => &mut object["spec"],
        "CronJob" => &mut object["spec"]["jobTemplate"]["spec"]["template"]["spec"],
        _ => &mut object["spec"]["template"]["spec"],
    };
    defaults(spec);
    if kind == "Pod" {
        spec["nodeName"] = json!(format!("node-{}", random.below(300)));
        spec["tolerations"] = json!([
            { "key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 },
            { "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 },
        ]);
        let status = status(spec, random);
        object["status"] = status;
    }
    object
}

fn defaults(spec: &mut Value) {
    for list in ["initContainers", "containers"] {
        for container in elements(spec, list) {
            container["imagePullPolicy"] = json!("IfNotPresent");
            container["terminationMessagePath"] = json!("/dev/termination-log");
            container["terminationMessagePolicy"] = json!("File");
            for port in elements(container, "ports") {
                port["protocol"] = json!("TCP");
            }
        }
    }
    spec["restartPolicy"] = json!("Always");
    spec["dnsPolicy"] = json!("ClusterFirst");
    spec["schedulerName"] = json!("default-scheduler");
    spec["terminationGracePeriodSeconds"] = json!(30);
    if spec.get("securityContext").is_none() {
        spec["securityContext"] = json!({});
    }
}

fn status(spec: &Value, random: &mut Random) -> Value {
    let conditions: Vec<Value> = ["Initialized", "Ready", "ContainersReady", "PodScheduled"]
        .iter()
        .map(|kind| json!({ "type": kind, "status": "True", "lastTransitionTime": time(random) }))
        .collect();
    let containers: Vec<Value> = spec["containers"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|container| {
            json!({
                "name": container["name"], "ready": true, "restartCount": random.below(5),
                "image": container["image"],
                "imageID": format!("docker.io/library/image@sha256:{}", random.hex(64)),
                "containerID": format!("containerd://{}", random.hex(64)),
                "state": { "running": { "startedAt": time(random) } },
            })
        })
        .collect();
    json!({
        "phase": "Running", "podIP": format!("10.{}.{}.{}", random.below(256), random.below(256), random.below(256)),
        "startTime": time(random), "qosClass": "Burstable", "conditions": conditions,
        "containerStatuses": containers,
    })
}

fn time(random: &mut Random) -> String {
    let (month, day) = (random.between(1, 9), random.between(1, 28));
    let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
    format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The names in an object, down to a depth, as server-side apply keeps them.
fn managed_fields(value: &Value, depth: usize) -> Value {
    let Some(members) = value.as_object().filter(|_| depth > 0) else {
        return json!({});
    };
    members
        .iter()
        .map(|(name, member)| (format!("f:{name}"), managed_fields(member, depth - 1)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
