//! `for`, and comprehensions: clauses, and what is made of the rounds that pass them.

use alloc::vec::Vec;
use core::cmp::Ordering;

use wardlaw_lang::{
    builtin::Builtin,
    ir::{Clause, ClauseKind, ComprehensionKind, Expr, ExprId, Pattern},
    syntax::operator::BinaryOp,
    types::Types,
};

use super::{Eval, Reference};
use crate::value::{NodeRef, Value, order};

/// What a `for` draws.
#[derive(Clone, Copy, Debug)]
pub(super) enum Drawn {
    /// Of a list or set, with its node: of a null, too.
    Element(Value, Option<NodeRef>),
    /// Of `list.indexed()`: the index, and the element with its node.
    Indexed(i64, Value, Option<NodeRef>),
    /// Of a map or record: key and value.
    Member(Value, Value),
}

/// What the rounds of a comprehension have given so far.
#[derive(Debug, Default)]
struct Rounds {
    /// The comprehension, where its own errors lie.
    id: Option<ExprId>,
    keys: Vec<Value>,
    values: Vec<Value>,
}

impl Reference<'_> {
    /// What a `for` draws, in order; `taken_apart` where it is bound to a tuple of names.
    pub(super) fn drawn(&mut self, source: ExprId, taken_apart: bool) -> Eval<Vec<Drawn>> {
        if let Expr::Relation(relation) = self.program.expr(source) {
            let rows = self.rows_of(*relation, source)?;
            return Ok(rows.into_iter().map(|row| Drawn::Element(row, None)).collect());
        }
        if let Expr::Builtin {
            builtin: Builtin::ListIndexed,
            arguments,
        } = self.program.expr(source)
            && let ([list], true) = (arguments.as_slice(), taken_apart)
        {
            return Ok((0..)
                .zip(self.drawn(*list, false)?)
                .filter_map(|(index, drawn)| match drawn {
                    Drawn::Element(value, node) => Some(Drawn::Indexed(index, value, node)),
                    Drawn::Indexed(..) | Drawn::Member(..) => None,
                })
                .collect());
        }
        let value = self.eval(source)?;
        let world = &self.store.world;
        let mut drawn = Vec::new();
        if let Some(mut elements) = world.elements(value) {
            while let Some((element, node)) = elements.next_with_node(world) {
                drawn.push(Drawn::Element(element, node));
            }
        } else if let Some(mut members) = world.members(value) {
            while let Some((key, member)) = members.next(world) {
                drawn.push(Drawn::Member(key, member));
            }
        } else {
            return Err(self.operand("expected a list, set or map after `in`", source));
        }
        Ok(drawn)
    }

    /// Checks what was drawn, and binds it.
    pub(super) fn bind_drawn(&mut self, pattern: &Pattern, source: ExprId, drawn: Drawn) -> Eval<()> {
        let ty = self.program.type_of(source);
        match drawn {
            Drawn::Element(value, node) => {
                let element = self.shapes.element(ty);
                let value = match node {
                    Some(at) => self.read(at, element)?,
                    None => self.part(value, element)?,
                };
                // Of `any`, two are a key and a value.
                let two = matches!(pattern, Pattern::Tuple(parts) if parts.len() == 2);
                let bound = if two && self.shapes.alternatives(ty) == [Types::ANY] {
                    let member = self.shapes.value(ty);
                    self.shapes.tuple([Types::STRING, member])
                } else {
                    element
                };
                self.bind(pattern, value, bound, source)
            }
            Drawn::Indexed(index, value, node) => {
                let Expr::Builtin { arguments, .. } = self.program.expr(source) else {
                    return Err(self.internal("an index without a list", source));
                };
                let list = arguments.first().copied().unwrap_or(source);
                let ty = self.element_type(list);
                let value = match node {
                    Some(at) => self.read(at, ty)?,
                    None => self.part(value, ty)?,
                };
                match pattern {
                    Pattern::Tuple(parts) if parts.len() == 2 => {
                        for (part, (value, ty)) in
                            parts.iter().zip([(Value::Int(index), Types::INT), (value, ty)])
                        {
                            self.bind(part, value, ty, source)?;
                        }
                        Ok(())
                    }
                    _ => Err(self.operand("expected a key and a value", source)),
                }
            }
            Drawn::Member(key, value) => {
                let ty = self.shapes.value(ty);
                let value = self.taken(value, ty)?;
                match pattern {
                    Pattern::Ignore => Ok(()),
                    Pattern::Bind(local) => {
                        let pair = self.run(&[key, value], source)?;
                        self.set(*local, Value::Tuple(pair));
                        Ok(())
                    }
                    Pattern::Tuple(parts) => match parts.as_slice() {
                        [first, second] => {
                            self.bind(first, key, Types::STRING, source)?;
                            self.bind(second, value, ty, source)
                        }
                        _ => Err(self.operand("expected a key and a value", source)),
                    },
                }
            }
        }
    }

    pub(super) fn comprehension(
        &mut self,
        id: ExprId,
        kind: ComprehensionKind,
        clauses: &[Clause],
        key: Option<ExprId>,
        head: ExprId,
    ) -> Eval<Value> {
        let mut rounds = Rounds {
            id: Some(id),
            ..Rounds::default()
        };
        self.rounds(kind, clauses, key, head, &mut rounds)?;
        let values = rounds.values;
        let last = values.last().copied().unwrap_or(Value::Null);
        match kind {
            ComprehensionKind::List => self.run(&values, id).map(Value::List),
            ComprehensionKind::Set => {
                let element = self.element_type(id);
                self.made_set(&values, &[element], id)
            }
            ComprehensionKind::Map => self.made_map(rounds.keys.into_iter().zip(values).collect(), id),
            // These stop at the round that decides.
            ComprehensionKind::Any => Ok(Value::Bool(!values.is_empty() && self.as_truth(last, head)?)),
            ComprehensionKind::All => Ok(Value::Bool(values.is_empty() || self.as_truth(last, head)?)),
            ComprehensionKind::None => Ok(Value::Bool(values.is_empty() || !self.as_truth(last, head)?)),
            ComprehensionKind::Count => Ok(Value::Int(i64::try_from(values.len()).unwrap_or(i64::MAX))),
            ComprehensionKind::Sum => Ok(values.last().copied().unwrap_or(Value::Int(0))),
            // Of equal values the first stays, so that its place does.
            ComprehensionKind::Min => Ok(self.best(&values, head, Ordering::Less)),
            ComprehensionKind::Max => Ok(self.best(&values, head, Ordering::Greater)),
            ComprehensionKind::Yield => Ok(last),
        }
    }

    /// Takes in the value of one round; whether further rounds are wanted.
    fn round(
        &mut self,
        kind: ComprehensionKind,
        value: Value,
        head: ExprId,
        rounds: &mut Rounds,
    ) -> Eval<bool> {
        let (kept, more) = match kind {
            ComprehensionKind::Any | ComprehensionKind::None => (Some(value), !self.as_truth(value, head)?),
            ComprehensionKind::All => (Some(value), self.as_truth(value, head)?),
            ComprehensionKind::Count => (self.as_truth(value, head)?.then_some(value), true),
            // The sum so far.
            ComprehensionKind::Sum => {
                let sum = rounds.values.last().copied().unwrap_or(Value::Int(0));
                let at = rounds.id.unwrap_or(head);
                let types = (Types::ANY, Types::ANY);
                let sum = self.arithmetic(at, BinaryOp::Add, (sum, value), types)?;
                (Some(sum), true)
            }
            ComprehensionKind::Yield => (Some(value), false),
            ComprehensionKind::List
            | ComprehensionKind::Set
            | ComprehensionKind::Map
            | ComprehensionKind::Min
            | ComprehensionKind::Max => (Some(value), true),
        };
        rounds.values.extend(kept);
        Ok(more)
    }

    fn best(&mut self, values: &[Value], head: ExprId, wanted: Ordering) -> Value {
        let ty = self.program.type_of(head);
        let mut better = |best, value| {
            let (a, b) = self.alike((value, ty), (best, ty));
            if order::compare(&self.store.world, a, b) == wanted {
                value
            } else {
                best
            }
        };
        values.iter().copied().reduce(&mut better).unwrap_or(Value::Null)
    }

    /// Runs clauses; whether further rounds are wanted.
    fn rounds(
        &mut self,
        kind: ComprehensionKind,
        clauses: &[Clause],
        key: Option<ExprId>,
        head: ExprId,
        rounds: &mut Rounds,
    ) -> Eval<bool> {
        let Some((clause, rest)) = clauses.split_first() else {
            if let Some(key) = key {
                let key = self.eval(key)?;
                rounds.keys.push(key);
            }
            let value = self.eval(head)?;
            return self.round(kind, value, head, rounds);
        };
        if let ClauseKind::For { pattern, source } = &clause.kind {
            for drawn in self.drawn(*source, matches!(pattern, Pattern::Tuple(_)))? {
                self.bind_drawn(pattern, *source, drawn)?;
                if !self.rounds(kind, rest, key, head, rounds)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        if self.passes(clause)? {
            self.rounds(kind, rest, key, head, rounds)
        } else {
            Ok(true)
        }
    }
}
