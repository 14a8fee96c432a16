//! The packed Kubernetes types: made from the published descriptions, and held against what is known of the API.
//!
//! `BLESS=1 cargo test -p wardlaw-stdlib --test schema` writes the table anew. The descriptions are looked for in the
//! folder that `K8S_SCHEMAS` names.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a generator and tests: they read files and fail loudly"
)]

mod generate;

use serde_json::Value;
use std::path::{Path, PathBuf};
use wardlaw_lang::types::packed::{Packed, PackedError, Record, Type, TypeId};
use wardlaw_stdlib::schema::k8s_types;

/// The definitions of the newest release.
const NEWEST: &str = "k8s-1.36-definitions.min.json";
/// Documents of an earlier one.
const EARLIER: &str = "openapi-v3-1.35";

fn schemas() -> PathBuf {
    let near = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/schemas");
    std::env::var_os("K8S_SCHEMAS").map_or_else(near, PathBuf::from)
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_committed_table_is_what_the_generator_makes() {
    let folder = schemas();
    if !folder.join(NEWEST).exists() {
        eprintln!("skipped: no API descriptions in {}", folder.display());
        return;
    }
    let mut earlier: Vec<PathBuf> = std::fs::read_dir(folder.join(EARLIER))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    earlier.sort();
    let earlier: Vec<Value> = earlier.iter().map(|path| read(path)).collect();
    let (model, bytes) = generate::generate(&read(&folder.join(NEWEST)), &earlier);

    let table = Packed::new(&bytes).unwrap();
    table.verify().unwrap();
    let fields: usize = model.records.values().map(|record| record.fields.len()).sum();
    eprintln!(
        "{} kinds, {} records with {fields} fields, {} types, {} names, {} groups, {} bytes",
        table.kinds().count(),
        model.records.len(),
        table.len(),
        table.names().count(),
        model.groups.len(),
        bytes.len()
    );
    assert!(bytes.len() < 250_000);
    if std::env::var_os("BLESS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/k8s.bin");
        std::fs::write(path, &bytes).unwrap();
    } else {
        assert!(
            bytes == k8s_types(),
            "the committed table is out of date: run with BLESS=1"
        );
    }
}

fn table() -> Packed<'static> {
    Packed::new(k8s_types()).unwrap()
}

fn named(name: &str) -> TypeId {
    table().named(name).unwrap_or_else(|| panic!("no type `{name}`"))
}

fn record(name: &str) -> Record<'static> {
    let Type::Record(record) = table().get(named(name)) else {
        panic!("`{name}` is no record")
    };
    record
}

/// A field as a policy's author would write it: `spec: PodSpec`, `image: string?`.
fn field(path: &str) -> String {
    let (name, field) = path.rsplit_once('.').unwrap();
    let field = record(name)
        .field(field)
        .unwrap_or_else(|| panic!("no field `{path}`"));
    format!("{}{}", show(field.ty), if field.required { "" } else { "?" })
}

fn show(id: TypeId) -> String {
    match table().get(id) {
        Type::List(element) => format!("[{}]", show(element)),
        Type::Map(value) => format!("{{{}}}", show(value)),
        Type::Record(_) | Type::Union(_) => table().name(id).unwrap().to_owned(),
        Type::Literal(text) => format!("{text:?}"),
        Type::Enum(choice) => {
            let open = if choice.closed() { "" } else { " | string" };
            format!("{}{open}", choice.values().collect::<Vec<_>>().join(" | "))
        }
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "float".to_owned(),
        Type::String => "string".to_owned(),
        Type::Any => "any".to_owned(),
        Type::Quantity => "quantity".to_owned(),
        Type::Time => "time".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Secret => "secret".to_owned(),
        Type::IntOrString => "int | string".to_owned(),
    }
}

#[test]
fn the_table_is_sound_and_small() {
    table().verify().unwrap();
    assert!(k8s_types().len() < 250_000);
}

