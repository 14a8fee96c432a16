//! Expressions that are one. Rules ask the same of the same paths over and over: constants, paths that begin at an
//! input or a datum, and conditions on them are one expression of the plan, wherever they stand. What can go wrong
//! by itself stays apart, because its errors say where it was written, and so does what is bound: an `any` may be
//! absent. Who tells the place of what cannot go wrong takes an expression of its own ([`Builder::own`]).

use alloc::vec::Vec;

use wardlaw_lang::{
    ids::{self, Ids},
    ir::{Expr, ExprId},
};

use super::{
    Field, Index, Op, OpId,
    build::Builder,
    check::{CheckId, Convert},
};
use crate::value::Value;

/// Finds items of an array by the words that tell them apart.
#[derive(Debug, Default)]
struct Table(Ids<[u32; 4]>);

impl Table {
    /// The index of the item that is the same, or of this one, which then is the last of the array.
    fn of<T>(&mut self, array: &mut Vec<T>, words: [u32; 4], item: T, is: impl Fn(&T) -> bool) -> u32 {
        let [a, b, c, d] = words.map(u64::from);
        let hash = ids::hash(&(a << 32 | b, c << 32 | d));
        let is = |index: u32| array.get(index as usize).is_some_and(&is);
        self.0.find(hash, &words, is).unwrap_or_else(|| {
            let index = push(array, item);
            self.0.add(hash, index, || words);
            index
        })
    }
}

/// What is known of expressions and of what they consist of.
#[derive(Debug, Default)]
pub(super) struct Same {
    ops: Table,
    constants: Table,
    fields: Table,
    indices: Table,
}

impl Builder<'_> {
    /// The expression that an operation is.
    pub(super) fn add(&mut self, op: Op, at: ExprId) -> OpId {
        let known = self.plan.ops.len();
        let id = match words(op) {
            Some(words) => {
                let is = |known: &Op| self::words(*known) == Some(words);
                self.one.ops.of(&mut self.plan.ops, words, op, is)
            }
            None => {
                self.plan.ops.push(op);
                known as u32
            }
        };
        if self.plan.ops.len() > known {
            self.plan.spans.push(self.span(at));
        }
        OpId(id)
    }

    pub(super) fn constant(&mut self, value: Value) -> Op {
        let words = scalar(&value);
        Op::Constant(match words {
            Some(words) => {
                let is = |known: &Value| scalar(known) == Some(words);
                self.one.constants.of(&mut self.plan.constants, words, value, is)
            }
            None => push(&mut self.plan.constants, value),
        })
    }

    pub(super) fn field(&mut self, field: Field) -> Op {
        let is_one = self.is_path(field.base) && !self.is_set(field.check);
        let key = |field: &Field| {
            let Field {
                base, name, check, ..
            } = field;
            [base.0, *name, check.0, u32::from(field.optional)]
        };
        Op::Field(if is_one {
            let words = key(&field);
            let is = |known: &Field| key(known) == words;
            self.one.fields.of(&mut self.plan.fields, words, field, is)
        } else {
            push(&mut self.plan.fields, field)
        })
    }

    pub(super) fn index(&mut self, index: Index) -> Op {
        // A look-up in data may become a `let` where it stands.
        let of_data = matches!(self.plan.op(index.base), Some(Op::Data(_)));
        let by_name = matches!(self.plan.op(index.at), Some(Op::Constant(_)));
        let is_one = by_name && !of_data && self.is_path(index.base) && !self.is_set(index.check);
        let key = |index: &Index| {
            let Index { base, at, check, .. } = index;
            [base.0, at.0, check.0, u32::from(index.optional)]
        };
        Op::Index(if is_one {
            let words = key(&index);
            let is = |known: &Index| key(known) == words;
            self.one.indices.of(&mut self.plan.indices, words, index, is)
        } else {
            push(&mut self.plan.indices, index)
        })
    }

    /// Whether an expression is a path of fields from an input or a datum. What its types say holds of it.
    fn is_path(&self, mut id: OpId) -> bool {
        loop {
            match self.plan.op(id) {
                Some(Op::Input(_) | Op::Data(_)) => return true,
                Some(Op::Field(index)) => match self.plan.fields.get(index as usize) {
                    Some(field) => id = field.base,
                    None => return false,
                },
                _ => return false,
            }
        }
    }

    /// Whether a list there stands for a set: how it is read is told of each read.
    fn is_set(&self, check: CheckId) -> bool {
        let check = self.plan.checks.get(check);
        check.is_none_or(|check| check.convert == Convert::Set)
    }

    /// An expression whose place is told: written where it is, and nowhere else.
    pub(super) fn own(&mut self, id: ExprId) -> OpId {
        let op = self.used(id);
        let mut at = id;
        while let Expr::Narrow { value, .. } = self.program.expr(at)
            && self.same(*value) == op
        {
            at = *value;
        }
        let span = self.span(at);
        match self.plan.op(op) {
            Some(copy) if self.plan.span_of(op) != span => {
                self.plan.spans.push(span);
                OpId(push(&mut self.plan.ops, copy))
            }
            _ => op,
        }
    }
}

fn push<T>(array: &mut Vec<T>, item: T) -> u32 {
    array.push(item);
    (array.len() as u32).saturating_sub(1)
}

/// What tells a scalar constant from others; none where it is no scalar.
fn scalar(value: &Value) -> Option<[u32; 4]> {
    Some(match *value {
        Value::Null => [0; 4],
        Value::Bool(truth) => [1, u32::from(truth), 0, 0],
        Value::Int(number) => {
            let bits = number.cast_unsigned();
            [2, (bits >> 32) as u32, bits as u32, 0]
        }
        Value::Text(text) => [3, text, 0, 0],
        _ => return None,
    })
}

/// What tells an expression from others that cannot go wrong by themselves; none where it can.
fn words(op: Op) -> Option<[u32; 4]> {
    Some(match op {
        Op::Constant(index) => [0, index, 0, 0],
        Op::Input(index) => [1, index, 0, 0],
        Op::Data(index) => [2, index, 0, 0],
        Op::Field(index) => [3, index, 0, 0],
        Op::Index(index) => [4, index, 0, 0],
        Op::And(left, right) => [5, left.0, right.0, 0],
        Op::Or(left, right) => [6, left.0, right.0, 0],
        Op::Coalesce(left, right) => [7, left.0, right.0, 0],
        Op::Not(operand) => [8, operand.0, 0, 0],
        Op::Absent { value, negated } => [9, value.0, u32::from(negated), 0],
        Op::Is { value, check } => [10, value.0, check.0, 0],
        Op::Equal {
            left,
            right,
            negated,
            wholes,
        } if wholes.is_none() => [11, left.0, right.0, u32::from(negated)],
        _ => return None,
    })
}
