//! What tests do with a machine: they hold a frame open while they bind inputs and data.

use alloc::vec::Vec;

use super::{Eval, Machine, Slot};
use crate::{
    fault::{Fault, Reason},
    input::Document,
    plan::{For, OpId, Pattern},
    value::{DocId, Value, shown::Origin},
};

impl<'a> Machine<'a> {
    /// Opens the frame of a test. It stays.
    pub(crate) fn open_frame(&mut self, locals: u32) {
        self.base = self.stack.len();
        self.stack
            .resize(self.base.saturating_add(locals as usize), Value::Null);
    }

    /// Adds a document behind all others.
    pub(crate) fn add_document(&mut self, document: &'a Document<'a>, origin: Origin<'a>) -> DocId {
        self.origins.push(origin);
        self.world.add_doc(document)
    }

    /// Gives a datum a value, and forgets what was made of the old one.
    pub(crate) fn bind_data(&mut self, index: u32, doc: DocId) -> Eval<()> {
        self.forget_made();
        let Some((data, root)) = self
            .plan
            .data
            .get(index as usize)
            .zip(self.world.doc(doc).map(Document::root))
        else {
            return Ok(());
        };
        let value = match self.world.node(doc, root) {
            Value::Node(at) => self.read(at, data.check, true)?,
            value => value,
        };
        if let Some(slot) = self.data.get_mut(index as usize) {
            *slot = Slot::Value(value);
        }
        Ok(())
    }

    /// Forgets what was made of inputs and data: values of `let`s, relations and their indexes.
    pub(crate) fn forget_made(&mut self) {
        self.lets.fill(Slot::Empty);
        self.let_met.clear();
        self.relations.fill_with(|| None);
        self.indexes.fill_with(|| None);
        self.row_values = 0;
    }

    /// The elements that a `for` draws; of a map pairs of key and value.
    pub(crate) fn rounds(&mut self, draws: &For) -> Eval<Vec<Value>> {
        let source = self.eval(draws.source)?;
        let mut rounds = Vec::new();
        if let Some(mut elements) = self.world.elements(source) {
            while let Some((value, node)) = elements.next_with_node(&self.world) {
                rounds.push(self.draw(draws.source, draws.element, value, node)?);
            }
        } else if let Some(mut members) = self.world.members(source) {
            while let Some((key, value)) = members.next(&self.world) {
                let value = self.draw(draws.source, draws.value, value, None)?;
                let pair = self.make_run(&[key, value], draws.source)?;
                rounds.push(Value::Tuple(pair));
            }
        } else {
            return Err(self.fail(
                Reason::Operand("expected a list, set or map after `in`"),
                draws.source,
            ));
        }
        Ok(rounds)
    }

    /// Binds a pattern in the open frame.
    pub(crate) fn bind_names(&mut self, pattern: &Pattern, value: Value, at: OpId) -> Result<(), Fault> {
        self.bind_pattern(pattern, value, at)
    }
}
