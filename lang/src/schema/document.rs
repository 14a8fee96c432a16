//! What a file holds — a JSON Schema, an OpenAPI document, a CustomResourceDefinition — and which place in
//! it an import or a `$ref` names.

use alloc::{borrow::ToOwned, collections::BTreeMap, format, rc::Rc, string::String, vec::Vec};

use super::{
    At, Content, FileInfo, Import, Work,
    address::{decode, follow, join, split},
    formula::Atom,
    keyword,
    kubernetes::{self, Version},
    tree::{NodeId, Scalar, Tree},
};
use crate::{FileId, suggest::nearest, types::TypeId};

/// Where definitions stand, from the root.
const DEFINITIONS: &[&[&str]] = &[&["$defs"], &["definitions"], &["components", "schemas"]];

/// Names that a message lists.
const SHOWN: usize = 8;

impl Work<'_> {
    /// The type that an import names; none where it cannot be had, which was reported.
    pub(super) fn import(&mut self, import: Import<'_>) -> Option<TypeId> {
        let (path, fragment) = split(import.reference);
        let name = match join(self.sources.name(import.policy), path) {
            Ok(name) if !path.is_empty() => name,
            Ok(_) => {
                self.report
                    .import("the import names no file".into(), "write the path of a schema");
                return None;
            }
            Err(error) => {
                let message = format!("`{path}` {}", error.message());
                self.report.import(
                    message,
                    "copy the schema into the project, and name it relative to this file",
                );
                return None;
            }
        };
        let file = match self.sources.schema(&name) {
            Some((file, Content::Tree(_))) => file,
            Some((file, Content::Unreadable { message, offset })) => {
                match offset {
                    Some(at) => {
                        let span = self.report.span(file, &(*at..at.saturating_add(1)));
                        self.report
                            .error(span, message.clone(), "a schema is one document, JSON or YAML");
                    }
                    None => self.report.import(
                        format!("cannot read `{name}`: {message}"),
                        "the path is relative to this file, and does not leave the project",
                    ),
                }
                return None;
            }
            None => {
                let known = self.sources.iter().filter(|(_, source)| source.schema.is_some());
                let near = nearest(&name, known.map(|(_, source)| source.name.as_str())).map(String::from);
                let message = format!("there is no schema `{name}`");
                let help = near.map_or("the path is relative to this file".into(), |near| {
                    format!("did you mean `{near}`?")
                });
                self.report.import(message, help);
                return None;
            }
        };
        let key = (file, String::from(fragment));
        if let Some(known) = self.memo.roots.get(&key) {
            return Some(*known);
        }
        let ty = self.root(file, fragment, import.alias)?;
        self.memo.roots.insert(key, ty);
        Some(ty)
    }

    /// The type of a fragment of a file.
    fn root(&mut self, file: FileId, fragment: &str, alias: &str) -> Option<TypeId> {
        let tree = self.tree(file)?;
        if let Some(versions) = kubernetes::versions(tree) {
            if versions.is_empty() {
                let span = self.node_span(file, Tree::ROOT);
                self.report.error(
                    span,
                    "this CustomResourceDefinition has no version with a schema".into(),
                    "it needs `spec.versions[].schema.openAPIV3Schema`",
                );
                return None;
            }
            let version = if fragment.is_empty() {
                Version::usual(&versions)
            } else {
                versions.iter().find(|version| version.name == fragment)
            };
            if let Some(version) = version {
                return Some(self.custom_resource(file, version, alias));
            }
            if !fragment.starts_with('/') {
                let names = versions.iter().map(|version| version.name.as_str());
                self.no_such_part(fragment, names.map(String::from).collect());
                return None;
            }
        }
        let info = self.info(file);
        if fragment.is_empty() {
            let says = tree.members(Tree::ROOT).any(|(key, _)| keyword::is_typed(key));
            if tree.is_object(Tree::ROOT) && !says && !info.definitions.is_empty() {
                self.no_such_part("", info.definitions.values().cloned().collect());
                return None;
            }
            return self.lower_root(
                At {
                    file,
                    node: Tree::ROOT,
                },
                alias,
            );
        }
        let node = if fragment.starts_with('/') {
            follow(tree, Tree::ROOT, &decode(fragment))
        } else {
            named(&info, &decode(fragment))
        };
        let Some(node) = node else {
            self.no_such_part(fragment, info.definitions.values().cloned().collect());
            return None;
        };
        self.lower_root(At { file, node }, alias)
    }

    fn no_such_part(&mut self, fragment: &str, mut names: Vec<String>) {
        let near = nearest(fragment, names.iter().map(String::as_str)).map(String::from);
        let message = if fragment.is_empty() {
            "the document describes no value itself, only parts that have names".into()
        } else {
            format!("the schema has no part `#{fragment}`")
        };
        let help = near.map_or_else(
            || {
                let more = if names.len() > SHOWN { ", …" } else { "" };
                names.truncate(SHOWN);
                format!("name one with `#`: `#{}`{more}", names.join("`, `#"))
            },
            |near| format!("did you mean `#{near}`?"),
        );
        self.report.import(message, help);
    }

    /// What is known of a file as a whole, found out once.
    pub(super) fn info(&mut self, file: FileId) -> Rc<FileInfo> {
        if let Some(known) = self.memo.files.get(&file) {
            return Rc::clone(known);
        }
        let mut info = FileInfo::default();
        if let Some(tree) = self.tree(file) {
            info.siblings = siblings(tree);
            for path in DEFINITIONS {
                for (name, node) in tree.path(path).into_iter().flat_map(|at| tree.members(at)) {
                    info.definitions.insert(node, name.to_owned());
                    let pointer = format!("/{}/{name}", path.join("/"));
                    info.pointers.insert(pointer, node);
                }
            }
            for id in tree.ids() {
                let Some(node) = tree.node(id) else { continue };
                let (Some(key), Scalar::Text(text)) = (&node.key, &node.value) else {
                    continue;
                };
                match &*key.text {
                    "$anchor" | "$dynamicAnchor" => drop(info.anchors.insert(String::from(&**text), id)),
                    "$id" | "id" => match text.strip_prefix('#') {
                        Some(anchor) => drop(info.anchors.insert(anchor.to_owned(), id)),
                        None => drop(info.ids.insert(text.trim_end_matches('#').to_owned(), id)),
                    },
                    _ => {}
                }
            }
            parents(tree, &mut info.anchors);
            parents(tree, &mut info.ids);
        }
        let info = Rc::new(info);
        self.memo.files.insert(file, Rc::clone(&info));
        info
    }

    /// What the `$ref` at a place means; none where that cannot be had, which was reported.
    pub(super) fn reference(&mut self, at: At) -> Option<Atom> {
        if let Some(known) = self.memo.references.get(&at) {
            return *known;
        }
        let found = self.resolve(at);
        self.memo.references.insert(at, found);
        found
    }

    fn resolve(&mut self, at: At) -> Option<Atom> {
        let tree = self.tree(at.file)?;
        let span = self.node_span(at.file, at.node);
        let Some(reference) = tree.text(at.node) else {
            self.report.error(
                span,
                "a `$ref` is a text".into(),
                "write the place of another schema",
            );
            return None;
        };
        let (path, fragment) = split(reference);
        let shown: String = reference.chars().take(120).collect();
        let (mut file, mut base) = (at.file, Tree::ROOT);
        if let Some(own) = self.info(at.file).ids.get(path).filter(|_| !path.is_empty()) {
            base = *own;
        } else if !path.is_empty() {
            let name = match join(self.sources.name(at.file), &decode(path)) {
                Ok(name) => name,
                Err(error) => {
                    let message = format!("`{shown}` {}", error.message());
                    self.report.error(
                        span,
                        message,
                        "copy what it names into the project, and refer to it by a relative path",
                    );
                    return None;
                }
            };
            match self.sources.schema(&name) {
                Some((other, Content::Tree(_))) => file = other,
                Some((_, Content::Unreadable { message, .. })) => {
                    let message = format!("cannot read `{name}`: {message}");
                    self.report
                        .error(span, message, "the path is relative to this schema");
                    return None;
                }
                None => {
                    let message = format!("there is no schema `{name}`");
                    self.report
                        .error(span, message, "the path is relative to this schema");
                    return None;
                }
            }
        }
        let fragment = decode(fragment);
        if let Some(ty) = definition_name(&fragment).and_then(|name| kubernetes::known(self.types, name)) {
            return Some(Atom::Type(ty));
        }
        let found = if fragment.is_empty() {
            Some(base)
        } else if fragment.starts_with('/') {
            let info = self.info(file);
            let known = info.pointers.get(&*fragment).filter(|_| base == Tree::ROOT);
            // A path that is none of these is walked, which is work where objects are large.
            let walk = || follow(self.tree(file)?, base, &fragment);
            known.copied().or_else(walk)
        } else {
            self.info(file).anchors.get(&*fragment).copied()
        };
        if found.is_none() && !self.report.is_full() {
            let info = self.info(file);
            let near = definition_name(&fragment)
                .and_then(|name| nearest(name, info.definitions.values().map(String::as_str)));
            let help = near.map_or("nothing stands there; mend the path".into(), |near| {
                format!("did you mean `{near}`?")
            });
            self.report.error(span, format!("`{shown}` leads nowhere"), help);
        }
        found.map(|node| Atom::Node(file, node))
    }

    /// Where a node was written.
    pub(super) fn node_span(&self, file: FileId, node: NodeId) -> crate::Span {
        let range = self
            .tree(file)
            .and_then(|tree| tree.node(node))
            .map(|node| &node.span);
        self.report.span(file, range.unwrap_or(&(0..0)))
    }

    /// Where the key of a member was written; of another node, the node.
    pub(super) fn key_span(&self, file: FileId, node: NodeId) -> crate::Span {
        let written = self.tree(file).and_then(|tree| tree.node(node));
        match written.and_then(|node| node.key.as_ref()) {
            Some(key) => self.report.span(file, &key.span),
            None => self.node_span(file, node),
        }
    }
}

