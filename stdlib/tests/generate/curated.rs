//! Where the published description and the API server differ on what must be present.
//!
//! Each row is a fact of the API server's validation, decoding or defaults (k8s.io/kubernetes/pkg/apis/*/validation). What
//! the server fills in is never required: a manifest may leave it out.

use super::model::{Field, Model, Scalar, Shape};

/// Group label, type, fields that the server refuses to be without, and why.
const REQUIRED: &[(&str, &str, &[&str], &str)] = &[
    ("core", "Pod", &["spec"], "a pod has at least one container"),
    (
        "core",
        "PodTemplate",
        &["template"],
        "a template has a pod with at least one container",
    ),
    (
        "core",
        "PodTemplateSpec",
        &["spec"],
        "a pod has at least one container",
    ),
    ("core", "ReplicationController", &["spec"], "it has a template"),
    (
        "core",
        "ReplicationControllerSpec",
        &["template"],
        "it has a template",
    ),
    (
        "core",
        "Service",
        &["spec"],
        "a service has ports, is headless or names an external host",
    ),
    (
        "core",
        "PersistentVolume",
        &["spec"],
        "a volume has a source, a capacity and access modes",
    ),
    (
        "core",
        "PersistentVolumeSpec",
        &["accessModes", "capacity"],
        "a volume has a capacity and access modes",
    ),
    (
        "core",
        "PersistentVolumeClaim",
        &["spec"],
        "a claim has access modes and a size",
    ),
    ("core", "ConfigMapKeySelector", &["name"], "the map must be named"),
    ("core", "SecretKeySelector", &["name"], "the secret must be named"),
    ("core", "ConfigMapEnvSource", &["name"], "the map must be named"),
    ("core", "SecretEnvSource", &["name"], "the secret must be named"),
    (
        "core",
        "ConfigMapVolumeSource",
        &["name"],
        "the map must be named",
    ),
    (
        "core",
        "SecretVolumeSource",
        &["secretName"],
        "the secret must be named",
    ),
    ("core", "ConfigMapProjection", &["name"], "the map must be named"),
    ("core", "SecretProjection", &["name"], "the secret must be named"),
    (
        "apps",
        "Deployment",
        &["spec"],
        "it has a selector and a template",
    ),
    ("apps", "DaemonSet", &["spec"], "it has a selector and a template"),
    (
        "apps",
        "StatefulSet",
        &["spec"],
        "it has a selector and a template",
    ),
    (
        "apps",
        "ReplicaSet",
        &["spec"],
        "it has a selector and a template",
    ),
    (
        "apps",
        "ReplicaSetSpec",
        &["template"],
        "the template is validated, and a pod has at least one container",
    ),
    ("batch", "Job", &["spec"], "it has a template"),
    ("batch", "JobTemplateSpec", &["spec"], "a job has a template"),
    (
        "networking",
        "Ingress",
        &["spec"],
        "it has rules or a default backend",
    ),
    (
        "networking",
        "IngressServiceBackend",
        &["port"],
        "the port has a name or a number",
    ),
    ("networking", "IngressClass", &["spec"], "it names its controller"),
    (
        "networking",
        "IngressClassSpec",
        &["controller"],
        "it names its controller",
    ),
    (
        "networking",
        "ServiceCIDR",
        &["spec"],
        "it has at least one range",
    ),
    (
        "networking",
        "ServiceCIDRSpec",
        &["cidrs"],
        "it has at least one range",
    ),
    (
        "admissionregistration",
        "ValidatingAdmissionPolicy",
        &["spec"],
        "it says what it matches",
    ),
    (
        "admissionregistration",
        "ValidatingAdmissionPolicySpec",
        &["matchConstraints"],
        "it says what it matches",
    ),
    (
        "admissionregistration",
        "MutatingAdmissionPolicy",
        &["spec"],
        "it says what it matches",
    ),
    (
        "admissionregistration",
        "MutatingAdmissionPolicySpec",
        &["matchConstraints"],
        "it says what it matches",
    ),
    (
        "admissionregistration",
        "MutatingAdmissionPolicyBinding",
        &["spec"],
        "it names a policy",
    ),
    (
        "admissionregistration",
        "MutatingAdmissionPolicyBindingSpec",
        &["policyName"],
        "it names a policy",
    ),
    (
        "admissionregistration",
        "RuleWithOperations",
        RULE,
        "each dimension of a webhook's rule must be given",
    ),
    (
        "admissionregistration",
        "NamedRuleWithOperations",
        RULE,
        "each dimension of a policy's rule must be given",
    ),
    ("apiregistration", "APIService", &["spec"], "it has priorities"),
    (
        "flowcontrol",
        "FlowSchema",
        &["spec"],
        "it names a priority level",
    ),
    (
        "flowcontrol",
        "PriorityLevelConfiguration",
        &["spec"],
        "it has a type",
    ),
];