#[test]
fn fields_have_the_types_of_the_api() {
    for (path, ty) in [
        ("Pod.spec", "PodSpec"),
        ("Pod.metadata", "ObjectMeta"),
        ("Pod.apiVersion", "\"v1\""),
        ("Pod.kind", "\"Pod\""),
        ("PodSpec.containers", "[Container]"),
        ("PodSpec.initContainers", "[Container]?"),
        ("PodSpec.ephemeralContainers", "[EphemeralContainer]?"),
        ("PodSpec.hostNetwork", "bool?"),
        ("PodTemplateSpec.spec", "PodSpec"),
        ("PodTemplateSpec.metadata", "ObjectMeta?"),
        ("PodTemplate.template", "PodTemplateSpec"),
        ("Container.name", "string"),
        ("Container.image", "string?"),
        (
            "Container.imagePullPolicy",
            "Always | IfNotPresent | Never | string?",
        ),
        (
            "SeccompProfile.type",
            "Unconfined | RuntimeDefault | Localhost | string",
        ),
        ("SecurityContext.runAsUser", "int?"),
        ("ResourceRequirements.limits", "{quantity}?"),
        ("HTTPGetAction.port", "int | string"),
        ("Deployment.spec", "DeploymentSpec"),
        ("ReplicaSetSpec.template", "PodTemplateSpec"),
        ("ReplicationController.spec", "ReplicationControllerSpec"),
        ("ReplicationControllerSpec.template", "PodTemplateSpec"),
        ("CronJobSpec.jobTemplate", "JobTemplateSpec"),
        ("JobTemplateSpec.spec", "JobSpec"),
        ("StatefulSetSpec.volumeClaimTemplates", "[VolumeClaimTemplate]?"),
        ("VolumeClaimTemplate.kind", "string?"),
        ("DaemonSetStatus.numberReady", "int?"),
        ("Secret.data", "{secret}?"),
        ("Secret.stringData", "{secret}?"),
        ("ConfigMap.data", "{string}?"),
        ("Service.spec", "ServiceSpec"),
        ("ServiceSpec.ports", "[ServicePort]?"),
        ("NetworkPolicy.spec", "NetworkPolicySpec?"),
        ("NetworkPolicySpec.policyTypes", "[Ingress | Egress | string]?"),
        ("PolicyRule.verbs", "[string]"),
        ("ClusterRoleBinding.roleRef", "RoleRef"),
        ("Subject.name", "string"),
        ("ObjectMeta.labels", "{string}?"),
        ("ObjectMeta.creationTimestamp", "time?"),
        (
            "LabelSelectorRequirement.operator",
            "In | NotIn | Exists | DoesNotExist",
        ),
        ("JSONSchemaProps.properties", "{JSONSchemaProps}?"),
        ("JSONSchemaProps.maximum", "float?"),
        ("SubjectAccessReview.metadata", "ObjectMeta?"),
        ("AuditPolicy.rules", "[audit.v1.PolicyRule]"),
        (
            "EncryptionConfiguration.resources",
            "[apiserver.v1.ResourceConfiguration]",
        ),
        ("apiserver.v1.KMSConfiguration.timeout", "duration?"),
        ("apiserver.v1.Key.secret", "secret"),
        ("KubeletConfiguration.authentication", "KubeletAuthentication?"),
        ("KubeletConfiguration.readOnlyPort", "int?"),
        ("KubeletConfiguration.streamingConnectionIdleTimeout", "duration?"),
        ("KubeletConfiguration.memoryThrottlingFactor", "float?"),
        ("KubeletAuthorization.mode", "AlwaysAllow | Webhook | string?"),
        (
            "AuthenticationConfiguration.anonymous",
            "apiserver.v1.AnonymousAuthConfig?",
        ),
        ("AdmissionRequest.operation", "CREATE | UPDATE | DELETE | CONNECT"),
        ("AdmissionRequest.object", "Object?"),
        ("AdmissionRequest.oldObject", "Object?"),
        ("AdmissionRequest.kind", "GroupVersionKind?"),
        ("AdmissionRequest.namespace", "string?"),
        ("AdmissionRequest.userInfo", "admission.v1.UserInfo?"),
        ("admission.v1.UserInfo.username", "string"),
        ("Custom.metadata", "ObjectMeta"),
        ("Custom.kind", "string"),
    ] {
        assert_eq!(field(path), ty, "{path}");
    }
    assert_eq!(record("Container").field("securityContex"), None);
}

