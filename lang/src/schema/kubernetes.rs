//! What Kubernetes adds: custom resources, definitions that the library has types of, and objects that
//! say what they are.

use alloc::{borrow::ToOwned, boxed::Box, format, string::String, vec, vec::Vec};
use core::cmp::Reverse;

use super::{
    At, Work,
    formula::{Atom, Formula},
    shape::{Field, Object, Objects, Shape},
    tree::{NodeId, Scalar, Tree},
};
use crate::{
    FileId,
    types::{Opaque, Type, TypeId, Types},
};

/// A version of a custom resource.
#[derive(Clone, Debug)]
pub(super) struct Version {
    /// `v1beta1`
    pub(super) name: String,
    /// `example.com/v1beta1`
    api: String,
    kind: String,
    schema: NodeId,
    storage: bool,
    served: bool,
}

impl Version {
    /// The version that is meant where none is named: the one that is stored, if it is served, else the
    /// newest that is served, else the newest.
    pub(super) fn usual(versions: &[Self]) -> Option<&Self> {
        versions
            .iter()
            .min_by_key(|version| (!version.served, !version.storage, Reverse(age(&version.name))))
    }
}

/// The order of versions as Kubernetes has it: `v2`, `v1`, `v2beta1`, `v1alpha1`, all others.
fn age(version: &str) -> (u8, u32, u32) {
    let parse = || {
        let rest = version.strip_prefix('v')?;
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (major, rest) = rest.split_at_checked(digits)?;
        let major = major.parse().ok()?;
        if rest.is_empty() {
            return Some((3, major, 0));
        }
        if let Some(minor) = rest.strip_prefix("beta") {
            return Some((2, major, minor.parse().ok()?));
        }
        Some((1, major, rest.strip_prefix("alpha")?.parse().ok()?))
    };
    parse().unwrap_or((0, 0, 0))
}

/// The versions of a CustomResourceDefinition that have a schema; none where the document is no such.
pub(super) fn versions(tree: &Tree) -> Option<Vec<Version>> {
    let text = |path: &[&str]| tree.path(path).and_then(|node| tree.text(node));
    let is_crd = text(&["kind"]) == Some("CustomResourceDefinition")
        && text(&["apiVersion"]).is_some_and(|version| version.starts_with("apiextensions.k8s.io/"));
    if !is_crd {
        return None;
    }
    let (group, kind) = (text(&["spec", "group"])?, text(&["spec", "names", "kind"])?);
    // `v1beta1` has one schema for all versions.
    let common = tree.path(&["spec", "validation", "openAPIV3Schema"]);
    let version = |name: &str, schema, storage, served| Version {
        name: name.to_owned(),
        api: format!("{group}/{name}"),
        kind: kind.to_owned(),
        schema,
        storage,
        served,
    };
    let mut found = Vec::new();
    let listed = tree.path(&["spec", "versions"]);
    for item in listed.into_iter().flat_map(|list| tree.children(list)) {
        let flag = |key| {
            tree.get(item, key)
                .is_some_and(|node| *tree.value(node) == Scalar::Bool(true))
        };
        let own = tree
            .get(item, "schema")
            .and_then(|schema| tree.get(schema, "openAPIV3Schema"));
        let name = tree.get(item, "name").and_then(|name| tree.text(name));
        if let (Some(name), Some(schema)) = (name, own.or(common)) {
            found.push(version(name, schema, flag("storage"), flag("served")));
        }
    }
    if let (true, Some(name), Some(schema)) = (found.is_empty(), text(&["spec", "version"]), common) {
        found.push(version(name, schema, true, true));
    }
    Some(found)
}

/// The library's type of a definition of the Kubernetes API, by the definition's name. So functions of the
/// library take what an imported schema describes by reference.
pub(super) fn known(types: &mut Types, definition: &str) -> Option<TypeId> {
    let name = definition.strip_prefix("io.k8s.")?;
    match name {
        "apimachinery.pkg.api.resource.Quantity" => {
            return Some(types.intern(Type::Opaque(Opaque::Quantity)));
        }
        "apimachinery.pkg.util.intstr.IntOrString" => {
            return Some(types.union(&[Types::INT, Types::STRING]));
        }
        "apimachinery.pkg.apis.meta.v1.Time" | "apimachinery.pkg.apis.meta.v1.MicroTime" => {
            return Some(types.intern(Type::Opaque(Opaque::Time)));
        }
        "apimachinery.pkg.apis.meta.v1.Duration" => {
            return Some(types.intern(Type::Opaque(Opaque::Duration)));
        }
        _ => {}
    }
    let own = name
        .strip_prefix("api.")
        .or_else(|| Some(name.split_once(".pkg.apis.")?.1))?;
    types.packed_named("k8s", own)
}

