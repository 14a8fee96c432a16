//! The Pod Security Standards as plain functions over JSON: a second telling, in another language and by other
//! means than the library's rules, so that a slip in one shows as a difference.

use std::collections::BTreeSet;

use serde_json::Value;

/// The newest version told here.
pub(crate) const NEWEST: u32 = 37;

/// A level of the standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Baseline,
    Restricted,
}

/// A control: from which version on it exists, which one it replaces, and whether a pod fails it.
pub(crate) struct Control {
    pub(crate) id: &'static str,
    pub(crate) level: Level,
    pub(crate) since: u32,
    pub(crate) replaces: Option<&'static str>,
    pub(crate) fails: fn(&Pod<'_>, u32) -> bool,
}

const fn baseline(id: &'static str, since: u32, fails: fn(&Pod<'_>, u32) -> bool) -> Control {
    Control {
        id,
        level: Level::Baseline,
        since,
        replaces: None,
        fails,
    }
}

const fn restricted(
    id: &'static str,
    since: u32,
    replaces: Option<&'static str>,
    fails: fn(&Pod<'_>, u32) -> bool,
) -> Control {
    Control {
        id,
        level: Level::Restricted,
        since,
        replaces,
        fails,
    }
}

/// All controls.
pub(crate) const CONTROLS: &[Control] = &[
    baseline("windowshostprocess", 0, windows_host_process),
    baseline("hostnamespaces", 0, host_namespaces),
    baseline("privileged", 0, privileged),
    baseline("capabilities_baseline", 0, capabilities_baseline),
    baseline("hostpathvolumes", 0, host_path_volumes),
    baseline("hostports", 0, host_ports),
    baseline("hostprobesandhostlifecycle", 34, host_probes),
    baseline("apparmorprofile", 0, apparmor),
    baseline("selinuxoptions", 0, selinux),
    baseline("procmount", 0, proc_mount),
    baseline("seccompprofile_baseline", 0, seccomp_baseline),
    baseline("sysctls", 0, sysctls),
    restricted(
        "restrictedvolumes",
        0,
        Some("hostpathvolumes"),
        restricted_volumes,
    ),
    restricted("allowprivilegeescalation", 8, None, allow_privilege_escalation),
    restricted("runasnonroot", 0, None, run_as_non_root),
    restricted("runasuser", 23, None, run_as_user),
    restricted(
        "seccompprofile_restricted",
        19,
        Some("seccompprofile_baseline"),
        seccomp_restricted,
    ),
    restricted(
        "capabilities_restricted",
        22,
        Some("capabilities_baseline"),
        capabilities_restricted,
    ),
    restricted("procmount_restricted", 35, Some("procmount"), proc_mount_anywhere),
];

/// The controls that a pod fails at a level and version.
pub(crate) fn failing(pod: &Pod<'_>, level: Level, minor: u32) -> BTreeSet<&'static str> {
    let in_force: Vec<&Control> = CONTROLS
        .iter()
        .filter(|control| control.level <= level && control.since <= minor)
        .collect();
    let replaced: Vec<&str> = in_force.iter().filter_map(|control| control.replaces).collect();
    in_force
        .into_iter()
        .filter(|control| !replaced.contains(&control.id) && (control.fails)(pod, minor))
        .map(|control| control.id)
        .collect()
}

/// A pod: its annotations and its spec.
pub(crate) struct Pod<'v> {
    annotations: Option<&'v Value>,
    spec: &'v Value,
}

impl<'v> Pod<'v> {
    /// The pod of a workload; `None` where the object has none.
    pub(crate) fn of(object: &'v Value) -> Option<Self> {
        let template = match object.get("kind")?.as_str()? {
            "Pod" => object,
            "PodTemplate" => object.get("template")?,
            "CronJob" => object.pointer("/spec/jobTemplate/spec/template")?,
            _ => object.pointer("/spec/template")?,
        };
        Some(Self {
            annotations: at(template, "metadata/annotations"),
            spec: template.get("spec")?,
        })
    }

    fn containers(&self) -> impl Iterator<Item = &'v Value> + use<'v> {
        let spec = self.spec;
        ["containers", "initContainers", "ephemeralContainers"]
            .into_iter()
            .flat_map(move |list| elements(spec, list))
    }

    /// A field of the security context of every container.
    fn of_containers(&self, path: &str) -> Vec<Option<&'v Value>> {
        let path = format!("securityContext/{path}");
        self.containers().map(|container| at(container, &path)).collect()
    }

    /// A field of the security context of the pod and of every container, where it is present.
    fn everywhere(&self, path: &str) -> Vec<&'v Value> {
        let own = at(self.spec, &format!("securityContext/{path}"));
        self.of_containers(path)
            .into_iter()
            .chain([own])
            .flatten()
            .collect()
    }

    fn annotation(&self, key: &str) -> Option<&'v str> {
        self.annotations?.get(key)?.as_str()
    }

    fn windows(&self, minor: u32) -> bool {
        minor >= 25 && at(self.spec, "os/name").is_some_and(|name| name == "windows")
    }

    fn user_namespace(&self, minor: u32) -> bool {
        minor >= 35 && at(self.spec, "hostUsers").is_some_and(|shared| *shared == false)
    }
}