#[test]
fn an_ephemeral_container_is_a_container() {
    let ephemeral = record("EphemeralContainer");
    for field in record("Container").fields() {
        assert_eq!(ephemeral.field(field.name), Some(field));
    }
    assert_eq!(ephemeral.len(), record("Container").len() + 1);
}

#[test]
fn short_names_mean_what_people_mean() {
    for (short, full) in [
        ("Pod", "core.v1.Pod"),
        ("Event", "core.v1.Event"),
        ("ObjectMeta", "meta.v1.ObjectMeta"),
        ("Ingress", "networking.v1.Ingress"),
        (
            "HorizontalPodAutoscaler",
            "autoscaling.v2.HorizontalPodAutoscaler",
        ),
        ("ResourceClaim", "resource.v1.ResourceClaim"),
        ("TokenRequest", "authentication.v1.TokenRequest"),
        ("Subject", "rbac.v1.Subject"),
        ("EndpointPort", "core.v1.EndpointPort"),
        ("StorageVersion", "internal.v1alpha1.StorageVersion"),
        ("ClusterTrustBundle", "certificates.v1beta1.ClusterTrustBundle"),
        ("AuditPolicy", "audit.v1.Policy"),
        ("UserInfo", "authentication.v1.UserInfo"),
    ] {
        assert_eq!(named(short), named(full), "{short}");
        assert_eq!(table().name(named(short)), Some(short));
    }
    for full in [
        "autoscaling.v1.HorizontalPodAutoscaler",
        "events.v1.Event",
        "flowcontrol.v1.Subject",
    ] {
        assert_eq!(table().name(named(full)), Some(full));
    }
    for missing in ["", "pod", "Key", "k8s.Pod", "PodList", "apps.v1beta1.Deployment"] {
        assert_eq!(table().named(missing), None, "{missing}");
    }
    for (name, id) in table().names() {
        assert!(
            matches!(table().get(id), Type::Record(_) | Type::Union(_)),
            "{name}"
        );
    }
}

#[test]
fn kinds_are_found_by_version_and_kind() {
    let table = table();
    assert_eq!(table.kind("v1", "Pod"), Some(named("Pod")));
    assert_eq!(table.kind("apps/v1", "Deployment"), Some(named("Deployment")));
    assert_eq!(
        table.kind("autoscaling/v1", "HorizontalPodAutoscaler"),
        table.named("autoscaling.v1.HorizontalPodAutoscaler")
    );
    assert_eq!(
        table.kind("audit.k8s.io/v1", "Policy"),
        Some(named("AuditPolicy"))
    );
    // What `kubectl exec` asks for.
    assert_eq!(table.kind("v1", "PodExecOptions"), Some(named("PodExecOptions")));
    for (version, kind) in [
        ("", ""),
        ("v1", "pod"),
        ("v1", "PodList"),
        ("apps/v1beta1", "Deployment"),
        ("v2", "Pod"),
    ] {
        assert_eq!(table.kind(version, kind), None, "{version} {kind}");
    }
    for (version, kind, id) in table.kinds() {
        let Type::Record(record) = table.get(id) else {
            panic!("{version} {kind}")
        };
        assert_eq!(record.gvk(), Some((version, kind)));
        assert!(!record.open());
    }
    for known in [
        "",
        "apps",
        "batch",
        "rbac.authorization.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "extensions",
    ] {
        assert!(table.knows_group(known), "{known}");
    }
    // A group of which the table has some kinds only is not known: the others are no mistakes.
    for unknown in [
        "v1",
        "k8s.io",
        "serving.knative.dev",
        "apiserver.config.k8s.io",
        "kubelet.config.k8s.io",
    ] {
        assert!(!table.knows_group(unknown), "{unknown}");
    }
}

