//! The versions at which a control changes its mind, each with the pod that shows it.

use std::ops::Range;

use serde_json::{Value, json};

use crate::facts::Level::{self, Baseline, Restricted};
use crate::facts::NEWEST;
use crate::generate::set;

/// A pod that fails a control in a range of versions, and only there.
pub(crate) struct Boundary {
    pub(crate) control: &'static str,
    pub(crate) level: Level,
    pub(crate) pod: Value,
    pub(crate) fails: Range<u32>,
}

/// All versions.
const ALWAYS: Range<u32> = 0..NEWEST + 1;
/// No version.
const NEVER: Range<u32> = 0..0;

/// Every boundary of every control, and for each control a pod that fails it.
pub(crate) fn boundaries() -> Vec<Boundary> {
    let to_the_end = |from: u32| from..NEWEST + 1;
    let apparmor = "container.apparmor.security.beta.kubernetes.io/web";
    let seccomp = "container.seccomp.security.alpha.kubernetes.io/web";
    let seccomp_pod = "seccomp.security.alpha.kubernetes.io/pod";
    let mut cases = vec![
        case(
            Baseline,
            "windowshostprocess",
            ALWAYS,
            &[("C/securityContext/windowsOptions/hostProcess", json!(true))],
        ),
        case(
            Baseline,
            "windowshostprocess",
            ALWAYS,
            &[("P/securityContext/windowsOptions/hostProcess", json!(true))],
        ),
        case(
            Baseline,
            "hostnamespaces",
            ALWAYS,
            &[("P/hostNetwork", json!(true))],
        ),
        case(Baseline, "hostnamespaces", ALWAYS, &[("P/hostPID", json!(true))]),
        case(Baseline, "hostnamespaces", ALWAYS, &[("P/hostIPC", json!(true))]),
        case(
            Baseline,
            "privileged",
            ALWAYS,
            &[("C/securityContext/privileged", json!(true))],
        ),
        case(
            Baseline,
            "hostports",
            ALWAYS,
            &[("C/ports", json!([{ "containerPort": 80, "hostPort": 80 }]))],
        ),
        // 1.34: probes and lifecycle hooks.
        case(
            Baseline,
            "hostprobesandhostlifecycle",
            to_the_end(34),
            &[(
                "C/livenessProbe/httpGet",
                json!({ "port": 80, "host": "10.0.0.1" }),
            )],
        ),
        case(
            Restricted,
            "hostprobesandhostlifecycle",
            to_the_end(34),
            &[(
                "C/lifecycle/preStop/tcpSocket",
                json!({ "port": 80, "host": "10.0.0.1" }),
            )],
        ),
        case(
            Baseline,
            "hostprobesandhostlifecycle",
            NEVER,
            &[("C/livenessProbe/httpGet", json!({ "port": 80, "host": "" }))],
        ),
        // AppArmor never changes; its fields count before they existed.
        case(
            Baseline,
            "apparmorprofile",
            ALWAYS,
            &[("A", json!({ apparmor: "unconfined" }))],
        ),
        case(
            Baseline,
            "apparmorprofile",
            NEVER,
            &[("A", json!({ apparmor: "" }))],
        ),
        case(
            Baseline,
            "apparmorprofile",
            ALWAYS,
            &[("P/securityContext/appArmorProfile/type", json!("Unconfined"))],
        ),
        // 1.31: one more SELinux type.
        case(
            Baseline,
            "selinuxoptions",
            0..31,
            &[(
                "C/securityContext/seLinuxOptions/type",
                json!("container_engine_t"),
            )],
        ),
        case(
            Restricted,
            "selinuxoptions",
            0..31,
            &[(
                "P/securityContext/seLinuxOptions/type",
                json!("container_engine_t"),
            )],
        ),
        case(
            Baseline,
            "selinuxoptions",
            ALWAYS,
            &[("C/securityContext/seLinuxOptions/role", json!("system_r"))],
        ),
        // 1.35: user namespaces relax procMount at baseline, and restricted replaces it.
        case(
            Baseline,
            "procmount",
            ALWAYS,
            &[("C/securityContext/procMount", json!("Unmasked"))],
        ),
        case(
            Baseline,
            "procmount",
            0..35,
            &[
                ("C/securityContext/procMount", json!("Unmasked")),
                ("P/hostUsers", json!(false)),
            ],
        ),
        case(
            Restricted,
            "procmount",
            0..35,
            &[("C/securityContext/procMount", json!("Unmasked"))],
        ),
        case(
            Restricted,
            "procmount_restricted",
            to_the_end(35),
            &[("C/securityContext/procMount", json!("Unmasked"))],
        ),
        case(
            Restricted,
            "procmount_restricted",
            to_the_end(35),
            &[
                ("C/securityContext/procMount", json!("Unmasked")),
                ("P/hostUsers", json!(false)),
            ],
        ),
        // 1.19: seccomp moves from annotations to fields, and restricted replaces baseline.
        case(
            Baseline,
            "seccompprofile_baseline",
            0..19,
            &[("A", json!({ seccomp: "unconfined" }))],
        ),
        case(
            Restricted,
            "seccompprofile_baseline",
            0..19,
            &[("A", json!({ seccomp_pod: "unconfined" }))],
        ),
        case(
            Baseline,
            "seccompprofile_baseline",
            0..19,
            &[("A", json!({ seccomp_pod: "" }))],
        ),
        case(
            Baseline,
            "seccompprofile_baseline",
            to_the_end(19),
            &[("C/securityContext/seccompProfile/type", json!("Unconfined"))],
        ),
        case(
            Restricted,
            "seccompprofile_baseline",
            NEVER,
            &[("C/securityContext/seccompProfile/type", json!("Unconfined"))],
        ),
        case(
            Restricted,
            "seccompprofile_restricted",
            to_the_end(19),
            &[("C/securityContext/seccompProfile/type", json!("Unconfined"))],
        ),
        case(
            Restricted,
            "seccompprofile_restricted",
            to_the_end(19),
            &[("P/securityContext/seccompProfile", Value::Null)],
        ),
        case(
            Restricted,
            "seccompprofile_restricted",
            19..25,
            &[
                ("P/securityContext/seccompProfile", Value::Null),
                ("P/os/name", json!("windows")),
            ],
        ),
        case(
            Restricted,
            "seccompprofile_restricted",
            19..25,
            &[
                ("P/securityContext/seccompProfile/type", json!("Unconfined")),
                ("P/os/name", json!("windows")),
            ],
        ),
        // Volumes: restricted replaces baseline from the start.
        case(
            Baseline,
            "hostpathvolumes",
            ALWAYS,
            &[(
                "P/volumes",
                json!([{ "name": "logs", "hostPath": { "path": "/var/log" } }]),
            )],
        ),
        case(
            Restricted,
            "hostpathvolumes",
            NEVER,
            &[(
                "P/volumes",
                json!([{ "name": "logs", "hostPath": { "path": "/var/log" } }]),
            )],
        ),
        case(
            Restricted,
            "restrictedvolumes",
            ALWAYS,
            &[(
                "P/volumes",
                json!([{ "name": "logs", "hostPath": { "path": "/var/log" } }]),
            )],
        ),
        case(
            Restricted,
            "restrictedvolumes",
            NEVER,
            &[(
                "P/volumes",
                json!([{ "name": "models", "image": { "reference": "registry.example/models:1" } }]),
            )],
        ),
        case(
            Restricted,
            "restrictedvolumes",
            NEVER,
            &[("P/volumes", json!([{ "name": "tmp" }]))],
        ),
        // 1.8 and, for Windows, 1.25.
        case(
            Restricted,
            "allowprivilegeescalation",
            to_the_end(8),
            &[("C/securityContext/allowPrivilegeEscalation", Value::Null)],
        ),
        case(
            Restricted,
            "allowprivilegeescalation",
            8..25,
            &[
                ("C/securityContext/allowPrivilegeEscalation", json!(true)),
                ("P/os/name", json!("windows")),
            ],
        ),
        case(
            Restricted,
            "allowprivilegeescalation",
            to_the_end(8),
            &[
                ("C/securityContext/allowPrivilegeEscalation", json!(true)),
                ("P/os/name", json!("linux")),
            ],
        ),
        // 1.35: user namespaces relax the controls on root.
        case(
            Restricted,
            "runasnonroot",
            ALWAYS,
            &[("P/securityContext/runAsNonRoot", Value::Null)],
        ),
        case(
            Restricted,
            "runasnonroot",
            ALWAYS,
            &[
                ("P/securityContext/runAsNonRoot", json!(false)),
                ("C/securityContext/runAsNonRoot", json!(true)),
            ],
        ),
        case(
            Restricted,
            "runasnonroot",
            NEVER,
            &[
                ("P/securityContext/runAsNonRoot", Value::Null),
                ("C/securityContext/runAsNonRoot", json!(true)),
            ],
        ),
        case(
            Restricted,
            "runasnonroot",
            0..35,
            &[
                ("P/securityContext/runAsNonRoot", Value::Null),
                ("P/hostUsers", json!(false)),
            ],
        ),
        case(
            Restricted,
            "runasnonroot",
            ALWAYS,
            &[
                ("P/securityContext/runAsNonRoot", Value::Null),
                ("P/os/name", json!("windows")),
            ],
        ),
        case(
            Restricted,
            "runasuser",
            to_the_end(23),
            &[("C/securityContext/runAsUser", json!(0))],
        ),
        case(
            Restricted,
            "runasuser",
            23..35,
            &[
                ("P/securityContext/runAsUser", json!(0)),
                ("P/hostUsers", json!(false)),
            ],
        ),
        // 1.22 and, for Windows, 1.25: restricted replaces baseline.
        case(
            Baseline,
            "capabilities_baseline",
            ALWAYS,
            &[("C/securityContext/capabilities/add", json!(["SYS_ADMIN"]))],
        ),
        case(
            Restricted,
            "capabilities_baseline",
            0..22,
            &[("C/securityContext/capabilities/add", json!(["SYS_ADMIN"]))],
        ),
        case(
            Restricted,
            "capabilities_restricted",
            to_the_end(22),
            &[("C/securityContext/capabilities/add", json!(["CHOWN"]))],
        ),
        case(
            Restricted,
            "capabilities_restricted",
            NEVER,
            &[("C/securityContext/capabilities/add", json!(["NET_BIND_SERVICE"]))],
        ),
        case(
            Restricted,
            "capabilities_restricted",
            to_the_end(22),
            &[("C/securityContext/capabilities", Value::Null)],
        ),
        case(
            Restricted,
            "capabilities_restricted",
            22..25,
            &[
                ("C/securityContext/capabilities/add", json!(["SYS_ADMIN"])),
                ("P/os/name", json!("windows")),
            ],
        ),
        case(
            Baseline,
            "capabilities_baseline",
            ALWAYS,
            &[
                ("C/securityContext/capabilities/add", json!(["SYS_ADMIN"])),
                ("P/os/name", json!("windows")),
            ],
        ),
    ];
    // 1.27, 1.29, 1.32, 1.37: the safe set of kernel parameters grows.
    for (name, until) in [
        ("kernel.shm_rmid_forced", 0),
        ("net.ipv4.ip_local_port_range", 0),
        ("net.ipv4.tcp_syncookies", 0),
        ("net.ipv4.ping_group_range", 0),
        ("net.ipv4.ip_unprivileged_port_start", 0),
        ("net.ipv4.ip_local_reserved_ports", 27),
        ("net.ipv4.tcp_keepalive_time", 29),
        ("net.ipv4.tcp_fin_timeout", 29),
        ("net.ipv4.tcp_keepalive_intvl", 29),
        ("net.ipv4.tcp_keepalive_probes", 29),
        ("net.ipv4.tcp_rmem", 32),
        ("net.ipv4.tcp_wmem", 32),
        ("net.ipv4.tcp_slow_start_after_idle", 37),
        ("net.ipv4.tcp_notsent_lowat", 37),
        ("kernel.msgmax", NEWEST + 1),
    ] {
        for level in [Baseline, Restricted] {
            cases.push(case(
                level,
                "sysctls",
                0..until,
                &[(
                    "P/securityContext/sysctls",
                    json!([{ "name": name, "value": "1" }]),
                )],
            ));
        }
    }
    cases
}

/// A pod that the restricted level admits, with fields changed: `P/…` of its spec, `C/…` of its only container, `A`
/// its annotations.
fn case(level: Level, control: &'static str, fails: Range<u32>, changes: &[(&str, Value)]) -> Boundary {
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": "web" },
        "spec": {
            "securityContext": { "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } },
            "containers": [{
                "name": "web",
                "image": "registry.example/web:1",
                "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
            }],
        },
    });
    for (path, value) in changes {
        match path.split_once('/') {
            Some(("P", path)) => set(&mut pod["spec"], path, value.clone()),
            Some(("C", path)) => set(&mut pod["spec"]["containers"][0], path, value.clone()),
            _ => set(&mut pod["metadata"], "annotations", value.clone()),
        }
    }
    Boundary {
        control,
        level,
        pod,
        fails,
    }
}