/// The value at a path of fields; a JSON null is absent.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('/')
        .try_fold(value, |value, field| value.get(field))
        .filter(|value| !value.is_null())
}

/// The elements of a list that may be missing.
fn elements<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    at(value, path)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn is_one_of(value: &Value, allowed: &[&str]) -> bool {
    value.as_str().is_some_and(|text| allowed.contains(&text))
}

fn windows_host_process(pod: &Pod<'_>, _: u32) -> bool {
    pod.everywhere("windowsOptions/hostProcess")
        .iter()
        .any(|value| **value == true)
}

fn host_namespaces(pod: &Pod<'_>, _: u32) -> bool {
    ["hostNetwork", "hostPID", "hostIPC"]
        .iter()
        .any(|field| at(pod.spec, field).is_some_and(|value| *value == true))
}

fn privileged(pod: &Pod<'_>, _: u32) -> bool {
    pod.of_containers("privileged")
        .into_iter()
        .flatten()
        .any(|value| *value == true)
}

fn added(pod: &Pod<'_>, allowed: &[&str]) -> bool {
    pod.of_containers("capabilities/add")
        .into_iter()
        .flatten()
        .flat_map(|list| list.as_array().into_iter().flatten())
        .any(|capability| !is_one_of(capability, allowed))
}

fn capabilities_baseline(pod: &Pod<'_>, _: u32) -> bool {
    let allowed = "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP \
                   SETUID SYS_CHROOT";
    added(pod, &allowed.split(' ').collect::<Vec<_>>())
}

fn capabilities_restricted(pod: &Pod<'_>, minor: u32) -> bool {
    let drops_all = |drop: &Value| {
        drop.as_array()
            .is_some_and(|list| list.iter().any(|capability| capability == "ALL"))
    };
    let keeps_some = pod
        .of_containers("capabilities/drop")
        .into_iter()
        .any(|drop| !drop.is_some_and(drops_all));
    !pod.windows(minor) && (keeps_some || added(pod, &["NET_BIND_SERVICE"]))
}

fn host_path_volumes(pod: &Pod<'_>, _: u32) -> bool {
    elements(pod.spec, "volumes")
        .iter()
        .any(|volume| at(volume, "hostPath").is_some())
}

fn host_ports(pod: &Pod<'_>, _: u32) -> bool {
    pod.containers()
        .flat_map(|container| elements(container, "ports"))
        .any(|port| at(port, "hostPort").is_some_and(|number| *number != 0))
}

fn host_probes(pod: &Pod<'_>, _: u32) -> bool {
    let handlers = [
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
        "lifecycle/postStart",
        "lifecycle/preStop",
    ];
    pod.containers().any(|container| {
        handlers.iter().any(|handler| {
            ["httpGet", "tcpSocket"]
                .iter()
                .filter_map(|action| at(container, &format!("{handler}/{action}/host")))
                .any(|host| host != "")
        })
    })
}

fn apparmor(pod: &Pod<'_>, _: u32) -> bool {
    let by_annotation = pod
        .annotations
        .and_then(Value::as_object)
        .is_some_and(|annotations| {
            annotations
                .iter()
                .filter(|(key, _)| key.starts_with("container.apparmor.security.beta.kubernetes.io/"))
                .filter_map(|(_, profile)| profile.as_str())
                .any(|profile| {
                    !(["", "runtime/default"].contains(&profile) || profile.starts_with("localhost/"))
                })
        });
    by_annotation
        || pod
            .everywhere("appArmorProfile/type")
            .into_iter()
            .any(|kind| !is_one_of(kind, &["RuntimeDefault", "Localhost"]))
}