#[test]
fn every_object_can_be_read_before_its_kind_is_known() {
    let table = table();
    let Type::Union(object) = table.get(named("Object")) else {
        panic!("Object is no union")
    };
    assert!(object.open());
    assert_eq!(object.rest(), Some(named("Custom")));
    let kinds: Vec<TypeId> = table.kinds().map(|(_, _, id)| id).chain(object.rest()).collect();
    assert_eq!(object.variants().collect::<Vec<_>>(), kinds);
    for (version, kind, id) in table.kinds() {
        let Type::Record(record) = table.get(id) else {
            panic!("{kind}")
        };
        for (name, text) in [("apiVersion", version), ("kind", kind)] {
            let field = record.field(name).unwrap();
            assert!(field.required);
            assert!(
                matches!(table.get(field.ty), Type::Literal(literal) if literal == text),
                "{kind}.{name}"
            );
        }
        assert_eq!(
            record.field("metadata").unwrap().ty,
            named("ObjectMeta"),
            "{kind}"
        );
    }
}

/// Reads everything that can be read.
fn walk(table: Packed<'_>) -> usize {
    let mut seen = 0;
    for (name, id) in table.names() {
        seen += usize::from(table.named(name) == Some(id));
    }
    for (version, kind, id) in table.kinds() {
        seen += usize::from(table.kind(version, kind) == Some(id));
    }
    for group in ["", "apps", "zzz"] {
        seen += usize::from(table.knows_group(group));
    }
    for id in (0..table.len())
        .map(|id| TypeId(u32::try_from(id).unwrap()))
        .chain([TypeId(u32::MAX)])
    {
        seen += table.name(id).map_or(0, str::len);
        seen += match table.get(id) {
            Type::Literal(text) => text.len(),
            Type::Enum(choice) => choice.values().filter(|value| choice.contains(value)).count(),
            Type::Record(record) => {
                let found = record
                    .fields()
                    .filter(|field| record.field(field.name).is_some())
                    .count();
                found
                    + record
                        .gvk()
                        .map_or(0, |(version, kind)| version.len() + kind.len())
            }
            Type::Union(union) => union.variants().len() + usize::from(union.rest().is_some()),
            _ => 1,
        };
    }
    seen
}

#[test]
fn damaged_tables_are_refused_or_read_without_panic() {
    assert!(walk(table()) > 10_000);
    let whole = k8s_types();
    assert_eq!(Packed::new(&[]).unwrap_err(), PackedError::Magic);
    assert_eq!(Packed::new(&whole[..16]).unwrap_err(), PackedError::Bounds);
    assert_eq!(
        Packed::new(&whole[..whole.len() - 1]).unwrap_err(),
        PackedError::Bounds
    );

    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    // Every byte of the header, and every region after it.
    let (header, region) = (72, 512);
    let places = (0..header)
        .map(|at| (at, 1))
        .chain((header..whole.len()).step_by(region).map(|at| (at, region)));
    let (mut refused, mut unsound) = (0, 0);
    for (start, len) in places {
        let mut bytes = whole.to_vec();
        for _ in 0..=random(8) {
            let at = (start + random(len)).min(bytes.len() - 1);
            bytes[at] = u8::try_from(random(256)).unwrap();
        }
        match Packed::new(&bytes) {
            Ok(table) => {
                unsound += usize::from(table.verify().is_err());
                walk(table);
            }
            Err(_) => refused += 1,
        }
    }
    assert!(
        refused > 20 && unsound > 50,
        "{refused} refused, {unsound} unsound"
    );
}
