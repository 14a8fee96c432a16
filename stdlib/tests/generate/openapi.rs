//! Reads the published definitions: `definitions` of OpenAPI v2, `components.schemas` of v3.

use super::model::{Field, Model, OBJECT_META, Record, Scalar, Shape};
use serde_json::{Map, Value};

/// The types of a release; fields that only earlier releases have are added, optional.
pub(crate) fn read(definitions: &Value, earlier: &[Value]) -> Model {
    let mut model = Model::default();
    for (name, schema) in schemas(definitions) {
        let Some(full) = full_name(name) else { continue };
        let (record, group) = record(schema);
        if let Some(group) = group {
            model.groups.insert(group);
        }
        model.records.insert(full, record);
    }
    embed(&mut model);
    for document in earlier {
        for (name, schema) in schemas(document) {
            let Some(full) = full_name(name) else { continue };
            let (old, _) = record(schema);
            let new = model.records.entry(full).or_insert_with(|| Record {
                gvk: None,
                ..old.clone()
            });
            for (name, field) in old.fields {
                let field = Field {
                    required: false,
                    ..field
                };
                new.fields.entry(name).or_insert(field);
            }
        }
    }
    model
}

fn schemas(document: &Value) -> &Map<String, Value> {
    let schemas = document
        .get("definitions")
        .or_else(|| document.pointer("/components/schemas"));
    schemas
        .and_then(Value::as_object)
        .expect("a document with definitions")
}

/// `io.k8s.api.apps.v1.Deployment` is `apps.v1.Deployment`; none for what is no record.
fn full_name(definition: &str) -> Option<String> {
    let mut parts = definition.rsplit('.');
    let (name, version, group) = (parts.next()?, parts.next()?, parts.next()?);
    let known = definition.starts_with("io.k8s.api.")
        || definition.starts_with("io.k8s.apimachinery.pkg.apis.meta.")
        || definition.starts_with("io.k8s.apiextensions-apiserver.pkg.apis.")
        || definition.starts_with("io.k8s.kube-aggregator.pkg.apis.");
    if !known || scalar(definition).is_some() {
        return None;
    }
    // The first label of the group's name, which is not always the package's.
    let label = if group == "apiserverinternal" {
        "internal"
    } else {
        group
    };
    Some(format!("{label}.{version}.{name}"))
}

/// The definitions that stand for a value without declared parts.
fn scalar(definition: &str) -> Option<Scalar> {
    Some(match definition.rsplit('.').next()? {
        "Quantity" => Scalar::Quantity,
        "Time" | "MicroTime" => Scalar::Time,
        "IntOrString" => Scalar::IntOrString,
        "RawExtension"
        | "FieldsV1"
        | "JSON"
        | "JSONSchemaPropsOrArray"
        | "JSONSchemaPropsOrBool"
        | "JSONSchemaPropsOrStringArray" => Scalar::Any,
        _ => return None,
    })
}

/// A definition as a record, with its group if objects of this kind stand for themselves.
fn record(schema: &Value) -> (Record, Option<String>) {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut record = Record::default();
    for (name, property) in schema
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let field = Field {
            shape: shape(property),
            required: required.contains(&name.as_str()),
        };
        record.fields.insert(name.clone(), field);
    }
    let kinds = schema
        .get("x-kubernetes-group-version-kind")
        .and_then(Value::as_array);
    // Lists have another kind of metadata, options belong to many groups, answers have none: no objects.
    let Some([kind]) = kinds.map(Vec::as_slice) else {
        return (record, None);
    };
    let metadata = Shape::Named(OBJECT_META.to_owned());
    if record
        .fields
        .get("metadata")
        .is_none_or(|field| field.shape != metadata)
    {
        return (record, None);
    }
    let text = |key: &str| {
        kind.get(key)
            .and_then(Value::as_str)
            .expect("a group, version and kind")
            .to_owned()
    };
    let (group, version, kind) = (text("group"), text("version"), text("kind"));
    let api_version = if group.is_empty() {
        version
    } else {
        format!("{group}/{version}")
    };
    make_kind(&mut record, &api_version, &kind);
    (record, Some(group))
}

/// Makes a record that of a kind: it says so itself, and has metadata.
pub(crate) fn make_kind(record: &mut Record, api_version: &str, kind: &str) {
    let metadata = Field {
        shape: Shape::Named(OBJECT_META.to_owned()),
        required: true,
    };
    let literal = |text: &str| Field {
        shape: Shape::Literal(text.to_owned()),
        required: true,
    };
    record
        .fields
        .insert("apiVersion".to_owned(), literal(api_version));
    record.fields.insert("kind".to_owned(), literal(kind));
    record.fields.insert("metadata".to_owned(), metadata);
    record.gvk = Some((api_version.to_owned(), kind.to_owned()));
}

fn shape(schema: &Value) -> Shape {
    let parts = schema.get("allOf").and_then(Value::as_array);
    let reference = schema
        .get("$ref")
        .or_else(|| parts.and_then(|parts| parts.first()?.get("$ref")));
    if let Some(reference) = reference.and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        return match scalar(name) {
            Some(scalar) => Shape::Scalar(scalar),
            None => Shape::Named(full_name(name).unwrap_or_else(|| panic!("a reference to `{name}`"))),
        };
    }
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    match (text("type"), text("format")) {
        (Some("boolean"), None) => Shape::Scalar(Scalar::Bool),
        (Some("integer"), Some("int32" | "int64")) => Shape::Scalar(Scalar::Int),
        (Some("number"), Some("double")) => Shape::Scalar(Scalar::Float),
        (Some("string"), None | Some("byte")) => Shape::Scalar(Scalar::String),
        (Some("array"), None) => shape(schema.get("items").expect("the items of a list")).list(),
        (Some("object"), None) => {
            shape(schema.get("additionalProperties").expect("the values of a map")).map()
        }
        other => panic!("an unknown type {other:?}"),
    }
}

/// The claims of a stateful set are written without `apiVersion` and `kind`, as parts of it and no objects: they need
/// a type of their own.
fn embed(model: &mut Model) {
    const CLAIM: &str = "core.v1.PersistentVolumeClaim";
    const TEMPLATE: &str = "apps.v1.VolumeClaimTemplate";
    let mut template = model.records.get(CLAIM).expect("claims").clone();
    template.gvk = None;
    for (name, field) in &mut template.fields {
        field.required = false;
        if name == "apiVersion" || name == "kind" {
            field.shape = Shape::Scalar(Scalar::String);
        }
    }
    let sets = model
        .records
        .get_mut("apps.v1.StatefulSetSpec")
        .expect("stateful sets");
    let claims = sets
        .fields
        .get_mut("volumeClaimTemplates")
        .expect("claims of stateful sets");
    claims.shape = Shape::Named(TEMPLATE.to_owned()).list();
    model.records.insert(TEMPLATE.to_owned(), template);
}

/// Fails where an object is part of another: it would have to name its version and kind there.
pub(crate) fn check_embedded(model: &Model) {
    let kinds: Vec<&String> = model
        .records
        .iter()
        .filter(|(_, r)| r.gvk.is_some())
        .map(|(name, _)| name)
        .collect();
    for (name, record) in &model.records {
        for (field, Field { shape, .. }) in &record.fields {
            let mut inner = shape;
            while let Shape::List(element) | Shape::Map(element) = inner {
                inner = element;
            }
            let object = matches!(inner, Shape::Named(other) if kinds.contains(&other));
            assert!(
                !object,
                "{name}.{field} holds an object: it needs a type of its own"
            );
        }
    }
}
