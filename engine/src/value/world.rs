//! What a value refers to: the documents of a decision, the plan's constants and the decision's heap.

use alloc::{borrow::Cow, sync::Arc, vec::Vec};
use core::cmp::Ordering;

use wardlaw_lang::types::Opaque;

use super::{Cursor, DocId, Heap, Members, NodeRef, Value, few::Few, order};
use crate::{
    input::{Document, FieldKey, Kind, NodeId},
    plan::{
        check::Checks,
        shape::{self, Shape, ShapeId},
    },
};

/// The documents and heaps that values refer to.
#[derive(Clone, Debug)]
pub(crate) struct World<'a> {
    /// The plan's constants.
    constants: &'a Heap,
    /// What the decision made.
    pub(crate) heap: Heap,
    /// The plan's literal documents and data.
    plan_docs: &'a [Arc<Document<'static>>],
    /// The inputs of the decision, counted on from these.
    docs: Docs<'a>,
    /// How values are taken whole.
    checks: Option<&'a Checks>,
    /// Of documents whose members do not lie in the order of their keys, where each node comes by pointer:
    /// of the plan's documents, and then of others.
    plan_places: &'a [Option<Vec<u32>>],
    places: Vec<Option<Vec<u32>>>,
}

/// Documents of a decision: most have one.
pub(crate) type Docs<'a> = Few<&'a Document<'a>>;

