//! Evaluation of a plan over the documents of one decision. The machine owns all that changes; the
//! plan is shared and never changes. Recursion is bounded when the plan is built (`plan/depth.rs`).

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

mod buffers;
mod call;
mod clause;
mod comprehension;
mod expr;
mod fuel;
mod join;
mod memo;
mod operator;
mod place;
mod relation;
mod snapshot;
mod test;
mod whole;

use crate::{
    builtins::pattern::Regex,
    fault::{Fault, FaultInfo, Reason},
    input::{Document, Kind},
    limits::Limits,
    plan::{
        OpId, Plan,
        check::{Check, CheckId, Convert, Found, kinds},
        shape::ShapeId,
    },
    value::{
        DocId, NodeRef, Value, World,
        index::Index,
        place::Place,
        shown::Origins,
        world::{Docs, sort_set},
    },
};

use buffers::Buffers;
pub(crate) use buffers::Chosen;
pub(crate) use clause::Sink;
pub(crate) use expr::missing;
pub(crate) use fuel::{Fuel, Stop};
use memo::Memo;
pub(crate) use memo::{Below, Fields, Form};
use relation::{Stored, Window};
pub(crate) use snapshot::Snapshot;

/// Evaluation that may meet a fault.
pub(crate) type Eval<T> = Result<T, Fault>;

/// A cached result.
#[derive(Clone, Debug)]
enum Slot {
    /// Not evaluated yet.
    Empty,
    /// Its value.
    Value(Value),
    /// It met an error: everything that reads it does, too.
    Fault(Box<FaultInfo>),
}

/// All that changes during one decision. Tests go on from a copy, so that no case changes another.
#[derive(Clone, Debug)]
pub(crate) struct Machine<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) world: World<'a>,
    /// What the places of each document are relative to.
    pub(crate) origins: Origins<'a>,
    pub(crate) limits: Limits,
    /// What is left.
    pub(crate) fuel: Fuel<'a>,
    /// Values of the inputs.
    pub(crate) inputs: Vec<Value>,
    /// Where a finding without a place lies: the object under review, or the only input.
    pub(crate) subject: Option<NodeRef>,
    /// In tests: the documents of files, by pattern.
    pub(crate) files: BTreeMap<String, Vec<NodeRef>>,
    data: Vec<Slot>,
    lets: Vec<Slot>,
    /// Relations with errors that `let`s have read.
    let_met: BTreeMap<u32, BTreeSet<u32>>,
    /// Relations that were computed; those of the plan's snapshot stay there.
    relations: Vec<Option<Stored>>,
    /// Indexes that were built; those of the plan's snapshot stay there.
    indexes: Vec<Option<Index>>,
    /// What the recursive uses of the block at work draw.
    windows: Vec<(OpId, Window)>,
    /// Relations with errors that were read since the rule, `let` or relation at work began.
    met: BTreeSet<u32>,
    /// Values in rows.
    row_values: usize,
    /// How many slots of `data` and `lets` are filled: their values keep the heap from being reset.
    filled: u32,
    stack: Vec<Value>,
    /// Where the current frame begins in the stack.
    base: usize,
    /// Fields of the first document, where they were found.
    memo: Memo,
    /// Of fields in the packed types.
    pub(crate) fields: Fields,
    /// Room for a text that is put together.
    text: String,
    /// Room for what the index finds.
    pub(crate) chosen: Chosen,
    /// Room for what the rules say.
    pub(crate) sink: Sink,
    /// Patterns that came with the input, compiled.
    pub(crate) patterns: BTreeMap<Box<str>, Regex>,
    /// The fault on its way. Invariant: set where a function returns [`Fault`].
    fault: Option<FaultInfo>,
}

impl<'a> Machine<'a> {
    /// A machine for the plan over its own documents and those of the inputs.
    pub(crate) fn new(plan: &'a Plan, inputs: Docs<'a>, limits: Limits) -> Self {
        let mut room = Buffers::take();
        room.memo.begin();
        room.inputs.resize(plan.inputs.len(), Value::Null);
        plan.snapshot.begin(plan, &mut room.data, &mut room.lets);
        room.relations.resize_with(plan.relations.len(), || None);
        room.indexes.resize_with(plan.keyed.len(), || None);
        let mut world = World::new(&plan.heap, inputs)
            .with_documents(&plan.documents)
            .with_shapes(&plan.checks)
            .with_places(&plan.places);
        world.heap = room.heap;
        Self {
            plan,
            world,
            origins: Origins::new(plan, room.known),
            limits,
            fuel: Fuel::new(limits.fuel),
            inputs: room.inputs,
            subject: None,
            files: BTreeMap::new(),
            data: room.data,
            lets: room.lets,
            let_met: plan.snapshot.let_met(),
            relations: room.relations,
            indexes: room.indexes,
            windows: Vec::new(),
            met: BTreeSet::new(),
            row_values: 0,
            filled: 0,
            stack: room.stack,
            base: 0,
            memo: room.memo,
            fields: room.fields,
            text: room.text,
            chosen: room.chosen,
            sink: room.sink,
            patterns: BTreeMap::new(),
            fault: None,
        }
    }

