//! The 18 checks by hand over a record that borrows from the text and holds only what they read.

use std::{borrow::Cow, collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};

use super::{APPARMOR_ANNOTATION, CAPABILITIES, Found, SELINUX, SYSCTLS, VOLUMES};
use crate::checks::{Column, Failed};

type Text<'a> = Cow<'a, str>;

/// The column.
#[derive(Debug)]
pub struct HandTyped;

impl Column for HandTyped {
    fn name(&self) -> &'static str {
        "hand/typed"
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

fn parse(json: &str) -> Object<'_> {
    serde_json::from_str(json).unwrap_or_default()
}

/// A pod, or what makes pods.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Object<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow)]
    spec: Spec<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata<'a> {
    #[serde(borrow)]
    annotations: BTreeMap<Text<'a>, Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Template<'a> {
    #[serde(borrow)]
    metadata: Metadata<'a>,
    #[serde(borrow)]
    spec: Spec<'a>,
}

#[derive(Debug, Deserialize)]
struct JobTemplate<'a> {
    #[serde(borrow)]
    spec: JobSpec<'a>,
}

#[derive(Debug, Deserialize)]
struct JobSpec<'a> {
    #[serde(borrow)]
    template: Box<Template<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec<'a> {
    #[serde(borrow)]
    template: Option<Box<Template<'a>>>,
    #[serde(borrow)]
    job_template: Option<Box<JobTemplate<'a>>>,
    #[serde(rename = "hostPID")]
    host_pid: bool,
    #[serde(rename = "hostIPC")]
    host_ipc: bool,
    host_network: bool,
    #[serde(borrow)]
    volumes: Vec<Volume<'a>>,
    #[serde(borrow)]
    security_context: SecurityContext<'a>,
    #[serde(borrow)]
    containers: Vec<Container<'a>>,
    #[serde(borrow)]
    init_containers: Vec<Container<'a>>,
    #[serde(borrow)]
    ephemeral_containers: Vec<Container<'a>>,
}

/// The names of a volume's members; its content is passed over.
#[derive(Debug)]
struct Volume<'a>(Vec<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Volume<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Names<'a> {
            type Value = Volume<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a volume")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Volume<'a>, A::Error> {
                let mut names = Vec::with_capacity(2);
                while let Some(name) = map.next_key::<&'de str>()? {
                    map.next_value::<IgnoredAny>()?;
                    names.push(name);
                }
                Ok(Volume(names))
            }
        }
        deserializer.deserialize_map(Names(PhantomData))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SecurityContext<'a> {
    privileged: bool,
    #[serde(borrow)]
    capabilities: Capabilities<'a>,
    allow_privilege_escalation: Option<bool>,
    read_only_root_filesystem: Option<bool>,
    run_as_user: Option<i64>,
    run_as_non_root: Option<bool>,
    #[serde(borrow)]
    proc_mount: Option<Text<'a>>,
    #[serde(borrow)]
    seccomp_profile: Option<Profile<'a>>,
    #[serde(borrow)]
    app_armor_profile: Option<Profile<'a>>,
    #[serde(borrow)]
    se_linux_options: Option<SelinuxOptions<'a>>,
    windows_options: Option<WindowsOptions>,
    #[serde(borrow)]
    sysctls: Vec<Sysctl<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Capabilities<'a> {
    #[serde(borrow)]
    add: Vec<Text<'a>>,
    #[serde(borrow)]
    drop: Vec<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Profile<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    localhost_profile: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SelinuxOptions<'a> {
    #[serde(borrow, rename = "type")]
    domain: Option<Text<'a>>,
    #[serde(borrow)]
    level: Option<Text<'a>>,
    #[serde(borrow)]
    role: Option<Text<'a>>,
    #[serde(borrow)]
    user: Option<Text<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct WindowsOptions {
    host_process: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sysctl<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Port {
    host_port: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Handler<'a> {
    #[serde(borrow)]
    http_get: Host<'a>,
    #[serde(borrow)]
    tcp_socket: Host<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Host<'a> {
    #[serde(borrow)]
    host: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Lifecycle<'a> {
    #[serde(borrow)]
    post_start: Option<Handler<'a>>,
    #[serde(borrow)]
    pre_stop: Option<Handler<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Container<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    security_context: SecurityContext<'a>,
    ports: Vec<Port>,
    #[serde(borrow)]
    liveness_probe: Option<Handler<'a>>,
    #[serde(borrow)]
    readiness_probe: Option<Handler<'a>>,
    #[serde(borrow)]
    startup_probe: Option<Handler<'a>>,
    #[serde(borrow)]
    lifecycle: Lifecycle<'a>,
}

impl Handler<'_> {
    fn host(&self) -> Option<&str> {
        [&self.http_get, &self.tcp_socket]
            .into_iter()
            .map(|handler| &*handler.host)
            .find(|host| !host.is_empty())
    }
}

impl Profile<'_> {
    fn apparmor_allowed(&self) -> bool {
        match &*self.kind {
            "RuntimeDefault" => true,
            "Localhost" => self.localhost_profile.as_deref() == Some("custom"),
            _ => false,
        }
    }
}

impl SelinuxOptions<'_> {
    fn allowed(&self) -> bool {
        self.level.is_none()
            && self.role.is_none()
            && self.user.is_none()
            && self
                .domain
                .as_deref()
                .is_none_or(|domain| SELINUX.contains(&domain))
    }
}