const RULE: &[&str] = &["apiGroups", "apiVersions", "operations", "resources"];

/// Group label, type, fields that are published as required and may yet be missing, and why.
const OPTIONAL: &[(&str, &str, &[&str], &str)] = &[
    ("core", "HTTPHeader", &["value"], "an empty value is accepted"),
    ("core", "Sysctl", &["value"], "an empty value is accepted"),
    ("core", "ISCSIVolumeSource", &["lun"], "zero may be left out"),
    (
        "core",
        "ISCSIPersistentVolumeSource",
        &["lun"],
        "zero may be left out",
    ),
    (
        "core",
        "LimitRangeSpec",
        &["limits"],
        "no limit is accepted, and written as null",
    ),
    (
        "storage",
        "CSINodeSpec",
        &["drivers"],
        "the kubelet writes null before any driver is registered",
    ),
    (
        "events",
        "Event",
        &["eventTime"],
        "null in events that were recorded through the core API",
    ),
    (
        "apiextensions",
        "CustomResourceDefinitionVersion",
        &["served", "storage"],
        "false may be left out",
    ),
    // Asked and answered, never stored: they need no name. The objects of CONNECT have no metadata at all, and neither
    // have the files that configure the API server.
    (
        "authentication",
        "TokenReview",
        METADATA,
        "a review is not stored",
    ),
    (
        "authentication",
        "TokenRequest",
        METADATA,
        "a request is not stored",
    ),
    (
        "authentication",
        "SelfSubjectReview",
        METADATA,
        "a review is not stored",
    ),
    (
        "authorization",
        "SubjectAccessReview",
        METADATA,
        "a review is not stored",
    ),
    (
        "authorization",
        "LocalSubjectAccessReview",
        METADATA,
        "a review is not stored",
    ),
    (
        "authorization",
        "SelfSubjectAccessReview",
        METADATA,
        "a review is not stored",
    ),
    (
        "authorization",
        "SelfSubjectRulesReview",
        METADATA,
        "a review is not stored",
    ),
    ("core", "PodExecOptions", METADATA, "no object, but a question"),
    ("core", "PodAttachOptions", METADATA, "no object, but a question"),
    (
        "core",
        "PodPortForwardOptions",
        METADATA,
        "no object, but a question",
    ),
    ("core", "PodProxyOptions", METADATA, "no object, but a question"),
    ("core", "NodeProxyOptions", METADATA, "no object, but a question"),
    (
        "core",
        "ServiceProxyOptions",
        METADATA,
        "no object, but a question",
    ),
    ("audit", "Policy", METADATA, "a file"),
    ("apiserver", "EncryptionConfiguration", METADATA, "a file"),
    ("apiserver", "AdmissionConfiguration", METADATA, "a file"),
    ("apiserver", "AuthenticationConfiguration", METADATA, "a file"),
    ("apiserver", "AuthorizationConfiguration", METADATA, "a file"),
    ("kubelet", "KubeletConfiguration", METADATA, "a file"),
    ("podsecurity", "PodSecurityConfiguration", METADATA, "a file"),
];

const METADATA: &[&str] = &["metadata"];

/// Text that must not be shown, whatever the published type.
const SECRET: &[(&str, &str, &[&str])] = &[("core", "Secret", &["data", "stringData"])];

/// Applies the tables; a row that changes nothing is out of date and fails.
pub(crate) fn apply(model: &mut Model) {
    // Controllers write what a status says. The server drops it from a new object, so that manifests often have an
    // empty one (`kubectl create --dry-run` writes it), and no part of it is sure.
    let statuses: Vec<String> = model
        .records
        .values()
        .filter(|record| record.gvk.is_some())
        .filter_map(|record| match &record.fields.get("status")?.shape {
            Shape::Named(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    for name in statuses {
        let status = model
            .records
            .get_mut(&name)
            .unwrap_or_else(|| panic!("no `{name}`"));
        status
            .fields
            .values_mut()
            .for_each(|field| field.required = false);
    }
    for (table, required) in [(REQUIRED, true), (OPTIONAL, false)] {
        for (label, name, fields, why) in table {
            assert!(!why.is_empty());
            change(model, label, name, fields, |field| {
                std::mem::replace(&mut field.required, required) != required
            });
        }
    }
    for (label, name, fields) in SECRET {
        change(model, label, name, fields, |field| {
            field.shape.replace_text(Shape::Scalar(Scalar::Secret));
            true
        });
    }
}

fn change(model: &mut Model, label: &str, name: &str, fields: &[&str], with: impl Fn(&mut Field) -> bool) {
    let mut records = model.every_version(label, name);
    for field in fields {
        let mut changed = false;
        for record in &mut records {
            changed |= record.fields.get_mut(*field).is_some_and(&with);
        }
        assert!(changed, "the row for {label} {name}.{field} changes nothing");
    }
}
