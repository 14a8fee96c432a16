//! Facts about the Kubernetes API that its published descriptions leave out: what validation requires,
//! the values of enumerations, and types that only exist in Go.

use super::writer::{Raw, RawField, Table};

/// Fields that the API server's validation requires, though the description calls them optional.
/// Not here: what the API server fills in by itself.
const REQUIRED: &[(&str, &str)] = &[
    // A workload without its pod is refused by every validation.
    ("core.v1.Pod", "spec"),
    ("core.v1.PodTemplate", "template"),
    ("core.v1.PodTemplateSpec", "spec"),
    ("core.v1.ReplicationController", "spec"),
    ("core.v1.ReplicationControllerSpec", "template"),
    ("apps.v1.Deployment", "spec"),
    ("apps.v1.ReplicaSet", "spec"),
    ("apps.v1.ReplicaSetSpec", "template"),
    ("apps.v1.StatefulSet", "spec"),
    ("apps.v1.DaemonSet", "spec"),
    ("batch.v1.Job", "spec"),
    ("batch.v1.CronJob", "spec"),
    ("batch.v1.JobTemplateSpec", "spec"),
    // Objects that say nothing without it.
    ("core.v1.Service", "spec"),
    ("core.v1.PersistentVolume", "spec"),
    ("core.v1.PersistentVolumeClaim", "spec"),
    ("networking.v1.NetworkPolicy", "spec"),
    ("networking.v1.Ingress", "spec"),
    ("policy.v1.PodDisruptionBudget", "spec"),
    ("autoscaling.v2.HorizontalPodAutoscaler", "spec"),
    ("autoscaling.v1.HorizontalPodAutoscaler", "spec"),
];

/// Whether validation requires a field.
pub fn requires(ty: &str, field: &str) -> bool {
    REQUIRED.contains(&(ty, field))
}

/// Every line of [`REQUIRED`], so that a test can show that none names a field that does not exist.
pub fn curated() -> &'static [(&'static str, &'static str)] {
    REQUIRED
}

/// What replaces the described type of a field.
pub enum FieldType {
    /// An open enumeration.
    Values(&'static [&'static str]),
    /// A list of an open enumeration.
    ListOf(&'static [&'static str]),
    /// A map to `secret`.
    Secrets,
}

