//! The 18 checks by hand over `serde_json::Value`.

use serde_json::Value;

use super::{APPARMOR_ANNOTATION, CAPABILITIES, Found, SELINUX, SYSCTLS, VOLUMES};
use crate::checks::{Column, Failed};

static NULL: Value = Value::Null;

/// The column.
#[derive(Debug)]
pub struct HandValue;

impl Column for HandValue {
    fn name(&self) -> &'static str {
        "hand/Value"
    }

    fn failed(&mut self, json: &str) -> Failed {
        check(&parse(json)).failed()
    }

    fn parsed<'a>(&'a mut self, json: &'a str) -> Box<dyn FnMut() -> usize + 'a> {
        let object = parse(json);
        Box::new(move || check(&object).0.len())
    }

    fn text(&mut self, json: &str) -> usize {
        check(&parse(json)).0.len()
    }
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

/// Metadata and specification of the pod that an object is or makes.
fn pod(object: &Value) -> Option<(&Value, &Value)> {
    let template = match object["kind"].as_str()? {
        "Pod" => object,
        "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet" | "Job" => &object["spec"]["template"],
        "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"],
        _ => return None,
    };
    Some((&template["metadata"], &template["spec"]))
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

fn member<'v>(value: &'v Value, key: &str) -> &'v Value {
    value.get(key).unwrap_or(&NULL)
}

fn is_true(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}

fn host(handler: &Value) -> Option<&str> {
    ["httpGet", "tcpSocket"]
        .iter()
        .filter_map(|kind| text(member(handler, kind), "host"))
        .find(|host| !host.is_empty())
}

fn apparmor_allowed(profile: &Value) -> bool {
    match text(profile, "type") {
        Some("RuntimeDefault") => true,
        Some("Localhost") => text(profile, "localhostProfile") == Some("custom"),
        _ => false,
    }
}

fn selinux_allowed(options: &Value) -> bool {
    ["level", "role", "user"]
        .iter()
        .all(|key| options.get(key).is_none())
        && text(options, "type").is_none_or(|domain| SELINUX.contains(&domain))
}

/// Makes the checks.
pub fn check(object: &Value) -> Found {
    let mut found = Found::default();
    let Some((metadata, spec)) = pod(object) else {
        return found;
    };
    check_pod(spec, &mut found);
    for kind in ["containers", "initContainers", "ephemeralContainers"] {
        for container in list(spec, kind) {
            check_container(metadata, spec, container, &mut found);
        }
    }
    found
}

fn check_pod(spec: &Value, found: &mut Found) {
    let security = member(spec, "securityContext");
    if is_true(spec, "hostPID") || is_true(spec, "hostIPC") {
        found.add(1, || {
            "the pod shares the process or IPC namespace of its node".into()
        });
    }
    if is_true(spec, "hostNetwork") {
        found.add(2, || "the pod shares the network of its node".into());
    }
    for volume in list(spec, "volumes") {
        for key in volume
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key.as_str())
        {
            if key == "hostPath" {
                found.add(3, || {
                    format!(
                        "volume `{}` is `{}` of the node",
                        volume["name"], volume["hostPath"]["path"]
                    )
                });
            }
            if key != "name" && !VOLUMES.contains(&key) {
                found.add(12, || {
                    format!("volume `{}` is of the type `{key}`", volume["name"])
                });
            }
        }
    }
    for sysctl in list(security, "sysctls") {
        if let Some(name) = text(sysctl, "name").filter(|name| !SYSCTLS.contains(name)) {
            found.add(10, || format!("the sysctl `{name}` is not allowed"));
        }
    }
    if is_true(member(security, "windowsOptions"), "hostProcess") {
        found.add(4, || "the pod runs as a HostProcess".into());
    }
    if security
        .get("seLinuxOptions")
        .is_some_and(|options| !selinux_allowed(options))
    {
        found.add(7, || "the pod has SELinux options that are not allowed".into());
    }
}