/// Makes the checks.
pub fn check(object: &Object<'_>) -> Found {
    let mut found = Found::default();
    let (metadata, spec) = match (&*object.kind, &object.spec) {
        ("Pod", spec) => (&object.metadata, spec),
        (
            "CronJob",
            Spec {
                job_template: Some(job),
                ..
            },
        ) => (&job.spec.template.metadata, &job.spec.template.spec),
        (
            _,
            Spec {
                template: Some(template),
                ..
            },
        ) => (&template.metadata, &template.spec),
        _ => return found,
    };
    check_pod(spec, &mut found);
    for list in [
        &spec.containers,
        &spec.init_containers,
        &spec.ephemeral_containers,
    ] {
        for container in list {
            check_container(metadata, &spec.security_context, container, &mut found);
        }
    }
    found
}

fn check_pod(spec: &Spec<'_>, found: &mut Found) {
    let security = &spec.security_context;
    if spec.host_pid || spec.host_ipc {
        found.add(1, || {
            "the pod shares the process or IPC namespace of its node".into()
        });
    }
    if spec.host_network {
        found.add(2, || "the pod shares the network of its node".into());
    }
    for Volume(names) in &spec.volumes {
        for name in names {
            if *name == "hostPath" {
                found.add(3, || "a volume is a path of the node".into());
            }
            if *name != "name" && !VOLUMES.contains(name) {
                found.add(12, || format!("a volume is of the type `{name}`"));
            }
        }
    }
    for Sysctl { name } in &security.sysctls {
        if !SYSCTLS.contains(&&**name) {
            found.add(10, || format!("the sysctl `{name}` is not allowed"));
        }
    }
    if security
        .windows_options
        .as_ref()
        .is_some_and(|options| options.host_process)
    {
        found.add(4, || "the pod runs as a HostProcess".into());
    }
    if security
        .se_linux_options
        .as_ref()
        .is_some_and(|options| !options.allowed())
    {
        found.add(7, || "the pod has SELinux options that are not allowed".into());
    }
}

fn check_container(
    metadata: &Metadata<'_>,
    of_pod: &SecurityContext<'_>,
    container: &Container<'_>,
    found: &mut Found,
) {
    let name = &*container.name;
    let security = &container.security_context;
    if security.privileged {
        found.add(0, || format!("container `{name}` is privileged"));
    }
    for Port { host_port } in &container.ports {
        if *host_port != 0 {
            found.add(2, || {
                format!("container `{name}` takes port {host_port} of the node")
            });
        }
    }
    if security
        .windows_options
        .as_ref()
        .is_some_and(|options| options.host_process)
    {
        found.add(4, || format!("container `{name}` is a HostProcess"));
    }
    for probe in [
        &container.liveness_probe,
        &container.readiness_probe,
        &container.startup_probe,
    ] {
        if let Some(host) = probe.as_ref().and_then(Handler::host) {
            found.add(5, || format!("a probe of container `{name}` is sent to `{host}`"));
        }
    }
    for hook in [&container.lifecycle.post_start, &container.lifecycle.pre_stop] {
        if let Some(host) = hook.as_ref().and_then(Handler::host) {
            found.add(5, || format!("a hook of container `{name}` is sent to `{host}`"));
        }
    }
    let annotated = || {
        let annotations = Some(&metadata.annotations).filter(|found| !found.is_empty())?;
        annotations.get(format!("{APPARMOR_ANNOTATION}{name}").as_str())
    };
    let allowed = match &security.app_armor_profile {
        Some(profile) => profile.apparmor_allowed(),
        None => match annotated() {
            Some(annotated) => matches!(&**annotated, "runtime/default" | "localhost/custom"),
            None => of_pod
                .app_armor_profile
                .as_ref()
                .is_none_or(Profile::apparmor_allowed),
        },
    };
    if !allowed {
        found.add(6, || {
            format!("container `{name}` has an AppArmor profile that is not allowed")
        });
    }
    if security
        .se_linux_options
        .as_ref()
        .is_some_and(|options| !options.allowed())
    {
        found.add(7, || {
            format!("container `{name}` has SELinux options that are not allowed")
        });
    }
    if let Some(mount) = security.proc_mount.as_deref().filter(|mount| *mount != "Default") {
        found.add(8, || format!("container `{name}` has the /proc mount `{mount}`"));
    }
    let profile = security
        .seccomp_profile
        .as_ref()
        .or(of_pod.seccomp_profile.as_ref());
    match profile.map(|profile| &*profile.kind) {
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
    for capability in &security.capabilities.add {
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
    if !security
        .capabilities
        .drop
        .iter()
        .any(|dropped| dropped.eq_ignore_ascii_case("ALL"))
    {
        found.add(16, || {
            format!("container `{name}` does not drop ALL capabilities")
        });
    }
    if security.allow_privilege_escalation != Some(false) {
        found.add(13, || {
            format!("container `{name}` does not forbid privilege escalation")
        });
    }
    match security.run_as_user.or(of_pod.run_as_user) {
        Some(0) => found.add(14, || format!("container `{name}` runs as root")),
        None if !security
            .run_as_non_root
            .or(of_pod.run_as_non_root)
            .unwrap_or(false) =>
        {
            found.add(14, || format!("container `{name}` may run as root"));
        }
        _ => {}
    }
    if security.read_only_root_filesystem != Some(true) {
        found.add(17, || {
            format!("container `{name}` can write to its root file system")
        });
    }
}
