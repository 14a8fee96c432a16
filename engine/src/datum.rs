//! A value for a datum: made by the host, or a part of a file. Of a part the text is kept, so that
//! findings about it, and what is wrong with it, are shown where they stand.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

use serde_json::Value as Json;
use wardlaw_lang::{FileId, Sources, Span};

use crate::input::{Document, NodeId, ReadError};

/// A file of data: an object whose keys are the full names of data.
#[derive(Debug)]
pub struct DataFile {
    name: String,
    text: String,
    document: Document<'static>,
}

impl DataFile {
    /// A text under the name that messages show, and the document that was read from it.
    pub fn new(name: impl Into<String>, text: impl Into<String>, document: Document<'_>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            document: document.into_owned(),
        }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The data by full name, in the order of the file; nothing where it holds no object.
    pub fn data(self: &Arc<Self>) -> Vec<(String, Datum)> {
        let members = self.document.children(self.document.root());
        let named = members.filter_map(|node| {
            let part = Datum(Inner::Part(Arc::clone(self), node));
            Some((self.document.key(node)?.to_owned(), part))
        });
        named.collect()
    }

    /// Adds the text to the sources, for diagnostics.
    fn file(&self, sources: &mut Sources) -> FileId {
        let known = sources.iter().find(|(_, source)| source.name == self.name);
        match known {
            Some((file, source)) if *source.text == *self.text() => file,
            _ => sources.add(self.name.clone(), self.text()),
        }
    }
}

/// A value for a datum.
#[derive(Clone, Debug)]
pub struct Datum(Inner);

#[derive(Clone, Debug)]
enum Inner {
    Value(Json),
    Part(Arc<DataFile>, NodeId),
}

impl From<Json> for Datum {
    fn from(value: Json) -> Self {
        Self(Inner::Value(value))
    }
}

impl Datum {
    /// The file that it is a part of.
    pub fn file(&self) -> Option<&Arc<DataFile>> {
        match &self.0 {
            Inner::Value(_) => None,
            Inner::Part(file, _) => Some(file),
        }
    }

    /// A document of its own.
    pub(crate) fn document(&self) -> Result<Document<'static>, ReadError> {
        match &self.0 {
            Inner::Value(value) => Document::from_value(value),
            Inner::Part(file, node) => Ok(file.document.part(*node)),
        }
    }

    /// Where a part of it stands in its file, given by a JSON pointer: the nearest that is present.
    pub(crate) fn span(&self, pointer: &str, sources: &mut Sources) -> Option<Span> {
        let Inner::Part(file, node) = &self.0 else {
            return None;
        };
        let (at, _) = file.document.resolve_nearest(*node, pointer);
        let range = file.document.span(at);
        Some(Span::new(file.file(sources), range.start, range.end))
    }

    /// Where its name stands in its file.
    pub(crate) fn key_span(&self, sources: &mut Sources) -> Option<Span> {
        let Inner::Part(file, node) = &self.0 else {
            return None;
        };
        let range = file.document.key_span(*node)?;
        Some(Span::new(file.file(sources), range.start, range.end))
    }

    /// As text, for messages of hosts without a text of their own.
    pub(crate) fn shown(&self) -> String {
        match &self.0 {
            Inner::Value(value) => value.to_string(),
            Inner::Part(file, node) => file.document.to_value(*node).to_string(),
        }
    }
}
