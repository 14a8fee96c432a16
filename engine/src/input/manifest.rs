//! What a document holds for Kubernetes: objects, also inside lists and admission reviews. Looks at
//! `apiVersion`, `kind`, `items` and `request` only, and leaves nothing out in silence: an item without
//! a kind is given, and says so.

use alloc::vec::Vec;

use super::document::{Document, Kind, NodeId};

/// What a document is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Contents {
    /// Nothing: a null.
    Empty,
    /// Not for Kubernetes: no object, or one without `apiVersion` and `kind` (Helm values, CI files).
    Other,
    /// Objects in order; none for an empty list.
    Objects(Vec<Manifest>),
}

/// One Kubernetes object in a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Manifest {
    /// Which item of a list it is, from 0; items of lists inside lists are counted through.
    pub item: Option<u32>,
    /// The object. Of an admission request its `object`, or its `oldObject` where there is no new one
    /// (DELETE), or the request where there is neither (CONNECT without options).
    pub object: NodeId,
    /// The `request` of an AdmissionReview, or a bare AdmissionRequest.
    pub request: Option<NodeId>,
    /// The `oldObject` of the request, unless null.
    pub old_object: Option<NodeId>,
    /// Whether the object states `apiVersion` and `kind`. An item of a `PodList` need not: see
    /// [`Document::with_item_types`]. No rule for a kind can match one that lacks them: the caller must say
    /// so, or refuse it.
    pub typed: bool,
}

/// The words by which an object is known; those that it states, and that are text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Identity<'d> {
    /// `apiVersion`.
    pub api_version: Option<&'d str>,
    /// `kind`.
    pub kind: Option<&'d str>,
    /// `metadata.namespace`.
    pub namespace: Option<&'d str>,
    /// `metadata.name`.
    pub name: Option<&'d str>,
    /// `metadata.generateName`.
    pub generate_name: Option<&'d str>,
}

/// What the document is, and its objects.
pub fn contents(document: &Document<'_>) -> Contents {
    let root = document.root();
    if document.kind(root) == Kind::Null {
        return Contents::Empty;
    }
    if is_request(document, root) {
        return Contents::Objects(Vec::from([reviewed(document, root)]));
    }
    let (Some(version), Some(kind)) = (text(document, root, "apiVersion"), text(document, root, "kind"))
    else {
        return Contents::Other;
    };
    if is_review(version, kind)
        && let Some(request) = object_at(document, root, "request")
    {
        return Contents::Objects(Vec::from([reviewed(document, request)]));
    }
    let mut found = Vec::new();
    if let Some(items) = items_of(document, root, kind) {
        flatten(document, items, &mut found);
    } else {
        found.push(bare(root, None, true));
    }
    Contents::Objects(found)
}

/// The objects of a document; empty also where [`contents`] says that it is not for Kubernetes.
pub fn objects(document: &Document<'_>) -> Vec<Manifest> {
    match contents(document) {
        Contents::Objects(objects) => objects,
        Contents::Empty | Contents::Other => Vec::new(),
    }
}

/// The identity of an object.
pub fn identity<'d>(document: &'d Document<'_>, object: NodeId) -> Identity<'d> {
    let metadata = document.get_str(object, "metadata");
    let named = |key| text(document, metadata?, key);
    Identity {
        api_version: text(document, object, "apiVersion"),
        kind: text(document, object, "kind"),
        namespace: named("namespace"),
        name: named("name"),
        generate_name: named("generateName"),
    }
}

fn bare(object: NodeId, item: Option<u32>, typed: bool) -> Manifest {
    Manifest {
        item,
        object,
        request: None,
        old_object: None,
        typed,
    }
}

/// The text at a key of an object.
fn text<'d>(document: &'d Document<'_>, object: NodeId, key: &str) -> Option<&'d str> {
    document.str(document.get_str(object, key)?)
}

fn is_typed(document: &Document<'_>, object: NodeId) -> bool {
    text(document, object, "apiVersion").is_some() && text(document, object, "kind").is_some()
}

fn object_at(document: &Document<'_>, parent: NodeId, key: &str) -> Option<NodeId> {
    document
        .get_str(parent, key)
        .filter(|&node| document.kind(node) == Kind::Object)
}

fn is_review(version: &str, kind: &str) -> bool {
    kind == "AdmissionReview" && matches!(version, "admission.k8s.io/v1" | "admission.k8s.io/v1beta1")
}

/// A bare AdmissionRequest, as tests of webhooks keep them: its `kind` is an object.
fn is_request(document: &Document<'_>, object: NodeId) -> bool {
    let has_text = |key| {
        document
            .get_str(object, key)
            .is_some_and(|node| document.kind(node) == Kind::String)
    };
    has_text("uid") && has_text("operation") && object_at(document, object, "kind").is_some()
}

pub(crate) fn reviewed(document: &Document<'_>, request: NodeId) -> Manifest {
    let new = object_at(document, request, "object");
    let old = object_at(document, request, "oldObject");
    let object = new.or(old).unwrap_or(request);
    Manifest {
        item: None,
        object,
        request: Some(request),
        old_object: old,
        typed: is_typed(document, object),
    }
}

/// The `items` of a list: of `List` always, of another kind that ends so where it has them. Go writes
/// the items of an empty list as null.
pub(super) fn items(document: &Document<'_>, object: NodeId) -> Option<NodeId> {
    items_of(document, object, text(document, object, "kind")?)
}

/// As [`items`], of an object of that kind.
fn items_of(document: &Document<'_>, object: NodeId, kind: &str) -> Option<NodeId> {
    if !kind.ends_with("List") {
        return None;
    }
    let items = document.get_str(object, "items");
    if kind == "List" && items.is_none() {
        // Any node without children stands for the items that are not there.
        return document.get_str(object, "kind");
    }
    items.filter(|node| matches!(document.kind(*node), Kind::List | Kind::Null))
}

/// Adds the items of a list, and of the lists in it. Recursion is bounded by the document's depth.
fn flatten(document: &Document<'_>, list: NodeId, found: &mut Vec<Manifest>) {
    for item in document.children(list) {
        let typed = is_typed(document, item);
        match items(document, item).filter(|_| typed) {
            Some(inner) => flatten(document, inner, found),
            None => found.push(bare(item, Some(found.len() as u32), typed)),
        }
    }
}