    /// Leaves its room to the next decision.
    pub(crate) fn leave(self) {
        let room = Buffers {
            heap: self.world.heap,
            inputs: self.inputs,
            data: self.data,
            lets: self.lets,
            relations: self.relations,
            indexes: self.indexes,
            stack: self.stack,
            memo: self.memo,
            fields: self.fields,
            text: self.text,
            chosen: self.chosen,
            sink: self.sink,
            known: self.origins.into_known(),
        };
        room.leave();
    }

    /// The id of the first document of the inputs.
    pub(crate) fn first_input_doc(&self) -> DocId {
        DocId(self.plan.documents.len() as u32)
    }

    /// A datum as it lies, not checked.
    #[cfg(feature = "reference")]
    pub(crate) fn datum_root(&self, index: u32) -> Value {
        let Some(data) = self.plan.data.get(index as usize) else {
            return Value::Null;
        };
        let doc = DocId(data.document);
        let root = self.world.doc(doc).map(Document::root);
        root.map_or(Value::Null, |node| self.world.node(doc, node))
    }

    /// The value of a literal document, by its number among them.
    #[cfg(feature = "reference")]
    pub(crate) fn literal(&self, number: u32) -> Option<Value> {
        self.plan.literals.get(number as usize)?;
        let root = self.world.doc(DocId(number))?.root();
        Some(Value::Node(NodeRef {
            doc: DocId(number),
            node: root,
        }))
    }

    /// Raises a fault at an expression.
    #[cold]
    pub(crate) fn fail(&mut self, reason: Reason, op: OpId) -> Fault {
        self.fault = Some(FaultInfo {
            reason,
            span: self.plan.spans.get(op),
            place: None,
        });
        Fault
    }

    /// Raises the fault of a value that is not of its type, at its place. No expression is named: the
    /// same error was found before evaluation, and equal findings are one.
    #[cold]
    pub(crate) fn mismatch(&mut self, check: CheckId, found: Found, place: Place) -> Fault {
        self.fault = Some(FaultInfo {
            reason: Reason::Mismatch(check, found),
            span: None,
            place: Some(place),
        });
        Fault
    }

    /// The fault on its way.
    pub(crate) fn take_fault(&mut self) -> FaultInfo {
        self.fault.take().unwrap_or(FaultInfo {
            reason: Reason::Internal("an error without a cause"),
            span: None,
            place: None,
        })
    }

    /// Checks what was read, and turns it into what the policy sees.
    #[inline]
    pub(crate) fn read(&mut self, at: NodeRef, check: CheckId, convert: bool) -> Eval<Value> {
        let (Some(doc), Some(known)) = (self.world.doc(at.doc), self.plan.checks.get(check)) else {
            return Ok(Value::Null);
        };
        let kind = doc.kind(at.node);
        if known.at_once & kinds::of(kind) != 0 {
            return Ok(match kind {
                Kind::Null => Value::Null,
                _ => Value::Node(at),
            });
        }
        self.look(at, doc, known, check, convert)
    }

    /// As [`Machine::read`], where the kind alone does not say that the value fits and stays what it is.
    #[inline(never)]
    fn look(
        &mut self,
        at: NodeRef,
        doc: &Document<'_>,
        known: &Check,
        check: CheckId,
        convert: bool,
    ) -> Eval<Value> {
        if let Err(found) = known.node(doc, at.node) {
            return Err(self.mismatch(check, found, Place::node(at)));
        }
        match known.convert {
            Convert::Nothing => Ok(self.world.node(at.doc, at.node)),
            Convert::Set if !convert => Ok(self.world.node(at.doc, at.node)),
            Convert::Set => self.read_set(at, known.element),
            Convert::Opaque => match known.opaque(doc, at.node) {
                Some(wardlaw_lang::types::Opaque::Regex)
                    if !self.compiled(doc.str(at.node).unwrap_or("")) =>
                {
                    Err(self.mismatch(check, Found::Other(Kind::String), Place::node(at)))
                }
                Some(opaque) => Ok(Value::Read(opaque, at)),
                None => Ok(self.world.node(at.doc, at.node)),
            },
        }
    }