fn check_container(metadata: &Value, spec: &Value, container: &Value, found: &mut Found) {
    let name = text(container, "name").unwrap_or("");
    let of_pod = member(spec, "securityContext");
    let security = member(container, "securityContext");
    if is_true(security, "privileged") {
        found.add(0, || format!("container `{name}` is privileged"));
    }
    for port in list(container, "ports") {
        if let Some(number) = port
            .get("hostPort")
            .and_then(Value::as_i64)
            .filter(|number| *number != 0)
        {
            found.add(2, || {
                format!("container `{name}` takes port {number} of the node")
            });
        }
    }
    if is_true(member(security, "windowsOptions"), "hostProcess") {
        found.add(4, || format!("container `{name}` is a HostProcess"));
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(host) = container.get(probe).and_then(host) {
            found.add(5, || format!("a probe of container `{name}` is sent to `{host}`"));
        }
    }
    if let Some(lifecycle) = container.get("lifecycle") {
        for hook in ["postStart", "preStop"] {
            if let Some(host) = lifecycle.get(hook).and_then(host) {
                found.add(5, || format!("a hook of container `{name}` is sent to `{host}`"));
            }
        }
    }
    let allowed = match (security.get("appArmorProfile"), annotation(metadata, name)) {
        (Some(profile), _) => apparmor_allowed(profile),
        (None, Some(annotated)) => matches!(annotated, "runtime/default" | "localhost/custom"),
        (None, None) => of_pod.get("appArmorProfile").is_none_or(apparmor_allowed),
    };
    if !allowed {
        found.add(6, || {
            format!("container `{name}` has an AppArmor profile that is not allowed")
        });
    }
    if security
        .get("seLinuxOptions")
        .is_some_and(|options| !selinux_allowed(options))
    {
        found.add(7, || {
            format!("container `{name}` has SELinux options that are not allowed")
        });
    }
    if let Some(mount) = text(security, "procMount").filter(|mount| *mount != "Default") {
        found.add(8, || format!("container `{name}` has the /proc mount `{mount}`"));
    }
    let profile = security
        .get("seccompProfile")
        .or_else(|| of_pod.get("seccompProfile"));
    match profile.map(|profile| text(profile, "type").unwrap_or("")) {
        Some("RuntimeDefault" | "Localhost") => {}
        None => found.add(15, || {
            format!("container `{name}` has the seccomp profile `none`")
        }),
        Some(profile) => {
            found.add(9, || {
                format!("container `{name}` has the seccomp profile `{profile}`")
            });
            found.add(15, || {
                format!("container `{name}` has the seccomp profile `{profile}`")
            });
        }
    }
    check_capabilities(name, member(security, "capabilities"), found);
    if security.get("allowPrivilegeEscalation") != Some(&Value::Bool(false)) {
        found.add(13, || {
            format!("container `{name}` does not forbid privilege escalation")
        });
    }
    let user = |security: &Value| security.get("runAsUser").and_then(Value::as_i64);
    let non_root = security
        .get("runAsNonRoot")
        .or_else(|| of_pod.get("runAsNonRoot"));
    match user(security).or_else(|| user(of_pod)) {
        Some(0) => found.add(14, || format!("container `{name}` runs as root")),
        None if non_root != Some(&Value::Bool(true)) => {
            found.add(14, || format!("container `{name}` may run as root"));
        }
        _ => {}
    }
    if !is_true(security, "readOnlyRootFilesystem") {
        found.add(17, || {
            format!("container `{name}` can write to its root file system")
        });
    }
}

fn annotation<'v>(metadata: &'v Value, name: &str) -> Option<&'v str> {
    let annotations = metadata
        .get("annotations")?
        .as_object()
        .filter(|found| !found.is_empty())?;
    annotations.get(&format!("{APPARMOR_ANNOTATION}{name}"))?.as_str()
}

fn check_capabilities(name: &str, capabilities: &Value, found: &mut Found) {
    for capability in list(capabilities, "add").iter().filter_map(Value::as_str) {
        if !CAPABILITIES
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(capability))
        {
            found.add(11, || {
                format!("container `{name}` adds the capability `{capability}`")
            });
        }
        if !capability.eq_ignore_ascii_case("NET_BIND_SERVICE") {
            found.add(16, || {
                format!("container `{name}` adds the capability `{capability}`")
            });
        }
    }
    let mut dropped = list(capabilities, "drop").iter().filter_map(Value::as_str);
    if !dropped.any(|dropped| dropped.eq_ignore_ascii_case("ALL")) {
        found.add(16, || {
            format!("container `{name}` does not drop ALL capabilities")
        });
    }
}
