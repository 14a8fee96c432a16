//! Pods made up at random, the same ones at every run: each starts bare or as the restricted level wants it, and
//! then has a few fields changed, so that every field of the standards holds good, bad, empty and missing values.

use serde_json::{Map, Value, json};

/// A small generator of numbers (SplitMix64, Steele et al. 2014): tests need no better one, and the same pods
/// come out on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

const CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "NET_ADMIN",
    "SYS_ADMIN",
    "ALL",
    "chown",
    "CAP_CHOWN",
    "",
];
const SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_notsent_lowat",
    "kernel.msgmax",
    "net.ipv4.tcp_mem",
    "kernel.shm_rmid_forced ",
];
const HOSTS: &[&str] = &["", "127.0.0.1", "169.254.169.254", "db.example"];
const PROFILES: &[&str] = &["RuntimeDefault", "Localhost", "Unconfined", "runtimedefault", ""];
const ANNOTATED: &[&str] = &[
    "runtime/default",
    "docker/default",
    "localhost/own",
    "localhost/",
    "unconfined",
    "",
    "runtime/other",
    "localhost",
];
const SELINUX_TYPES: &[&str] = &[
    "",
    "container_t",
    "container_init_t",
    "container_kvm_t",
    "container_engine_t",
    "spc_t",
    "container_t:s0",
];
const KINDS: &[&str] = &[
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "ReplicationController",
    "PodTemplate",
];

/// A workload around a made-up pod: mostly a bare pod.
pub(crate) fn workload(random: &mut Random) -> Value {
    let (metadata, spec) = pod(random);
    if random.below(3) > 0 {
        let mut metadata = metadata;
        metadata["name"] = json!("made-up");
        return json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec });
    }
    let template = json!({ "metadata": metadata, "spec": spec });
    let kind = *random.pick(KINDS);
    let named = json!({ "name": "made-up" });
    match kind {
        "PodTemplate" => json!({ "apiVersion": "v1", "kind": kind, "metadata": named, "template": template }),
        "ReplicationController" => {
            json!({ "apiVersion": "v1", "kind": kind, "metadata": named, "spec": { "template": template } })
        }
        "Job" => {
            json!({ "apiVersion": "batch/v1", "kind": kind, "metadata": named, "spec": { "template": template } })
        }
        "CronJob" => json!({ "apiVersion": "batch/v1", "kind": kind, "metadata": named, "spec": {
            "schedule": "@daily", "jobTemplate": { "spec": { "template": template } } } }),
        _ => {
            let mut spec =
                json!({ "selector": { "matchLabels": { "app": "made-up" } }, "template": template });
            if kind == "StatefulSet" {
                spec["serviceName"] = json!("made-up");
            }
            json!({ "apiVersion": "apps/v1", "kind": kind, "metadata": named, "spec": spec })
        }
    }
}