/// The part that a fragment names without a path: an anchor or a definition.
fn named(info: &FileInfo, fragment: &str) -> Option<NodeId> {
    let definition = || info.definitions.iter().find(|(_, name)| *name == fragment);
    let anchor = info.anchors.get(fragment).copied();
    anchor.or_else(|| definition().map(|(node, _)| *node))
}

/// The last name of a pointer to a definition.
fn definition_name(fragment: &str) -> Option<&str> {
    let (path, name) = fragment.rsplit_once('/')?;
    matches!(path, "/definitions" | "/$defs" | "/components/schemas").then_some(name)
}

/// From the keyword that gives a name to the schema that has it.
fn parents(tree: &Tree, names: &mut BTreeMap<String, NodeId>) {
    let mut wanted: BTreeMap<NodeId, NodeId> = names.values().map(|node| (*node, *node)).collect();
    for id in tree.ids().filter(|id| tree.is_object(*id)) {
        for key in ["$anchor", "$dynamicAnchor", "$id", "id"] {
            if let Some(parent) = tree.get(id, key).and_then(|child| wanted.get_mut(&child)) {
                *parent = id;
            }
        }
    }
    for node in names.values_mut() {
        *node = wanted.get(node).copied().unwrap_or(*node);
    }
}

/// Whether what stands beside a `$ref` counts in this document. Without `$schema` the newest draft holds.
fn siblings(tree: &Tree) -> bool {
    let text = |key| tree.get(Tree::ROOT, key).and_then(|node| tree.text(node));
    if let Some(version) = text("openapi") {
        return !version.starts_with("3.0");
    }
    if tree.get(Tree::ROOT, "swagger").is_some() {
        return false;
    }
    !text("$schema").is_some_and(|draft| {
        ["draft-03", "draft-04", "draft-05", "draft-06", "draft-07"]
            .iter()
            .any(|old| draft.contains(old))
    })
}