/// The pattern that generators write for a quantity, which is an integer or a text in a schema.
const QUANTITY: &str = r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$";

/// Whether an integer or text is written as a quantity is.
pub(super) fn is_quantity(tree: &Tree, node: NodeId) -> bool {
    tree.get(node, "pattern").and_then(|node| tree.text(node)) == Some(QUANTITY)
}

/// The group, version and kind that a schema says its objects have, if it names but one.
fn identity(tree: &Tree, node: NodeId) -> Option<(String, String)> {
    let list = tree.get(node, "x-kubernetes-group-version-kind")?;
    let mut all = tree.children(list);
    let (one, None) = (all.next()?, all.next()) else {
        return None;
    };
    let text = |key| tree.get(one, key).and_then(|node| tree.text(node));
    let (group, version, kind) = (text("group").unwrap_or(""), text("version")?, text("kind")?);
    let api_version = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    Some((api_version, kind.to_owned()))
}

impl Work<'_> {
    /// The type of a version of a custom resource: a record that says what it is, so that it can be told
    /// from other kinds.
    pub(super) fn custom_resource(&mut self, file: FileId, version: &Version, alias: &str) -> TypeId {
        let node = version.schema;
        let shape = self.shape(At { file, node });
        let alternatives: Vec<&Objects> = shape.objects.iter().collect();
        let formula = Formula::of(Atom::Node(file, node));
        let mut object = self
            .put_together(&formula, &alternatives)
            .unwrap_or_else(Object::any);
        // Whatever the schema says of it, the API server holds it to be this.
        object.fields.remove("metadata");
        self.identify(&mut object, Some((&version.api, &version.kind)));
        self.record(object, alias)
    }

    /// The type of a schema that an import names.
    pub(super) fn lower_root(&mut self, at: At, alias: &str) -> Option<TypeId> {
        let tree = self.tree(at.file)?;
        let shape = self.shape(at);
        let identity = identity(tree, at.node);
        let object = match shape.objects.as_slice() {
            [Objects::Of(object)] if is_only_object(&shape) => Some(object),
            _ => None,
        };
        let describes_object = |object: &Object| {
            ["apiVersion", "kind", "metadata"]
                .iter()
                .all(|name| object.fields.contains_key(*name))
        };
        if let Some(object) = object.filter(|object| describes_object(object)) {
            let mut object = object.clone();
            let identity = identity
                .as_ref()
                .map(|(version, kind)| (version.as_str(), kind.as_str()));
            self.identify(&mut object, identity);
            return Some(self.record(object, alias));
        }
        Some(self.lower_as(&Formula::of(Atom::Node(at.file, at.node)), alias))
    }

    /// Makes a record that of a Kubernetes object: its metadata is the library's unless the schema describes
    /// it, and where the schema tells, its version and kind are literals.
    fn identify(&mut self, object: &mut Object, identity: Option<(&str, &str)>) {
        let described = object.fields.get("metadata").is_some_and(|field| {
            let shape = self.shape_of(&field.formula);
            shape.objects != [Objects::Of(Object::any())]
        });
        let meta = self
            .types
            .packed_named("k8s", "ObjectMeta")
            .filter(|_| !described);
        let mut set = |name: &str, ty, required| {
            let before = object.fields.get(name).is_some_and(|field| field.required);
            let field = Field {
                formula: Formula::of(Atom::Type(ty)),
                required: required || before,
            };
            object.fields.insert(Box::from(name), field);
        };
        if let Some(meta) = meta {
            set("metadata", meta, identity.is_some());
        }
        if let Some((api_version, kind)) = identity {
            let version = self.types.text_literal(api_version);
            set("apiVersion", version, true);
            let kind = self.types.text_literal(kind);
            set("kind", kind, true);
        }
    }

    /// What `x-kubernetes-embedded-resource` adds: the object says what it is.
    pub(super) fn embedded(&mut self) -> Shape {
        let mut object = Object::any();
        for name in ["apiVersion", "kind"] {
            let field = Field {
                formula: Formula::of(Atom::Type(Types::STRING)),
                required: true,
            };
            object.fields.insert(Box::from(name), field);
        }
        if let Some(meta) = self.types.packed_named("k8s", "ObjectMeta") {
            let field = Field {
                formula: Formula::of(Atom::Type(meta)),
                required: false,
            };
            object.fields.insert(Box::from("metadata"), field);
        }
        Shape {
            objects: vec![Objects::Of(object)],
            ..Shape::never()
        }
    }
}

fn is_only_object(shape: &Shape) -> bool {
    *shape
        == Shape {
            objects: shape.objects.clone(),
            ..Shape::never()
        }
}
