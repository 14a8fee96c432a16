//! Expressions, clauses and effects of the plan as text: names of the program where it kept them, `$n` for the
//! slots of a frame, `let#n` for what several places share.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt::Write as _;

use wardlaw_lang::ir::{self, EditAction, EffectKind};

use super::super::{
    Arm, Asked, Clause, Comprehension, Edit, Effect, For, Op, OpId, Pattern, Place, Plan, Slice, Step, Test,
    check::CheckId, sift::Sieve,
};
use crate::{
    input::FieldKey,
    value::{Value, World, print::json},
};

/// A constant is shown up to so many characters.
const LONGEST: usize = 200;

/// Writes parts of a plan.
pub(crate) struct Printer<'p> {
    pub(crate) plan: &'p Plan,
    world: World<'p>,
    lets: BTreeMap<u32, &'p str>,
    functions: BTreeMap<u32, &'p str>,
}

impl<'p> Printer<'p> {
    pub(crate) fn new(plan: &'p Plan) -> Self {
        let (mut lets, mut functions) = (BTreeMap::new(), BTreeMap::new());
        for (name, asked) in &plan.asked {
            match asked {
                Asked::Let(index) => drop(lets.insert(*index, name.as_str())),
                Asked::Function(index, _) => drop(functions.insert(*index, name.as_str())),
                Asked::Relation(_) => {}
            }
        }
        let world = World::new(&plan.heap, crate::value::world::Docs::default())
            .with_documents(&plan.documents)
            .with_shapes(&plan.checks)
            .with_places(&plan.places);
        Self {
            plan,
            world,
            lets,
            functions,
        }
    }