/// Metadata and spec of a pod.
fn pod(random: &mut Random) -> (Value, Value) {
    let hardened = random.below(4) > 0;
    let mut spec = json!({});
    if hardened {
        spec["securityContext"] =
            json!({ "runAsNonRoot": true, "seccompProfile": { "type": "RuntimeDefault" } });
    }
    let mut names = Vec::new();
    for (list, least) in [
        ("containers", 1),
        ("initContainers", 0),
        ("ephemeralContainers", 0),
    ] {
        let count = least + if random.one_in(3) { 1 + random.below(2) } else { 0 };
        let containers: Vec<Value> = (0..count)
            .map(|index| {
                let name = format!("{}-{index}", list.to_lowercase());
                let mut container = json!({ "name": name, "image": "registry.example/made-up:1" });
                if hardened {
                    container["securityContext"] =
                        json!({ "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } });
                }
                names.push(name);
                container
            })
            .collect();
        // Absent, null and empty lists mean the same.
        match (containers.is_empty(), random.below(8)) {
            (true, 0) => spec[list] = json!([]),
            (true, 1) => spec[list] = Value::Null,
            (true, _) => {}
            (false, _) => spec[list] = Value::Array(containers),
        }
    }
    if random.one_in(4) {
        spec["os"] = json!({ "name": random.pick(&["windows", "windows", "linux"]) });
    }
    if random.one_in(4) {
        spec["hostUsers"] = random
            .pick(&[json!(false), json!(false), json!(true), Value::Null])
            .clone();
    }
    let mut metadata = json!({});
    for _ in 0..random.below(5) {
        change(random, &mut metadata, &mut spec, &names);
    }
    (metadata, spec)
}

/// Changes one field of the pod.
fn change(random: &mut Random, metadata: &mut Value, spec: &mut Value, names: &[String]) {
    match random.below(10) {
        0 => {
            let field = *random.pick(&["hostNetwork", "hostPID", "hostIPC"]);
            spec[field] = truth(random);
        }
        1 => {
            let volumes: Vec<Value> = (0..=random.below(2)).map(|index| volume(random, index)).collect();
            spec["volumes"] = Value::Array(volumes);
        }
        2 => {
            let sysctls: Vec<Value> = (0..=random.below(3))
                .map(|_| json!({ "name": random.pick(SYSCTLS), "value": "1" }))
                .collect();
            set(spec, "securityContext/sysctls", Value::Array(sysctls));
        }
        3 => {
            let (key, value) = annotation(random, names);
            let value = if random.one_in(12) {
                Value::Null
            } else {
                json!(value)
            };
            set(
                metadata,
                "annotations",
                metadata.get("annotations").cloned().unwrap_or_else(|| json!({})),
            );
            metadata["annotations"][key] = value;
        }
        4 => {
            let (path, value) = shared_field(random);
            set(spec, &format!("securityContext/{path}"), value);
        }
        _ => {
            let lists = ["containers", "initContainers", "ephemeralContainers"];
            let list = *random.pick(&lists);
            let Some(containers) = spec
                .get_mut(list)
                .and_then(Value::as_array_mut)
                .filter(|list| !list.is_empty())
            else {
                return;
            };
            let index = random.below(containers.len());
            let (path, value) = match random.below(3) {
                0 => handler_or_port(random),
                1 => {
                    let (path, value) = shared_field(random);
                    (format!("securityContext/{path}"), value)
                }
                _ => {
                    let (path, value) = container_field(random);
                    (format!("securityContext/{path}"), value)
                }
            };
            set(&mut containers[index], &path, value);
        }
    }
}

/// A field that the security contexts of pod and container have in common.
fn shared_field(random: &mut Random) -> (String, Value) {
    let (path, value) = match random.below(8) {
        0 => ("windowsOptions/hostProcess", truth(random)),
        1 => ("appArmorProfile", profile(random)),
        2 => ("seccompProfile", profile(random)),
        3 => ("seLinuxOptions/type", json!(random.pick(SELINUX_TYPES))),
        4 => ("seLinuxOptions/user", json!(random.pick(&["", "system_u"]))),
        5 => ("seLinuxOptions/role", json!(random.pick(&["", "system_r"]))),
        6 => ("runAsNonRoot", truth(random)),
        _ => (
            "runAsUser",
            random
                .pick(&[json!(0), json!(0), json!(1), json!(65534), Value::Null])
                .clone(),
        ),
    };
    (path.to_owned(), value)
}

/// A field that only a container's security context has.
fn container_field(random: &mut Random) -> (String, Value) {
    let (path, value) = match random.below(5) {
        0 => ("privileged", truth(random)),
        1 => ("capabilities/add", capabilities(random)),
        2 => {
            let lists = [
                json!(["ALL"]),
                json!(["NET_RAW", "ALL"]),
                json!(["all"]),
                json!(["NET_RAW"]),
                json!([]),
                Value::Null,
            ];
            ("capabilities/drop", random.pick(&lists).clone())
        }
        3 => (
            "procMount",
            random
                .pick(&[
                    json!("Default"),
                    json!("Unmasked"),
                    json!("Unmasked"),
                    Value::Null,
                ])
                .clone(),
        ),
        _ => ("allowPrivilegeEscalation", truth(random)),
    };
    (path.to_owned(), value)
}

/// A probe, a lifecycle hook or a list of ports.
fn handler_or_port(random: &mut Random) -> (String, Value) {
    if random.one_in(3) {
        let ports = [
            json!([]),
            json!([{ "containerPort": 80 }]),
            json!([{ "containerPort": 80, "hostPort": 0 }]),
            json!([{ "containerPort": 80, "hostPort": null }, { "containerPort": 443, "hostPort": 443 }]),
            json!([{ "containerPort": 53, "hostPort": 53, "protocol": "UDP" }]),
        ];
        return ("ports".to_owned(), random.pick(&ports).clone());
    }
    let handlers = [
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
        "lifecycle/postStart",
        "lifecycle/preStop",
    ];
    let handler = *random.pick(&handlers);
    let mut action = json!({ "port": 80 });
    if random.below(4) > 0 {
        action["host"] = json!(random.pick(HOSTS));
    }
    let kind = *random.pick(&["httpGet", "httpGet", "tcpSocket"]);
    (handler.to_owned(), json!({ kind: action }))
}

fn truth(random: &mut Random) -> Value {
    random
        .pick(&[json!(true), json!(true), json!(false), Value::Null])
        .clone()
}

fn profile(random: &mut Random) -> Value {
    if random.one_in(8) {
        return Value::Null;
    }
    let kind = *random.pick(PROFILES);
    let mut profile = json!({ "type": kind });
    if kind == "Localhost" {
        profile["localhostProfile"] = json!("own");
    }
    profile
}

fn capabilities(random: &mut Random) -> Value {
    Value::Array(
        (0..random.below(3))
            .map(|_| json!(random.pick(CAPABILITIES)))
            .collect(),
    )
}

fn annotation(random: &mut Random, names: &[String]) -> (String, &'static str) {
    let name = if random.one_in(4) {
        "nobody"
    } else {
        random.pick(names).as_str()
    };
    let key = match random.below(4) {
        0 => format!("container.apparmor.security.beta.kubernetes.io/{name}"),
        1 => format!("container.seccomp.security.alpha.kubernetes.io/{name}"),
        2 => "seccomp.security.alpha.kubernetes.io/pod".to_owned(),
        _ => "example.com/profile".to_owned(),
    };
    (key, *random.pick(ANNOTATED))
}

/// A volume of any type that the API has, of none, of two, or of one that it does not have.
fn volume(random: &mut Random, index: usize) -> Value {
    let sources = [
        ("configMap", json!({ "name": "settings" })),
        ("csi", json!({ "driver": "csi.example" })),
        ("downwardAPI", json!({})),
        ("emptyDir", json!({})),
        ("ephemeral", json!({})),
        ("image", json!({ "reference": "registry.example/models:1" })),
        ("persistentVolumeClaim", json!({ "claimName": "data" })),
        ("projected", json!({ "sources": [] })),
        ("secret", json!({ "secretName": "keys" })),
        ("hostPath", json!({ "path": "/var/log" })),
        ("hostPath", json!({ "path": "/", "type": "Directory" })),
        ("gcePersistentDisk", json!({ "pdName": "disk" })),
        ("awsElasticBlockStore", json!({ "volumeID": "vol-1" })),
        ("gitRepo", json!({ "repository": "https://git.example/shop.git" })),
        ("nfs", json!({ "server": "files.example", "path": "/share" })),
        (
            "iscsi",
            json!({ "targetPortal": "10.0.0.5", "iqn": "iqn.2001-04.example:storage", "lun": 0 }),
        ),
        ("glusterfs", json!({ "endpoints": "gluster", "path": "share" })),
        ("rbd", json!({ "monitors": ["10.0.0.6"], "image": "disk" })),
        ("flexVolume", json!({ "driver": "example/driver" })),
        ("cinder", json!({ "volumeID": "vol-1" })),
        ("cephfs", json!({ "monitors": ["10.0.0.6"] })),
        ("flocker", json!({ "datasetName": "data" })),
        ("fc", json!({ "targetWWNs": ["50060e801049cfd1"], "lun": 0 })),
        (
            "azureFile",
            json!({ "secretName": "azure", "shareName": "share" }),
        ),
        ("vsphereVolume", json!({ "volumePath": "[store] disk" })),
        ("quobyte", json!({ "registry": "quobyte:7861", "volume": "data" })),
        (
            "azureDisk",
            json!({ "diskName": "disk", "diskURI": "https://disks.example/disk" }),
        ),
        ("portworxVolume", json!({ "volumeID": "vol-1" })),
        ("photonPersistentDisk", json!({ "pdID": "disk" })),
        (
            "scaleIO",
            json!({ "gateway": "https://gateway.example", "system": "one", "secretRef": { "name": "scaleio" } }),
        ),
        ("storageos", json!({ "volumeName": "data" })),
        ("unheardOf", json!({ "of": true })),
    ];
    let mut volume = Map::new();
    volume.insert("name".to_owned(), json!(format!("volume-{index}")));
    // One in sixteen has no source, one in sixteen has two, and a null source does not count.
    let count = match random.below(16) {
        0 => 0,
        1 => 2,
        _ => 1,
    };
    for _ in 0..count {
        let (key, source) = random.pick(&sources);
        volume.insert((*key).to_owned(), source.clone());
    }
    if random.one_in(16) {
        volume
            .entry(*random.pick(&["hostPath", "emptyDir"]))
            .or_insert(Value::Null);
    }
    Value::Object(volume)
}

/// Sets the value at a path of fields, and makes the objects on the way.
pub(crate) fn set(value: &mut Value, path: &str, new: Value) {
    let mut target = value;
    for field in path.split('/') {
        if !target.is_object() {
            *target = json!({});
        }
        target = &mut target[field];
    }
    *target = new;
}