/// A value as operators see it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum View<'w> {
    /// Absent.
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A number that is none here, as written.
    Huge(&'w str),
    Text(&'w str),
    /// A list, set or tuple.
    List,
    /// A map or record.
    Map,
    /// A value of an opaque type, as written.
    Opaque(Opaque, &'w str),
}

impl<'a> World<'a> {
    /// A world with an empty heap of its own.
    pub(crate) fn new(constants: &'a Heap, docs: Docs<'a>) -> Self {
        Self {
            constants,
            heap: Heap::default(),
            plan_docs: &[],
            docs,
            checks: None,
            plan_places: &[],
            places: Vec::new(),
        }
    }

    /// With the shapes that values may have.
    pub(crate) fn with_shapes(mut self, checks: &'a Checks) -> Self {
        self.checks = Some(checks);
        self
    }

    /// With the plan's documents, before all others.
    pub(crate) fn with_documents(mut self, documents: &'a [Arc<Document<'static>>]) -> Self {
        self.plan_docs = documents;
        self
    }

    /// With the order of places in the plan's documents.
    pub(crate) fn with_places(mut self, places: &'a [Option<Vec<u32>>]) -> Self {
        self.plan_places = places;
        self
    }

    /// Prepares for [`World::by_place`].
    pub(crate) fn order_places(&mut self) {
        let known = self.plan_places.len().saturating_add(self.places.len());
        for id in known..self.count_docs() {
            if let Some(document) = self.doc(DocId(id as u32)) {
                self.places.push(document.pointer_order());
            }
        }
    }

    /// How two places order, as findings do: by document and pointer. What was made comes last.
    pub(crate) fn by_place(&self, a: Option<NodeRef>, b: Option<NodeRef>) -> Ordering {
        let number = |at: NodeRef| {
            let mut all = self.plan_places.iter().chain(&self.places);
            let order = all.nth(at.doc.0 as usize).and_then(Option::as_ref);
            let number = order.and_then(|order| order.get(at.node.0 as usize));
            (at.doc, number.copied().unwrap_or(at.node.0))
        };
        let unmade = a.is_none().cmp(&b.is_none());
        unmade.then_with(|| a.map(number).cmp(&b.map(number)))
    }

    /// The document of that id.
    #[inline]
    pub(crate) fn doc(&self, id: DocId) -> Option<&'a Document<'a>> {
        let id = id.0 as usize;
        match id.checked_sub(self.plan_docs.len()) {
            Some(own) => self.docs.get(own).copied(),
            None => self.plan_docs.get(id).map(|document| &**document),
        }
    }

    /// All documents, in the order of their ids.
    #[cfg(feature = "reference")]
    pub(crate) fn all_docs(&self) -> impl Iterator<Item = &'a Document<'a>> {
        (0..self.count_docs()).filter_map(|id| self.doc(DocId(id as u32)))
    }

    /// How many documents there are.
    pub(crate) fn count_docs(&self) -> usize {
        self.plan_docs.len().saturating_add(self.docs.len())
    }

    /// Adds a document behind all others.
    pub(crate) fn add_doc(&mut self, document: &'a Document<'a>) -> DocId {
        let id = DocId(self.count_docs() as u32);
        self.docs.push(document);
        id
    }

    /// The value of a node: absent for null.
    pub(crate) fn node(&self, doc: DocId, node: NodeId) -> Value {
        match self.doc(doc).map_or(Kind::Null, |document| document.kind(node)) {
            Kind::Null => Value::Null,
            _ => Value::Node(NodeRef { doc, node }),
        }
    }

    /// What a value is.
    pub(crate) fn view(&self, value: Value) -> View<'_> {
        match value {
            Value::Null => View::Null,
            Value::Bool(value) => View::Bool(value),
            Value::Int(value) => View::Int(value),
            Value::Float(value) => View::Float(value),
            Value::Node(at) | Value::Shaped(_, at) => self.view_node(at),
            Value::Key(at) => View::Text(self.doc(at.doc).and_then(|doc| doc.key(at.node)).unwrap_or("")),
            Value::Text(id) => View::Text(self.made_text(id)),
            Value::List(_) | Value::Set(_) | Value::Tuple(_) => View::List,
            Value::Map(_) => View::Map,
            Value::Read(opaque, at) => View::Opaque(opaque, self.opaque_text(at)),
            Value::Made(opaque, id) => View::Opaque(opaque, self.made_text(id)),
        }
    }

    /// A text, or a number as it is spelled.
    fn opaque_text(&self, at: NodeRef) -> &'a str {
        let Some(doc) = self.doc(at.doc) else { return "" };
        doc.str(at.node)
            .or_else(|| doc.number_text(at.node))
            .unwrap_or("")
    }

    /// The text of a value of an opaque type, free of the heap.
    pub(crate) fn opaque_apart(&self, value: Value) -> Option<(Opaque, Cow<'a, str>)> {
        match value {
            Value::Read(opaque, at) => Some((opaque, Cow::Borrowed(self.opaque_text(at)))),
            Value::Made(opaque, id) => self.text_apart(Value::Text(id)).map(|text| (opaque, text)),
            _ => None,
        }
    }

    fn view_node(&self, at: NodeRef) -> View<'a> {
        let Some(doc) = self.doc(at.doc) else {
            return View::Null;
        };
        match doc.kind(at.node) {
            Kind::Null => View::Null,
            Kind::Bool => View::Bool(doc.bool(at.node).unwrap_or_default()),
            Kind::Int => View::Int(doc.int(at.node).unwrap_or_default()),
            Kind::Float => View::Float(doc.float(at.node).unwrap_or_default()),
            Kind::Huge => View::Huge(doc.number_text(at.node).unwrap_or_default()),
            Kind::String => View::Text(doc.str(at.node).unwrap_or_default()),
            Kind::List => View::List,
            Kind::Object => View::Map,
        }
    }

    /// A made text.
    pub(crate) fn made_text(&self, id: u32) -> &str {
        match id.checked_sub(self.constants.texts()) {
            None => self.constants.text(id),
            Some(own) => self.heap.text(own),
        }
    }

    /// The items of a made list, set, tuple or map.
    pub(crate) fn run(&self, id: u32) -> &[Value] {
        match id.checked_sub(self.constants.runs()) {
            None => self.constants.run(id),
            Some(own) => self.heap.run(own),
        }
    }

    /// Adds a text to the decision's heap.
    pub(crate) fn add_text(&mut self, text: &str) -> Value {
        let own = self.heap.add_text(text);
        Value::Text(own.saturating_add(self.constants.texts()))
    }

    /// Adds a run to the decision's heap; the id is wrapped by the caller.
    pub(crate) fn add_run(&mut self, items: &[Value]) -> u32 {
        self.heap.add_run(items).saturating_add(self.constants.runs())
    }

    /// The text of a value, if it is one.
    pub(crate) fn text(&self, value: Value) -> Option<&str> {
        match self.view(value) {
            View::Text(text) => Some(text),
            _ => None,
        }
    }

    /// As [`World::text`], free of the heap, so that the heap may grow while it is used.
    pub(crate) fn text_apart(&self, value: Value) -> Option<Cow<'a, str>> {
        match value {
            Value::Node(at) => self.doc(at.doc)?.str(at.node).map(Cow::Borrowed),
            Value::Key(at) => self.doc(at.doc)?.key(at.node).map(Cow::Borrowed),
            Value::Text(id) => Some(match id.checked_sub(self.constants.texts()) {
                None => Cow::Borrowed(self.constants.text(id)),
                Some(own) => Cow::Owned(self.heap.text(own).into()),
            }),
            _ => None,
        }
    }

    /// The elements of a list, set or tuple; none for anything else.
    pub(crate) fn elements(&self, value: Value) -> Option<Cursor<'a>> {
        match value {
            Value::List(run) | Value::Set(run) | Value::Tuple(run) => Some(Cursor::run(run)),
            Value::Node(at) => {
                let doc = self.doc(at.doc)?;
                (doc.kind(at.node) == Kind::List).then(|| Cursor::children(at.doc, doc.children(at.node)))
            }
            Value::Shaped(shape, at) => {
                (self.doc(at.doc)?.kind(at.node) == Kind::List).then(|| self.shaped_elements(shape, at))
            }
            _ => None,
        }
    }

    /// The members of a map or record, ordered by key; none for anything else.
    pub(crate) fn members(&self, value: Value) -> Option<Members> {
        match value {
            Value::Map(run) => Some(Members::run(run)),
            Value::Node(at) => {
                let doc = self.doc(at.doc)?;
                (doc.kind(at.node) == Kind::Object).then(|| Members::node(at, doc))
            }
            Value::Shaped(shape, at) => Some(self.members(Value::Node(at))?.shaped(shape, at.node)),
            _ => None,
        }
    }

    /// How many elements a list, set or tuple has.
    pub(crate) fn len(&self, value: Value) -> Option<usize> {
        match value {
            Value::List(run) | Value::Set(run) | Value::Tuple(run) => Some(self.run(run).len()),
            Value::Node(at) | Value::Shaped(_, at) => {
                let doc = self.doc(at.doc)?;
                (doc.kind(at.node) == Kind::List).then(|| doc.len(at.node))
            }
            _ => None,
        }
    }

    /// The element at an index.
    pub(crate) fn element(&self, list: Value, index: usize) -> Value {
        match list {
            Value::List(run) | Value::Set(run) | Value::Tuple(run) => {
                self.run(run).get(index).copied().unwrap_or(Value::Null)
            }
            Value::Node(at) | Value::Shaped(_, at) => self
                .doc(at.doc)
                .and_then(|doc| doc.element(at.node, index))
                .map_or(Value::Null, |node| self.node(at.doc, node)),
            _ => Value::Null,
        }
    }

    /// The member of a map or record by a field's name.
    pub(crate) fn field(&self, map: Value, key: &FieldKey) -> Value {
        match map {
            Value::Node(at) | Value::Shaped(_, at) => self
                .doc(at.doc)
                .and_then(|doc| doc.get(at.node, key))
                .map_or(Value::Null, |node| self.node(at.doc, node)),
            _ => self.member(map, key.text()),
        }
    }

    /// The member of a map or record.
    pub(crate) fn member(&self, map: Value, key: &str) -> Value {
        match map {
            Value::Map(run) => {
                let items = self.run(run);
                let (mut low, mut high) = (0, items.len() / 2);
                while low < high {
                    let middle = low.midpoint(high);
                    let at = middle.saturating_mul(2);
                    let name = items.get(at).and_then(|name| self.text(*name)).unwrap_or("");
                    match name.cmp(key) {
                        Ordering::Less => low = middle.saturating_add(1),
                        Ordering::Greater => high = middle,
                        Ordering::Equal => {
                            return items.get(at.saturating_add(1)).copied().unwrap_or(Value::Null);
                        }
                    }
                }
                Value::Null
            }
            Value::Node(at) | Value::Shaped(_, at) => self
                .doc(at.doc)
                .and_then(|doc| doc.get_str(at.node, key))
                .map_or(Value::Null, |node| self.node(at.doc, node)),
            _ => Value::Null,
        }
    }

    /// Whether a list, set or map (by its keys) holds the value.
    pub(crate) fn contains(&self, container: Value, value: Value) -> bool {
        match container {
            Value::Set(run) => {
                let items = self.run(run);
                let found = match self.view(value) {
                    View::Text(text) => items.binary_search_by(|item| match self.view(*item) {
                        View::Text(item) => item.cmp(text),
                        _ => order::compare(self, *item, value),
                    }),
                    _ => items.binary_search_by(|item| order::compare(self, *item, value)),
                };
                found.is_ok()
            }
            _ => {
                if let Some(mut elements) = self.elements(container) {
                    while let Some(element) = elements.next(self) {
                        if order::equal(self, element, value) {
                            return true;
                        }
                    }
                    return false;
                }
                match self.text(value) {
                    Some(key) => !matches!(self.member(container, key), Value::Null),
                    None => false,
                }
            }
        }
    }
}