    pub(crate) fn world(&self) -> &World<'p> {
        &self.world
    }

    pub(super) fn let_name(&self, index: u32) -> String {
        let name = self.lets.get(&index);
        name.map_or_else(|| format!("let#{index}"), ToString::to_string)
    }

    pub(super) fn function_name(&self, index: u32) -> String {
        let name = self.functions.get(&index);
        name.map_or_else(|| format!("fn#{index}"), ToString::to_string)
    }

    pub(super) fn relation_name(&self, index: u32) -> &'p str {
        let relation = self.plan.relations.get(index as usize);
        relation.map_or("?", |relation| relation.name.as_str())
    }

    fn type_name(&self, check: CheckId) -> &'p str {
        self.plan
            .checks
            .get(check)
            .map_or("?", |check| check.expected.as_str())
    }

    /// A constant, as JSON.
    pub(crate) fn value(&self, value: Value) -> String {
        let mut out = String::new();
        json(&self.world, value, &mut out);
        if let Some((end, _)) = out.char_indices().nth(LONGEST) {
            out.truncate(end);
            out.push('…');
        }
        out
    }

    fn list(&self, ids: &[OpId]) -> String {
        let all: Vec<String> = ids.iter().map(|id| self.expr(*id)).collect();
        all.join(", ")
    }

    fn args(&self, slice: Slice) -> String {
        self.list(slice.of(&self.plan.args))
    }

    /// An expression. Recursion follows the plan, whose depth is bounded.
    pub(crate) fn expr(&self, id: OpId) -> String {
        let plan = self.plan;
        let Some(op) = plan.op(id) else {
            return "?".into();
        };
        let not = |negated: bool| if negated { "not " } else { "" };
        match op {
            Op::Constant(index) => {
                let value = plan.constants.get(index as usize).copied();
                self.value(value.unwrap_or(Value::Null))
            }
            Op::Local(slot) => format!("${slot}"),
            Op::Input(index) => plan
                .inputs
                .get(index as usize)
                .map_or("?".into(), |input| input.name.clone()),
            Op::Data(index) => plan
                .data
                .get(index as usize)
                .map_or("?".into(), |data| data.name.clone()),
            Op::Let(index) => self.let_name(index),
            Op::Relation(index) => self.relation_name(index).into(),
            Op::Field(index) => plan.fields.get(index as usize).map_or("?".into(), |field| {
                let optional = if field.optional { "?" } else { "" };
                format!("{}{optional}{}", self.expr(field.base), step(&field.key))
            }),
            Op::Index(index) => plan.indices.get(index as usize).map_or("?".into(), |index| {
                let optional = if index.optional { "?" } else { "" };
                format!("{}{optional}[{}]", self.expr(index.base), self.expr(index.at))
            }),
            Op::Call { function, args } => format!("{}({})", self.function_name(function), self.args(args)),
            Op::Builtin { builtin, args, .. } => format!("{}!({})", builtin.name(), self.args(args)),
            Op::And(left, right) => self.binary(left, "and", right),
            Op::Or(left, right) => self.binary(left, "or", right),
            Op::Coalesce(left, right) => self.binary(left, "??", right),
            Op::Equal {
                left, right, negated, ..
            } => self.binary(left, if negated { "!=" } else { "==" }, right),
            Op::Absent { value, negated } => format!("({} is {}absent)", self.expr(value), not(negated)),
            Op::In {
                value,
                container,
                negated,
                ..
            } => format!(
                "({} {}in {})",
                self.expr(value),
                not(negated),
                self.expr(container)
            ),
            Op::Order { op, left, right } | Op::Arithmetic { op, left, right, .. } => {
                self.binary(left, op.symbol(), right)
            }
            Op::Sifted { value, .. } => format!("sifted({})", self.expr(value)),
            Op::Not(operand) => format!("(not {})", self.expr(operand)),
            Op::Negate(operand) => format!("(- {})", self.expr(operand)),
            Op::Is { value, check } => format!("({} is {})", self.expr(value), self.type_name(check)),
            Op::As { value, check } => format!("({} as {})", self.expr(value), self.type_name(check)),
            Op::Typed { value, .. } => self.expr(value),
            Op::Matches { text, pattern } => self.binary(text, "matches", pattern),
            Op::Like { text, pattern } => self.binary(text, "like", pattern),
            Op::If {
                condition,
                then,
                otherwise,
            } => format!(
                "(if {} then {} else {})",
                self.expr(condition),
                self.expr(then),
                self.expr(otherwise)
            ),
            Op::Match { value, arms } => {
                let arms: Vec<String> = arms.of(&plan.arms).iter().map(|arm| self.arm(arm)).collect();
                format!("match {} {{ {} }}", self.expr(value), arms.join(", "))
            }
            Op::Tuple(args) => format!("({})", self.args(args)),
            Op::List(args) => format!("[{}]", self.args(args)),
            Op::Set { items, .. } => format!("{{{}}}", self.args(items)),
            Op::Map(args) => {
                let pairs = args.of(&plan.args).chunks(2).map(|pair| match pair {
                    [key, value] => format!("[{}]: {}", self.expr(*key), self.expr(*value)),
                    _ => "?".into(),
                });
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
            }
            Op::Record(fields) => {
                let fields = fields.of(&plan.record_fields).iter();
                let fields = fields.map(|(name, value)| {
                    format!("{}: {}", self.world.text(*name).unwrap_or("?"), self.expr(*value))
                });
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
            Op::Comprehension(index) => match plan.comprehensions.get(index as usize) {
                Some(comprehension) => self.comprehension(comprehension),
                None => "?".into(),
            },
            Op::Interpolate(parts) => format!("text({})", self.args(parts)),
        }
    }

    fn binary(&self, left: OpId, op: &str, right: OpId) -> String {
        format!("({} {op} {})", self.expr(left), self.expr(right))
    }

    fn comprehension(&self, comprehension: &Comprehension) -> String {
        let kind = ir::print::comprehension(comprehension.kind);
        let key = comprehension.key.map(|key| format!("[{}]: ", self.expr(key)));
        let clauses = comprehension.clauses.of(&self.plan.clauses).iter();
        let clauses: Vec<String> = clauses.map(|clause| self.clause(clause)).collect();
        format!(
            "{kind}({}{} | {})",
            key.unwrap_or_default(),
            self.expr(comprehension.head),
            clauses.join("; ")
        )
    }

    fn arm(&self, arm: &Arm) -> String {
        let tests = arm.tests.iter().map(|test| match test {
            Test::Always => "_".into(),
            Test::Null => "null".into(),
            Test::Equal(value) => self.value(*value),
            Test::Type(check) => self.type_name(*check).into(),
        });
        let mut out = tests.collect::<Vec<String>>().join(" | ");
        if let Some(slot) = arm.binding {
            let _ = write!(out, " as ${slot}");
        }
        if let Some(guard) = arm.guard {
            let _ = write!(out, " when {}", self.expr(guard));
        }
        let _ = write!(out, " => {}", self.expr(arm.value));
        out
    }

    /// A clause on one line.
    pub(super) fn clause(&self, clause: &Clause) -> String {
        match clause {
            Clause::Given { local, value } => format!("given ${local} = {}", self.expr(*value)),
            Clause::Let { pattern, value } => format!("let {} = {}", show(pattern), self.expr(*value)),
            Clause::When(condition) => format!("when {}", self.expr(*condition)),
            Clause::Unless(condition) => format!("unless {}", self.expr(*condition)),
            Clause::For(clause) => self.draw(clause),
        }
    }

    fn draw(&self, clause: &For) -> String {
        let mut out = format!("for {} in {}", show(&clause.pattern), self.expr(clause.source));
        let join = clause.join.and_then(|join| self.plan.joins.get(join as usize));
        if let Some(join) = join {
            let probe = join.probe.iter().map(|(probe, _)| self.expr(*probe));
            let probe: Vec<String> = probe.collect();
            let _ = write!(out, " by index#{} at {}", join.index, probe.join(", "));
        }
        out
    }

    /// What elements have to fulfil to be in an index; empty where all are.
    pub(super) fn sieve(&self, sieve: &Sieve) -> String {
        let conditions = sieve.conditions.iter().map(|(condition, truth)| {
            let word = if *truth { "when" } else { "unless" };
            format!(" {word} {}", self.expr(*condition))
        });
        let conditions: String = conditions.collect();
        match &sieve.pattern {
            Some(pattern) if !conditions.is_empty() => format!(" of {}{conditions}", show(pattern)),
            _ => conditions,
        }
    }

    /// What a rule does: one line for it, and one for each edit.
    pub(super) fn effect(&self, effect: &Effect) -> Vec<String> {
        let mut first = String::from(match effect.kind {
            EffectKind::Deny => "deny",
            EffectKind::Warn => "warn",
            EffectKind::Allow => "allow",
            EffectKind::Mutate => "mutate",
        });
        if let Some(message) = effect.message {
            let _ = write!(first, " {}", self.expr(message));
        }
        let places = effect.places.of(&self.plan.targets).iter();
        let places: Vec<String> = places.map(|place| self.place(place)).collect();
        if !places.is_empty() {
            let _ = write!(first, " at {}", places.join(", "));
        }
        let edits = effect.edits.of(&self.plan.edits).iter();
        let edits = edits.map(|edit| self.edit(edit));
        core::iter::once(first).chain(edits).collect()
    }

    fn edit(&self, edit: &Edit) -> String {
        let action = match edit.action {
            EditAction::Set => "set",
            EditAction::Add => "add",
            EditAction::Remove => "remove",
        };
        let value = edit.value.map(|value| format!(" = {}", self.expr(value)));
        format!(
            "fix {action} {}{}",
            self.place(&edit.place),
            value.unwrap_or_default()
        )
    }

    fn place(&self, place: &Place) -> String {
        let mut out = self.expr(place.root);
        for part in place.steps.of(&self.plan.steps) {
            match part {
                Step::Field(key) => out.push_str(&step(key)),
                Step::Index(index) => {
                    let _ = write!(out, "[{}]", self.expr(*index));
                }
            }
        }
        out
    }
}

/// A step to a field.
pub(crate) fn step(key: &FieldKey) -> String {
    let name = key.text();
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    if is_name {
        return format!(".{name}");
    }
    let mut out = String::from("[");
    crate::value::print::json_text(name, &mut out);
    out.push(']');
    out
}

fn show(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Ignore | Pattern::Test => "_".into(),
        Pattern::Bind(slot) => format!("${slot}"),
        Pattern::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(|(part, _)| show(part)).collect();
            format!("({})", parts.join(", "))
        }
    }
}