/// Enumerations are open: newer API servers know further values.
const FIELDS: &[(&str, &str, FieldType)] = &[
    (
        "Container",
        "imagePullPolicy",
        FieldType::Values(&["Always", "IfNotPresent", "Never"]),
    ),
    (
        "EphemeralContainer",
        "imagePullPolicy",
        FieldType::Values(&["Always", "IfNotPresent", "Never"]),
    ),
    (
        "Container",
        "terminationMessagePolicy",
        FieldType::Values(&["FallbackToLogsOnError", "File"]),
    ),
    (
        "EphemeralContainer",
        "terminationMessagePolicy",
        FieldType::Values(&["FallbackToLogsOnError", "File"]),
    ),
    (
        "PodSpec",
        "restartPolicy",
        FieldType::Values(&["Always", "Never", "OnFailure"]),
    ),
    (
        "PodSpec",
        "dnsPolicy",
        FieldType::Values(&["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    ),
    (
        "PodSpec",
        "preemptionPolicy",
        FieldType::Values(&["Never", "PreemptLowerPriority"]),
    ),
    ("PodOS", "name", FieldType::Values(&["linux", "windows"])),
    (
        "SecurityContext",
        "procMount",
        FieldType::Values(&["Default", "Unmasked"]),
    ),
    (
        "SeccompProfile",
        "type",
        FieldType::Values(&["Localhost", "RuntimeDefault", "Unconfined"]),
    ),
    (
        "AppArmorProfile",
        "type",
        FieldType::Values(&["Localhost", "RuntimeDefault", "Unconfined"]),
    ),
    (
        "PodSecurityContext",
        "fsGroupChangePolicy",
        FieldType::Values(&["Always", "OnRootMismatch"]),
    ),
    (
        "ContainerPort",
        "protocol",
        FieldType::Values(&["SCTP", "TCP", "UDP"]),
    ),
    (
        "ServicePort",
        "protocol",
        FieldType::Values(&["SCTP", "TCP", "UDP"]),
    ),
    (
        "NetworkPolicyPort",
        "protocol",
        FieldType::Values(&["SCTP", "TCP", "UDP"]),
    ),
    ("HTTPGetAction", "scheme", FieldType::Values(&["HTTP", "HTTPS"])),
    (
        "ServiceSpec",
        "type",
        FieldType::Values(&["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]),
    ),
    (
        "ServiceSpec",
        "externalTrafficPolicy",
        FieldType::Values(&["Cluster", "Local"]),
    ),
    (
        "ServiceSpec",
        "internalTrafficPolicy",
        FieldType::Values(&["Cluster", "Local"]),
    ),
    (
        "ServiceSpec",
        "sessionAffinity",
        FieldType::Values(&["ClientIP", "None"]),
    ),
    (
        "Toleration",
        "effect",
        FieldType::Values(&["NoExecute", "NoSchedule", "PreferNoSchedule"]),
    ),
    (
        "Toleration",
        "operator",
        FieldType::Values(&["Equal", "Exists", "Gt", "Lt"]),
    ),
    (
        "Taint",
        "effect",
        FieldType::Values(&["NoExecute", "NoSchedule", "PreferNoSchedule"]),
    ),
    (
        "HostPathVolumeSource",
        "type",
        FieldType::Values(&[
            "",
            "BlockDevice",
            "CharDevice",
            "Directory",
            "DirectoryOrCreate",
            "File",
            "FileOrCreate",
            "Socket",
        ]),
    ),
    (
        "EmptyDirVolumeSource",
        "medium",
        FieldType::Values(&["", "HugePages", "Memory"]),
    ),
    (
        "PersistentVolumeClaimSpec",
        "accessModes",
        FieldType::ListOf(&[
            "ReadOnlyMany",
            "ReadWriteMany",
            "ReadWriteOnce",
            "ReadWriteOncePod",
        ]),
    ),
    (
        "PersistentVolumeSpec",
        "accessModes",
        FieldType::ListOf(&[
            "ReadOnlyMany",
            "ReadWriteMany",
            "ReadWriteOnce",
            "ReadWriteOncePod",
        ]),
    ),
    (
        "NetworkPolicySpec",
        "policyTypes",
        FieldType::ListOf(&["Egress", "Ingress"]),
    ),
    (
        "LabelSelectorRequirement",
        "operator",
        FieldType::Values(&["DoesNotExist", "Exists", "In", "NotIn"]),
    ),
    (
        "CronJobSpec",
        "concurrencyPolicy",
        FieldType::Values(&["Allow", "Forbid", "Replace"]),
    ),
    (
        "DeploymentStrategy",
        "type",
        FieldType::Values(&["Recreate", "RollingUpdate"]),
    ),
    ("Secret", "data", FieldType::Secrets),
    ("Secret", "stringData", FieldType::Secrets),
];

/// What replaces the described type of a field of a type.
pub fn field_type(ty: &str, field: &str) -> Option<&'static FieldType> {
    FIELDS
        .iter()
        .find(|(owner, name, _)| *owner == ty && *name == field)
        .map(|(_, _, raw)| raw)
}

/// Every line of [`FIELDS`], for the same test.
pub fn replaced() -> impl Iterator<Item = (&'static str, &'static str)> {
    FIELDS.iter().map(|(ty, field, _)| (*ty, *field))
}

/// Adds a replacing type to the table.
pub fn place(table: &mut Table, ty: &FieldType) -> u32 {
    match ty {
        FieldType::Values(values) => enumeration(table, values, false),
        FieldType::ListOf(values) => {
            let element = enumeration(table, values, false);
            table.add(Raw::List(element))
        }
        FieldType::Secrets => {
            let secret = table.add(Raw::Secret);
            table.add(Raw::Map(secret))
        }
    }
}

fn enumeration(table: &mut Table, values: &[&str], closed: bool) -> u32 {
    table.add(Raw::Enum {
        values: values.iter().map(|value| (*value).into()).collect(),
        closed,
    })
}

/// Types that no published description has, and the union of all objects.
pub fn hand_written(table: &mut Table, members: &mut Vec<u32>) {
    let string = table.add(Raw::String);
    let bool = table.add(Raw::Bool);
    let any = table.add(Raw::Any);
    let strings = table.add(Raw::List(string));
    let int = table.add(Raw::Int);
    let object_meta = table.named("ObjectMeta");

    connect_options(table, members, string, bool, strings);
    audit_policy(table, members, string, bool, strings, object_meta);
    encryption(table, members, string, int, strings);

    let custom = table.reserve("Custom");
    table.set(
        custom,
        record(vec![
            required("apiVersion", string),
            required("kind", string),
            required("metadata", object_meta),
        ]),
    );
    members.push(custom);
    let object = table.reserve("Object");
    table.set(
        object,
        Raw::Union {
            common: custom,
            members: members.clone(),
        },
    );

    let gvk = table.reserve("GroupVersionKind");
    table.set(
        gvk,
        record(vec![
            required("group", string),
            required("version", string),
            required("kind", string),
        ]),
    );
    let gvr = table.reserve("GroupVersionResource");
    table.set(
        gvr,
        record(vec![
            required("group", string),
            required("version", string),
            required("resource", string),
        ]),
    );
    let operation = enumeration(table, &["CONNECT", "CREATE", "DELETE", "UPDATE"], true);
    let user_info = table.named("UserInfo");
    let request = table.reserve("AdmissionRequest");
    // What only one host or one operation knows is optional.
    table.set(
        request,
        record(vec![
            optional("uid", string),
            optional("kind", gvk),
            optional("resource", gvr),
            optional("subResource", string),
            optional("requestKind", gvk),
            optional("requestResource", gvr),
            optional("requestSubResource", string),
            optional("name", string),
            optional("namespace", string),
            required("operation", operation),
            optional("userInfo", user_info),
            optional("object", object),
            optional("oldObject", object),
            optional("dryRun", bool),
            optional("options", any),
        ]),
    );
}

fn record(fields: Vec<RawField>) -> Raw {
    Raw::Record {
        fields,
        gvk: None,
        open: false,
    }
}

fn required(name: &str, ty: u32) -> RawField {
    RawField {
        name: name.into(),
        ty,
        required: true,
    }
}

fn optional(name: &str, ty: u32) -> RawField {
    RawField {
        name: name.into(),
        ty,
        required: false,
    }
}

/// A kind: its record begins with the literal apiVersion and kind.
fn kind(table: &mut Table, members: &mut Vec<u32>, name: &str, gvk: (&str, &str), mut fields: Vec<RawField>) {
    let id = table.reserve(name);
    let version = table.add(Raw::Literal(gvk.0.into()));
    let kind = table.add(Raw::Literal(gvk.1.into()));
    fields.extend([required("apiVersion", version), required("kind", kind)]);
    table.set(
        id,
        Raw::Record {
            fields,
            gvk: Some((gvk.0.into(), gvk.1.into())),
            open: false,
        },
    );
    table.kind(gvk.0, gvk.1, id);
    members.push(id);
}

/// What `request.object` is on CONNECT (k8s.io/api/core/v1).
fn connect_options(table: &mut Table, members: &mut Vec<u32>, string: u32, bool: u32, strings: u32) {
    let streams = |extra: Vec<RawField>| {
        let mut fields = vec![
            optional("stdin", bool),
            optional("stdout", bool),
            optional("stderr", bool),
            optional("tty", bool),
            optional("container", string),
        ];
        fields.extend(extra);
        fields
    };
    kind(
        table,
        members,
        "PodExecOptions",
        ("v1", "PodExecOptions"),
        streams(vec![optional("command", strings)]),
    );
    kind(
        table,
        members,
        "PodAttachOptions",
        ("v1", "PodAttachOptions"),
        streams(Vec::new()),
    );
    let int = table.add(Raw::Int);
    let ports = table.add(Raw::List(int));
    kind(
        table,
        members,
        "PodPortForwardOptions",
        ("v1", "PodPortForwardOptions"),
        vec![optional("ports", ports)],
    );
    for name in ["PodProxyOptions", "NodeProxyOptions", "ServiceProxyOptions"] {
        kind(table, members, name, ("v1", name), vec![optional("path", string)]);
    }
}

/// audit.k8s.io/v1 Policy (k8s.io/apiserver).
fn audit_policy(table: &mut Table, members: &mut Vec<u32>, string: u32, bool: u32, strings: u32, meta: u32) {
    let stage = enumeration(
        table,
        &["Panic", "RequestReceived", "ResponseComplete", "ResponseStarted"],
        false,
    );
    let stages = table.add(Raw::List(stage));
    let level = enumeration(table, &["Metadata", "None", "Request", "RequestResponse"], false);
    let resources = table.reserve("AuditGroupResources");
    table.set(
        resources,
        record(vec![
            optional("group", string),
            optional("resources", strings),
            optional("resourceNames", strings),
        ]),
    );
    let resources = table.add(Raw::List(resources));
    let rule = table.reserve("AuditPolicyRule");
    table.set(
        rule,
        record(vec![
            required("level", level),
            optional("users", strings),
            optional("userGroups", strings),
            optional("verbs", strings),
            optional("resources", resources),
            optional("namespaces", strings),
            optional("nonResourceURLs", strings),
            optional("omitStages", stages),
            optional("omitManagedFields", bool),
        ]),
    );
    let rules = table.add(Raw::List(rule));
    let fields = vec![
        optional("metadata", meta),
        required("rules", rules),
        optional("omitStages", stages),
        optional("omitManagedFields", bool),
    ];
    kind(
        table,
        members,
        "AuditPolicy",
        ("audit.k8s.io/v1", "Policy"),
        fields,
    );
}

/// apiserver.config.k8s.io/v1 EncryptionConfiguration (k8s.io/apiserver).
fn encryption(table: &mut Table, members: &mut Vec<u32>, string: u32, int: u32, strings: u32) {
    let secret = table.add(Raw::Secret);
    let key = table.reserve("EncryptionKey");
    table.set(
        key,
        record(vec![required("name", string), required("secret", secret)]),
    );
    let keys = table.add(Raw::List(key));
    let with_keys = table.reserve("EncryptionKeys");
    table.set(with_keys, record(vec![required("keys", keys)]));
    let kms = table.reserve("KMSConfiguration");
    table.set(
        kms,
        record(vec![
            optional("apiVersion", string),
            required("name", string),
            optional("cachesize", int),
            required("endpoint", string),
            optional("timeout", string),
        ]),
    );
    let identity = table.reserve("IdentityConfiguration");
    table.set(identity, record(Vec::new()));
    let provider = table.reserve("EncryptionProvider");
    table.set(
        provider,
        record(vec![
            optional("aesgcm", with_keys),
            optional("aescbc", with_keys),
            optional("secretbox", with_keys),
            optional("kms", kms),
            optional("identity", identity),
        ]),
    );
    let providers = table.add(Raw::List(provider));
    let resource = table.reserve("EncryptionResource");
    table.set(
        resource,
        record(vec![
            required("resources", strings),
            required("providers", providers),
        ]),
    );
    let resources = table.add(Raw::List(resource));
    let fields = vec![required("resources", resources)];
    kind(
        table,
        members,
        "EncryptionConfiguration",
        ("apiserver.config.k8s.io/v1", "EncryptionConfiguration"),
        fields,
    );
}