/// Values that are taken whole.
impl World<'_> {
    fn shape(&self, shape: ShapeId) -> Option<(&Checks, &Shape)> {
        let checks = self.checks?;
        Some((checks, checks.shape(shape)?))
    }

    /// A node as its shape has it. What does not fit stays as it is written.
    pub(crate) fn shaped(&self, shape: ShapeId, at: NodeRef) -> Value {
        let (Some(doc), Some((checks, known))) = (self.doc(at.doc), self.shape(shape)) else {
            return self.node(at.doc, at.node);
        };
        match doc.kind(at.node) {
            Kind::List | Kind::Object if known.special => Value::Shaped(shape, at),
            Kind::String | Kind::Int | Kind::Float | Kind::Huge => {
                let check = checks.get(known.check);
                check
                    .and_then(|check| check.scalar(doc, at))
                    .unwrap_or(Value::Node(at))
            }
            Kind::Null | Kind::Bool | Kind::List | Kind::Object => self.node(at.doc, at.node),
        }
    }

    /// The elements of a list; of one that stands for a set each once, in order.
    fn shaped_elements(&self, shape: ShapeId, list: NodeRef) -> Cursor<'static> {
        let mut items = Vec::new();
        if let (Some(doc), Some((_, known))) = (self.doc(list.doc), self.shape(shape)) {
            for (index, node) in doc.children(list.node).enumerate() {
                let at = NodeRef { doc: list.doc, node };
                items.push(match known.element_at(index) {
                    Some(element) => self.shaped(element, at),
                    None => self.node(at.doc, at.node),
                });
            }
            if known.set {
                sort_set(self, &mut items);
            }
        }
        Cursor::Shaped(items.into_iter())
    }

    /// A member of an object of that shape.
    pub(crate) fn shaped_member(&self, shape: ShapeId, object: NodeId, member: NodeRef) -> Value {
        let value = || {
            let doc = self.doc(member.doc)?;
            let (checks, known) = self.shape(shape)?;
            let members = known.members_of(checks, doc, object);
            let below = shape::member(members, doc.key(member.node)?)?;
            Some(self.shaped(below, member))
        };
        value().unwrap_or(Value::Node(member))
    }
}

/// Orders the values and drops equal ones; of equal values the first stays.
pub(crate) fn sort_set(world: &World<'_>, items: &mut Vec<Value>) {
    items.sort_by(|a, b| order::compare(world, *a, *b));
    items.dedup_by(|later, earlier| order::equal(world, *later, *earlier));
}
