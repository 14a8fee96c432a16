//! The texts of schemas, read for the compiler: JSON and YAML by the readers that inputs go through, with
//! their limits, so that a schema is read as an input would be.

use alloc::{string::String, vec::Vec};

use wardlaw_lang::schema::{Content, Key, Node, Scalar, Tree, files as referred};

use crate::input::{Document, Format, Kind, NodeId, ReadLimits, read_stream};

/// Limits of one schema; the largest published ones (all of a Kubernetes version) take half of them.
const LIMITS: ReadLimits = ReadLimits {
    bytes: 16 * 1024 * 1024,
    depth: 200,
    nodes: 1_000_000,
};

/// The other schemas that the `$ref`s of one name, for a host that reads files: their names, made from
/// its own. Those that lead out of the project are left out; the compiler says so.
pub fn files(name: &str, text: &str) -> Vec<String> {
    match read(name, text) {
        Content::Tree(tree) => referred(name, &tree),
        Content::Unreadable { .. } => Vec::new(),
    }
}

/// The one document of a text, for [`wardlaw_lang::Sources::add_schema`]. A name that ends in `.json` is
/// read as JSON, all others as what they look like.
pub fn read(name: &str, text: &str) -> Content {
    let format = if name.rsplit_once('.').is_some_and(|(_, ending)| ending == "json") {
        Format::Json
    } else {
        Format::Auto
    };
    let unreadable = |message: &str, offset| Content::Unreadable {
        message: message.into(),
        offset,
    };
    let mut documents = read_stream(text, format, &LIMITS);
    match (documents.next().map(|item| item.result), documents.next()) {
        (None, _) => unreadable("the file is empty", Some(0)),
        (Some(Err(error)), _) => unreadable(&error.message, Some(error.offset)),
        (Some(Ok(document)), None) => Content::Tree(tree(&document)),
        (Some(Ok(document)), Some(_)) => unreadable(
            "the file holds more than one document, and a schema is one",
            Some(document.extent().end),
        ),
    }
}

/// The nodes of a document are in preorder already.
fn tree(document: &Document<'_>) -> Tree {
    let nodes = (0..document.size() as u32).map(|index| {
        let id = NodeId(index);
        Node {
            value: match document.kind(id) {
                Kind::Null => Scalar::Null,
                Kind::Bool => Scalar::Bool(document.bool(id) == Some(true)),
                Kind::Int => document.int(id).map_or(Scalar::Number, Scalar::Int),
                Kind::Float | Kind::Huge => Scalar::Number,
                Kind::String => Scalar::Text(document.str(id).unwrap_or_default().into()),
                Kind::List => Scalar::List,
                Kind::Object => Scalar::Object,
            },
            key: document.key(id).map(|key| Key {
                text: key.into(),
                span: document.key_span(id).unwrap_or(0..0),
            }),
            span: document.span(id),
            next: document.end(id).0,
        }
    });
    Tree::new(nodes.collect())
}