    /// Compiles a pattern of the input, once; whether it could be.
    #[inline(never)]
    fn compiled(&mut self, text: &str) -> bool {
        if self.plan.patterns.contains_key(text) || self.patterns.contains_key(text) {
            return true;
        }
        match Regex::new(text) {
            Ok(regex) => {
                self.patterns.insert(text.into(), regex);
                true
            }
            Err(_) => false,
        }
    }

    /// A set from a list.
    #[inline(never)]
    fn read_set(&mut self, at: NodeRef, shape: Option<ShapeId>) -> Eval<Value> {
        if shape.is_none()
            && let Some(set) = self.plan.snapshot.set(at)
        {
            return Ok(set);
        }
        let list = self.world.node(at.doc, at.node);
        let mut items = Vec::new();
        let Some(mut elements) = self.world.elements(list) else {
            return Ok(list);
        };
        while let Some(element) = elements.next(&self.world) {
            items.push(match (element, shape) {
                (Value::Node(at), Some(shape)) => self.world.shaped(shape, at),
                _ => element,
            });
        }
        sort_set(&self.world, &mut items);
        self.room_for(items.len())?;
        Ok(Value::Set(self.world.add_run(&items)))
    }

    /// Raises a fault where the decision has made too many values.
    pub(crate) fn room_for(&mut self, values: usize) -> Eval<()> {
        let made = self.world.heap.values().saturating_add(self.row_values);
        if made.saturating_add(values) > self.limits.made_values as usize {
            self.fault = Some(FaultInfo {
                reason: Reason::Values,
                span: None,
                place: None,
            });
            return Err(Fault);
        }
        Ok(())
    }

    /// Adds a text to the heap.
    pub(crate) fn make_text(&mut self, text: &str, op: OpId) -> Eval<Value> {
        if self.world.heap.text_bytes().saturating_add(text.len()) > self.limits.text_bytes as usize {
            return Err(self.fail(Reason::Text, op));
        }
        // Many empty texts are limited as values.
        if self.world.heap.texts() >= self.limits.made_values {
            return Err(self.fail(Reason::Values, op));
        }
        Ok(self.world.add_text(text))
    }

    /// Adds a run to the heap.
    pub(crate) fn make_run(&mut self, items: &[Value], op: OpId) -> Eval<u32> {
        self.room_for_run(items.len(), op)?;
        Ok(self.world.add_run(items))
    }

    fn room_for_run(&mut self, items: usize, op: OpId) -> Eval<()> {
        let values = self.world.heap.values().saturating_add(self.row_values);
        let values = values.saturating_add(items);
        if values > self.limits.made_values as usize || self.world.heap.runs() >= self.limits.made_values {
            return Err(self.fail(Reason::Values, op));
        }
        Ok(())
    }

    /// Draws an element.
    #[inline]
    pub(crate) fn burn(&mut self, op: OpId) -> Eval<()> {
        self.fuel.draw().map_err(|reason| self.fail(reason, op))
    }

    /// The value of a slot of the current frame.
    #[inline]
    pub(crate) fn local(&self, slot: u32) -> Value {
        self.stack
            .get(self.base.saturating_add(slot as usize))
            .copied()
            .unwrap_or(Value::Null)
    }

    /// Binds a slot of the current frame.
    #[inline]
    pub(crate) fn bind(&mut self, slot: u32, value: Value) {
        if let Some(local) = self.stack.get_mut(self.base.saturating_add(slot as usize)) {
            *local = value;
        }
    }

    /// Runs with a frame of its own, whose first slots were pushed since `start`.
    fn with_frame<T>(&mut self, start: usize, locals: u32, run: impl FnOnce(&mut Self) -> T) -> T {
        let caller = self.base;
        self.base = start;
        self.stack
            .resize(start.saturating_add(locals as usize), Value::Null);
        let result = run(self);
        self.stack.truncate(start);
        self.base = caller;
        result
    }

    /// Evaluates an expression in an empty frame: of a datum's default.
    pub(crate) fn evaluate(&mut self, op: OpId, locals: u32) -> Eval<Value> {
        let start = self.stack.len();
        self.with_frame(start, locals, |machine| machine.eval(op))
    }

    /// Runs a rule from one of its clauses on, those before it being known to hold; whether the fuel ended in it.
    pub(crate) fn run_rule(&mut self, index: u32, from: u32, sink: &mut Sink) -> bool {
        let Some(rule) = self.plan.rules.get(index as usize) else {
            return false;
        };
        let mark = self.world.heap.mark();
        let filled = self.filled;
        let start = self.stack.len();
        let out_of_fuel = self.with_frame(start, rule.locals, |machine| {
            machine.rule(index, rule, from as usize, sink)
        });
        // Made values live as long as the rule, unless a `let` was evaluated and keeps some.
        if self.filled == filled {
            self.world.heap.reset(mark);
        }
        out_of_fuel
    }
}