fn selinux(pod: &Pod<'_>, minor: u32) -> bool {
    let mut types = vec!["", "container_t", "container_init_t", "container_kvm_t"];
    if minor >= 31 {
        types.push("container_engine_t");
    }
    pod.everywhere("seLinuxOptions/type")
        .into_iter()
        .any(|value| !is_one_of(value, &types))
        || pod
            .everywhere("seLinuxOptions/user")
            .into_iter()
            .any(|value| value != "")
        || pod
            .everywhere("seLinuxOptions/role")
            .into_iter()
            .any(|value| value != "")
}

fn proc_mount(pod: &Pod<'_>, minor: u32) -> bool {
    !pod.user_namespace(minor) && proc_mount_anywhere(pod, minor)
}

fn proc_mount_anywhere(pod: &Pod<'_>, _: u32) -> bool {
    pod.of_containers("procMount")
        .into_iter()
        .flatten()
        .any(|value| value != "Default")
}

fn seccomp_baseline(pod: &Pod<'_>, minor: u32) -> bool {
    if minor >= 19 {
        return unconfined(pod);
    }
    let bad = |profile: &str| {
        !(["runtime/default", "docker/default"].contains(&profile) || profile.starts_with("localhost/"))
    };
    pod.annotation("seccomp.security.alpha.kubernetes.io/pod")
        .is_some_and(bad)
        || pod
            .containers()
            .filter_map(|container| at(container, "name")?.as_str())
            .any(|name| {
                pod.annotation(&format!("container.seccomp.security.alpha.kubernetes.io/{name}"))
                    .is_some_and(bad)
            })
}

/// A seccomp profile that confines nothing is stated somewhere.
fn unconfined(pod: &Pod<'_>) -> bool {
    pod.everywhere("seccompProfile/type")
        .into_iter()
        .any(|kind| !is_one_of(kind, &["RuntimeDefault", "Localhost"]))
}

fn seccomp_restricted(pod: &Pod<'_>, minor: u32) -> bool {
    let inherited = at(pod.spec, "securityContext/seccompProfile").is_some();
    let missing = !inherited && pod.of_containers("seccompProfile").iter().any(Option::is_none);
    !pod.windows(minor) && (missing || unconfined(pod))
}

fn sysctls(pod: &Pod<'_>, minor: u32) -> bool {
    let safe = [
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
    ];
    elements(pod.spec, "securityContext/sysctls")
        .iter()
        .any(|sysctl| {
            !safe
                .iter()
                .any(|(name, since)| at(sysctl, "name").is_some_and(|set| set == name) && minor >= *since)
        })
}

fn restricted_volumes(pod: &Pod<'_>, _: u32) -> bool {
    let allowed = "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret";
    let allowed: Vec<&str> = allowed.split(' ').collect();
    // A volume without a source is an `emptyDir`, by the API server's defaults.
    elements(pod.spec, "volumes")
        .iter()
        .filter_map(Value::as_object)
        .flatten()
        .any(|(key, source)| key != "name" && !source.is_null() && !allowed.contains(&key.as_str()))
}

fn allow_privilege_escalation(pod: &Pod<'_>, minor: u32) -> bool {
    !pod.windows(minor)
        && pod
            .of_containers("allowPrivilegeEscalation")
            .into_iter()
            .any(|value| value.is_none_or(|value| *value != false))
}

fn run_as_non_root(pod: &Pod<'_>, minor: u32) -> bool {
    let inherited = at(pod.spec, "securityContext/runAsNonRoot");
    let root = |own: Option<&Value>| own.or(inherited).is_none_or(|value| *value != true);
    !pod.user_namespace(minor)
        && (inherited.is_some_and(|value| *value == false)
            || pod.of_containers("runAsNonRoot").into_iter().any(root))
}

fn run_as_user(pod: &Pod<'_>, minor: u32) -> bool {
    !pod.user_namespace(minor) && pod.everywhere("runAsUser").into_iter().any(|user| *user == 0)
}
