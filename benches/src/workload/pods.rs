//! W1: a pod as an API server sees it, in three states: hardened (no check fails), typical (written
//! without a thought of security) and bad (most checks fail).

use serde_json::{Value, json};

use super::manifests::{elements, live};
use crate::random::Random;

/// One input of W1.
#[derive(Clone, Debug)]
pub struct Pod {
    /// `good`, `typical` or `bad`.
    pub name: &'static str,
    /// The object as JSON.
    pub json: String,
    /// The same as YAML.
    pub yaml: String,
}

/// The three pods.
pub fn pods() -> Vec<Pod> {
    let typical = live(written(), &mut Random::new(42));
    let mut good = typical.clone();
    harden(&mut good["spec"]);
    let mut bad = typical.clone();
    weaken(&mut bad["spec"]);
    [("good", good), ("typical", typical), ("bad", bad)]
        .map(|(name, object)| Pod {
            name,
            json: object.to_string(),
            yaml: yaml(&object),
        })
        .into()
}

/// What its author wrote.
fn written() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": "web", "labels": { "app": "web" } },
        "spec": {
            "initContainers": [{
                "name": "migrate",
                "image": "registry.example.com/shop/migrate:1.4.2",
                "command": ["/migrate", "up"],
                "env": [{ "name": "DB", "valueFrom": { "secretKeyRef": { "name": "db", "key": "url" } } }],
            }],
            "containers": [
                {
                    "name": "web",
                    "image": "registry.example.com/shop/web:1.4.2",
                    "ports": [{ "name": "http", "containerPort": 8080 }],
                    "env": [{ "name": "LOG", "value": "info" }, { "name": "REGION", "value": "eu-west-1" }],
                    "resources": {
                        "requests": { "cpu": "100m", "memory": "128Mi" },
                        "limits": { "memory": "256Mi" },
                    },
                    "readinessProbe": { "httpGet": { "path": "/healthz", "port": 8080 } },
                    "livenessProbe": { "httpGet": { "path": "/healthz", "port": 8080 } },
                    "volumeMounts": [
                        { "name": "tmp", "mountPath": "/tmp" },
                        { "name": "cfg", "mountPath": "/etc/web", "readOnly": true },
                    ],
                },
                {
                    "name": "proxy",
                    "image": "docker.io/envoyproxy/envoy:v1.30.1",
                    "args": ["-c", "/etc/envoy/envoy.yaml"],
                    "ports": [{ "containerPort": 9901 }],
                    "volumeMounts": [{ "name": "cfg", "mountPath": "/etc/envoy", "readOnly": true }],
                },
            ],
            "volumes": [
                { "name": "tmp", "emptyDir": {} },
                { "name": "cfg", "configMap": { "name": "web-cfg" } },
            ],
        },
    })
}

/// Makes a pod's specification pass all checks.
pub fn harden(spec: &mut Value) {
    spec["securityContext"] = json!({ "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } });
    for list in ["initContainers", "containers"] {
        for container in elements(spec, list) {
            container["securityContext"] = json!({
                "allowPrivilegeEscalation": false,
                "readOnlyRootFilesystem": true,
                "capabilities": { "drop": ["ALL"] },
            });
        }
    }
}

/// Makes nearly all checks fail.
fn weaken(spec: &mut Value) {
    spec["hostPID"] = json!(true);
    spec["hostNetwork"] = json!(true);
    if let Some(volumes) = spec["volumes"].as_array_mut() {
        volumes.push(json!({ "name": "host", "hostPath": { "path": "/" } }));
    }
    spec["securityContext"] = json!({
        "sysctls": [{ "name": "kernel.msgmax", "value": "65536" }],
        "seLinuxOptions": { "type": "spc_t" },
        "seccompProfile": { "type": "Unconfined" },
    });
    let web = &mut spec["containers"][0];
    web["securityContext"] = json!({
        "privileged": true,
        "allowPrivilegeEscalation": true,
        "runAsUser": 0,
        "procMount": "Unmasked",
        "capabilities": { "add": ["SYS_ADMIN", "NET_ADMIN"] },
        "appArmorProfile": { "type": "Unconfined" },
    });
    web["ports"][0]["hostPort"] = json!(80);
    web["livenessProbe"]["httpGet"]["host"] = json!("10.0.0.1");
    spec["containers"][1]["securityContext"] = json!({ "windowsOptions": { "hostProcess": true } });
}

/// Block YAML, as `kubectl get -o yaml` writes it. Texts are quoted where YAML would read something else.
pub fn yaml(value: &Value) -> String {
    let mut out = String::new();
    write_yaml(value, 0, &mut out);
    out
}

fn write_yaml(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (index, (key, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push_str(&pad);
                }
                out.push_str(&scalar(key));
                out.push(':');
                write_member(member, indent, out);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push_str(&pad);
                }
                out.push_str("- ");
                write_yaml(element, indent + 2, out);
            }
        }
        Value::String(text) => {
            out.push_str(&scalar(text));
            out.push('\n');
        }
        other => {
            out.push_str(&other.to_string());
            out.push('\n');
        }
    }
}

fn write_member(member: &Value, indent: usize, out: &mut String) {
    let (nested, indent) = match member {
        Value::Object(members) => (!members.is_empty(), indent + 2),
        Value::Array(elements) => (!elements.is_empty(), indent),
        _ => (false, indent),
    };
    if nested {
        out.push('\n');
        out.push_str(&" ".repeat(indent));
    } else {
        out.push(' ');
    }
    write_yaml(member, indent, out);
}

/// Plain where that is surely a text.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    if plain {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}
