//! `import schema`: types of JSON Schema (draft 4 to 2020-12), OpenAPI and Kubernetes' custom resources.
//!
//! A type is never stricter than its schema: what fits the schema fits the type. Where a schema says what
//! a type cannot, the type is wider, `any` at worst, and a warning names the place.
//!
//! The host reads files and hands over their trees ([`Tree`]). A schema is read in three steps: `read.rs`
//! makes of each place a shape, one level deep (`shape.rs`); `formula.rs` keeps what fields must fit
//! without looking into it; `lower.rs` makes types of both, each formula once, so that recursive schemas
//! end. All work is counted, and a schema made to exhaust it is an error.

mod address;
mod document;
mod formula;
mod keyword;
mod kubernetes;
mod lower;
mod object;
mod read;
mod report;
mod shape;
mod tree;

use alloc::{collections::BTreeMap, rc::Rc, string::String, vec::Vec};

pub use address::{AddressError, files, join, split};
pub use tree::{Key, Node, NodeId, Scalar, Tree};

use crate::{
    FileId, Sources, Span,
    syntax::ast,
    types::{TypeId, Types},
};
use formula::{Atom, Formula};
use report::Report;
use shape::Shape;

/// What the host read of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Its tree.
    Tree(Tree),
    /// Why there is none, and the byte where it went wrong, if that is a matter of the text.
    Unreadable {
        /// What is wrong, to follow "`file`: ".
        message: String,
        /// Where in the text.
        offset: Option<u32>,
    },
}

/// The files that a policy imports as schemas, by the names under which the host is to hand them over.
pub fn imports(name: &str, file: &ast::File<'_>) -> Vec<String> {
    let references = file.items.iter().filter_map(|item| match &item.kind {
        ast::ItemKind::ImportSchema { file, .. } => file.literal(),
        _ => None,
    });
    references
        .filter_map(|reference| join(name, split(reference).0).ok())
        .collect()
}

/// A place in a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct At {
    file: FileId,
    node: NodeId,
}

/// What is known of a schema file as a whole.
#[derive(Debug, Default)]
struct FileInfo {
    /// `$anchor`s and the like.
    anchors: BTreeMap<String, NodeId>,
    /// Parts that have an address of their own.
    ids: BTreeMap<String, NodeId>,
    /// Definitions, by place.
    definitions: BTreeMap<NodeId, String>,
    /// Definitions, by the pointer that leads to them.
    pointers: BTreeMap<String, NodeId>,
    /// Whether what stands beside a `$ref` counts: not in draft 7 and before, nor in OpenAPI before 3.1.
    siblings: bool,
}

/// A type that was made of a formula.
#[derive(Clone, Copy, Debug)]
enum Lowered {
    /// It is being made; its name, if it was asked for meanwhile.
    Now(Option<TypeId>),
    /// The type where a value is present, and whether null fits as well.
    Done(TypeId, bool),
}

/// All schemas of one compilation; what was made of one import serves the next.
#[derive(Debug, Default)]
pub(crate) struct Importer {
    files: BTreeMap<FileId, Rc<FileInfo>>,
    /// None: the shape is being made.
    shapes: BTreeMap<At, Option<Rc<Shape>>>,
    references: BTreeMap<At, Option<Atom>>,
    lowered: BTreeMap<Formula, Lowered>,
    /// By file, fragment.
    roots: BTreeMap<(FileId, String), TypeId>,
    work: u64,
}

/// One `import schema`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Import<'i> {
    /// The file that says so.
    pub(crate) policy: FileId,
    /// What it says: a file, and perhaps `#` and a place in it.
    pub(crate) reference: &'i str,
    /// Where.
    pub(crate) span: Span,
    /// The name of the type.
    pub(crate) alias: &'i str,
}

/// All work on schemas of one compilation: places read, fields put together, types made.
const MOST_WORK: u64 = 4_000_000;

/// An import at work.
struct Work<'w> {
    memo: &'w mut Importer,
    types: &'w mut Types,
    sources: &'w Sources,
    report: Report<'w>,
    /// Records whose fields are still to be looked into.
    waiting: Vec<lower::Waiting>,
}

impl Importer {
    /// The type that an import names, and what is wrong with it.
    pub(crate) fn import(
        &mut self,
        types: &mut Types,
        sources: &Sources,
        import: Import<'_>,
    ) -> (TypeId, Vec<crate::Diagnostic>) {
        let mut work = Work {
            memo: self,
            types,
            sources,
            report: Report::new(import, sources),
            waiting: Vec::new(),
        };
        let mut ty = work.import(import).unwrap_or(Types::ERROR);
        let diagnostics = work.report.finish();
        if diagnostics.iter().any(crate::Diagnostic::is_error) {
            // What was made of the rest would only give more to mend that is no mistake.
            self.roots.retain(|_, known| *known != ty);
            ty = Types::ERROR;
        }
        (ty, diagnostics)
    }
}

impl<'w> Work<'w> {
    fn tree(&self, file: FileId) -> Option<&'w Tree> {
        self.sources.tree(file)
    }

    /// Whether there is work left; tells once where there is not.
    fn spend(&mut self, amount: usize) -> bool {
        let before = self.memo.work;
        self.memo.work = before.saturating_add(amount as u64);
        if before <= MOST_WORK && self.memo.work > MOST_WORK {
            self.report.exhausted();
        }
        self.memo.work <= MOST_WORK
    }
}
