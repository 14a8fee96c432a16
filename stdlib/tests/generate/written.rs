//! Types that no published description has, from the Go types of the API: what an admission request is, and what is
//! connected to. Those of configuration files are in `files`.

use super::files;
use super::model::{CUSTOM, Field, Model, OBJECT_META, Record, Scalar, Shape, Short};
use super::openapi::make_kind;

/// Full name, short name, API version and kind, fields. A field's `!` says that it is always there.
pub(crate) type Row = (
    &'static str,
    Short,
    Option<(&'static str, &'static str)>,
    &'static [(&'static str, &'static str)],
);

const ROWS: &[Row] = &[
    // k8s.io/api/admission/v1. What only one host or operation knows is optional; what was asked for and of which kind
    // is always known, also where a manifest is all there is.
    (
        "admission.v1.AdmissionRequest",
        Short::Last,
        None,
        &[
            ("uid", "string"),
            ("kind", "meta.v1.GroupVersionKind"),
            ("resource", "meta.v1.GroupVersionResource"),
            ("subResource", "string"),
            ("requestKind", "meta.v1.GroupVersionKind"),
            ("requestResource", "meta.v1.GroupVersionResource"),
            ("requestSubResource", "string"),
            ("name", "string"),
            ("namespace", "string"),
            ("operation!", "string"),
            ("userInfo", "admission.v1.UserInfo"),
            ("object", "Object"),
            ("oldObject", "Object"),
            ("dryRun", "bool"),
            ("options", "any"),
        ],
    ),
    // As authentication.v1.UserInfo, but whoever asks has a name: the server has authenticated them.
    (
        "admission.v1.UserInfo",
        Short::None,
        None,
        &[
            ("username!", "string"),
            ("uid", "string"),
            ("groups", "[string]"),
            ("extra", "{[string]}"),
        ],
    ),
    (
        "meta.v1.GroupVersionKind",
        Short::Last,
        None,
        &[("group!", "string"), ("version!", "string"), ("kind!", "string")],
    ),
    (
        "meta.v1.GroupVersionResource",
        Short::Last,
        None,
        &[
            ("group!", "string"),
            ("version!", "string"),
            ("resource!", "string"),
        ],
    ),
    // k8s.io/api/core/v1: the objects of CONNECT requests.
    (
        "core.v1.PodExecOptions",
        Short::Last,
        Some(("v1", "PodExecOptions")),
        &[
            ("stdin", "bool"),
            ("stdout", "bool"),
            ("stderr", "bool"),
            ("tty", "bool"),
            ("container", "string"),
            // Published without `omitempty`, but null where nothing was given.
            ("command", "[string]"),
        ],
    ),
    (
        "core.v1.PodAttachOptions",
        Short::Last,
        Some(("v1", "PodAttachOptions")),
        &[
            ("stdin", "bool"),
            ("stdout", "bool"),
            ("stderr", "bool"),
            ("tty", "bool"),
            ("container", "string"),
        ],
    ),
    (
        "core.v1.PodPortForwardOptions",
        Short::Last,
        Some(("v1", "PodPortForwardOptions")),
        &[("ports", "[int]")],
    ),
    (
        "core.v1.PodProxyOptions",
        Short::Last,
        Some(("v1", "PodProxyOptions")),
        &[("path", "string")],
    ),
    (
        "core.v1.NodeProxyOptions",
        Short::Last,
        Some(("v1", "NodeProxyOptions")),
        &[("path", "string")],
    ),
    (
        "core.v1.ServiceProxyOptions",
        Short::Last,
        Some(("v1", "ServiceProxyOptions")),
        &[("path", "string")],
    ),
];

/// Groups that once were served and hold nothing any more: an object of theirs is of no kind that rules could see.
const GONE: [&str; 1] = ["extensions"];

/// Adds what is written here.
pub(crate) fn add(model: &mut Model) {
    for (name, short, kind, fields) in ROWS.iter().chain(files::ROWS) {
        let mut record = Record {
            short: short.clone(),
            ..Record::default()
        };
        for (field, ty) in *fields {
            let (field, required) = field
                .strip_suffix('!')
                .map_or((*field, false), |field| (field, true));
            record.fields.insert(
                field.to_owned(),
                Field {
                    shape: shape(ty),
                    required,
                },
            );
        }
        if let Some((api_version, kind)) = kind {
            make_kind(&mut record, api_version, kind);
        }
        assert_eq!(
            model.records.insert((*name).to_owned(), record),
            None,
            "`{name}` is published"
        );
    }
    let text = || Field {
        shape: Shape::Scalar(Scalar::String),
        required: true,
    };
    let metadata = Field {
        shape: Shape::Named(OBJECT_META.to_owned()),
        required: true,
    };
    let fields = [("apiVersion", text()), ("kind", text()), ("metadata", metadata)];
    let custom = Record {
        fields: fields.map(|(name, field)| (name.to_owned(), field)).into(),
        open: true,
        ..Record::default()
    };
    model.records.insert(CUSTOM.to_owned(), custom);
    model.groups.extend(GONE.map(str::to_owned));
}

/// A type as it is written above: `[T]` is a list, `{T}` a map.
fn shape(text: &str) -> Shape {
    if let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return shape(inner).list();
    }
    if let Some(inner) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        return shape(inner).map();
    }
    Shape::Scalar(match text {
        "bool" => Scalar::Bool,
        "float" => Scalar::Float,
        "quantity" => Scalar::Quantity,
        "int | string" => Scalar::IntOrString,
        "int" => Scalar::Int,
        "string" => Scalar::String,
        "any" => Scalar::Any,
        "duration" => Scalar::Duration,
        "secret" => Scalar::Secret,
        name => return Shape::Named(name.to_owned()),
    })
}
