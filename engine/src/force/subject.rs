//! What matches and exemptions know of a request: read from the input `request`, be it a host's
//! admission request or one that was made of a bare object, so that both are known by the same words.

use alloc::{collections::BTreeMap, string::String};

use crate::{eval::Machine, plan::Plan, value::Value};

/// The input that holds the object under review, and its type.
const REQUEST: (&str, &str) = ("request", "k8s.AdmissionRequest");

/// What a request is about, as far as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) kind: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) operation: Option<String>,
    pub(crate) subresource: Option<String>,
}

/// Whether an input of that name and type is a Kubernetes request.
pub(crate) fn is_request(name: &str, ty: &str) -> bool {
    (name, ty) == REQUEST
}

fn request_of(plan: &Plan) -> Option<usize> {
    plan.inputs.iter().position(|input| {
        let check = plan.checks.get(input.check);
        check.is_some_and(|check| is_request(&input.name, &check.expected))
    })
}

impl Subject {
    /// Of what a machine has bound. Nothing is known of inputs that are no Kubernetes requests.
    pub(crate) fn of(machine: &Machine<'_>) -> Self {
        let request = request_of(machine.plan).and_then(|index| machine.inputs.get(index).copied());
        let Some(request) = request.filter(|request| !matches!(request, Value::Null)) else {
            return Self::default();
        };
        let world = &machine.world;
        let member = |of: Value, path: &[&str]| path.iter().fold(of, |value, key| world.member(value, key));
        // An empty text is Go's way to leave a text out.
        let text = |of: Value, path: &[&str]| {
            let text = world.text(member(of, path))?;
            (!text.is_empty()).then(|| String::from(text))
        };
        let object = match member(request, &["object"]) {
            Value::Null => member(request, &["oldObject"]),
            object => object,
        };
        let kind = text(object, &["kind"]).or_else(|| text(request, &["kind", "kind"]));
        let group = match text(object, &["apiVersion"]) {
            Some(version) => {
                let group = version.split_once('/').map_or("", |(group, _)| group);
                Some(String::from(group))
            }
            // The core group is the empty text, also where it is left out.
            None => text(request, &["kind", "kind"])
                .map(|_| text(request, &["kind", "group"]).unwrap_or_default()),
        };
        let name = text(object, &["metadata", "name"]).or_else(|| text(request, &["name"]));
        let is_namespace = kind.as_deref() == Some("Namespace") && group.as_deref() == Some("");
        let namespace = text(request, &["namespace"])
            .or_else(|| text(object, &["metadata", "namespace"]))
            // As the API server has it for a Namespace.
            .or_else(|| name.clone().filter(|_| is_namespace));
        let mut labels = BTreeMap::new();
        if let Some(mut members) = world.members(member(object, &["metadata", "labels"])) {
            while let Some((key, value)) = members.next(world) {
                if let (Some(key), Some(value)) = (world.text(key), world.text(value)) {
                    labels.insert(key.into(), value.into());
                }
            }
        }
        let operation = text(request, &["operation"]);
        let subresource = text(request, &["subResource"]).unwrap_or_default();
        Self {
            kind,
            group,
            namespace,
            name,
            labels,
            operation,
            subresource: Some(subresource),
        }
    }
}
