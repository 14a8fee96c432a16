//! What the first clauses of a rule ask of the input, as far as an index can answer it: that a scalar at
//! a path is one of some constants. Only what stands in purely conjunctive position counts, and only up
//! to the first clause that can fail by itself (`safe.rs`) or draws elements.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    vec::Vec,
};
use core::ops::Deref;

use wardlaw_lang::types::Literal;

use super::{
    Clause, Op, OpId, Pattern, Plan, Rule, Test,
    check::{Check, CheckId},
    index::{Path, key},
    safe::Safe,
};
use crate::{
    eval::Machine,
    input::FieldKey,
    value::{Value, View, World, hash::Hash},
};

/// A question with more answers is left to the rule.
const MOST_KEYS: usize = 64;
/// How many questions of a rule the index asks.
const MOST_GUARDS: usize = 8;
/// Expressions of a rule that are looked at for what may fail.
const MOST_STEPS: u32 = 4_000;

/// The hash of a constant, and the text that it is: none where it is no text of the plan, or two share a hash.
pub(crate) type Key = (u64, Option<u32>);

/// Keys in the order of their hashes, which are all different. Most are one.
#[derive(Clone, Debug)]
pub(crate) enum Keys {
    One(Key),
    Some(Rc<[Key]>),
}

impl Deref for Keys {
    type Target = [Key];

    fn deref(&self) -> &[Key] {
        match self {
            Self::One(one) => core::slice::from_ref(one),
            Self::Some(all) => all,
        }
    }
}

impl Keys {
    /// Where two texts have the same hash, none is told.
    fn new(world: &World<'_>, mut all: Vec<Key>) -> Self {
        all.sort_by_key(|(hash, _)| *hash);
        all.dedup_by(|(hash, text), (kept, known)| {
            let same = hash == kept;
            if same {
                *known = same_text(world, *known, *text);
            }
            same
        });
        match *all {
            [one] => Self::One(one),
            _ => Self::Some(all.into()),
        }
    }
}

/// A rule adds something only where the scalar at the path has one of the hashes.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// Its number in [`Paths`].
    pub(crate) path: u32,
    pub(crate) keys: Keys,
    /// The clause that asks, counted from 0.
    pub(crate) clause: u32,
}

/// The paths that rules ask, each once.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    numbers: BTreeMap<Path, u32>,
    /// Of expressions that name no slot.
    known: BTreeMap<OpId, u32>,
}

impl Paths {
    fn number(&mut self, path: Path) -> u32 {
        let next = self.numbers.len() as u32;
        *self.numbers.entry(path).or_insert(next)
    }

    /// All of them, by number.
    pub(crate) fn all(self) -> Vec<Path> {
        let mut all: Vec<(Path, u32)> = self.numbers.into_iter().collect();
        all.sort_by_key(|(_, number)| *number);
        all.into_iter().map(|(path, _)| path).collect()
    }
}

/// What a rule asks first.
#[derive(Clone, Debug)]
pub(crate) struct Guarded {
    pub(crate) guards: Vec<Guard>,
    /// How many of the first clauses are conditions that ask this and nothing else, of texts: where the answers
    /// are known to be these texts, these clauses hold.
    pub(crate) exact: u32,
}

/// What a rule asks first; none where what it asks of the data is false, so that it never fires.
pub(crate) fn of_rule(
    plan: &Plan,
    machine: &mut Machine<'_>,
    paths: &mut Paths,
    rule: &Rule,
) -> Option<Guarded> {
    let mut guards = Guards {
        plan,
        paths,
        safe: Safe {
            plan,
            steps: MOST_STEPS,
        },
        bound: BTreeMap::new(),
        found: Vec::new(),
        clause: 0,
    };
    let mut exact = 0;
    for (number, clause) in (0_u32..).zip(rule.clauses.of(&plan.clauses)) {
        guards.clause = number;
        let (value, truth) = match clause {
            Clause::For(_) => break,
            Clause::Given { value, .. } | Clause::Let { value, .. } => (*value, true),
            Clause::When(condition) => (*condition, true),
            Clause::Unless(condition) => (*condition, false),
        };
        if guards.of_data(value) {
            let result = machine.evaluate(value, 0);
            if machine.met_errors() {
                // Of relations that it reads: they are errors of the rule.
                break;
            }
            let passes = match (clause, result) {
                (Clause::Given { .. }, Ok(value)) => !matches!(value, Value::Null),
                (Clause::When(_) | Clause::Unless(_), Ok(value)) => {
                    let found = match machine.world.view(value) {
                        View::Bool(found) => Some(found),
                        _ => None,
                    };
                    found.is_none_or(|found| found == truth)
                }
                (_, Ok(_)) => true,
                (_, Err(_)) => {
                    drop(machine.take_fault());
                    true
                }
            };
            if !passes {
                return None;
            }
        }
        match clause {
            Clause::When(_) | Clause::Unless(_) => {
                let is_exact = guards.condition(&machine.world, value, truth);
                if is_exact && exact == number {
                    exact = number.saturating_add(1);
                }
            }
            Clause::Given { .. } => guards.presence(&machine.world, value),
            Clause::Let { .. } | Clause::For(_) => {}
        }
        if !guards.safe.is_safe(value) {
            break;
        }
        match clause {
            Clause::Given { local, value } => drop(guards.bound.insert(*local, *value)),
            Clause::Let {
                pattern: Pattern::Bind(local),
                value,
            } => drop(guards.bound.insert(*local, *value)),
            // What a pattern takes apart may have another length.
            Clause::Let {
                pattern: Pattern::Tuple(_),
                ..
            } => break,
            _ => {}
        }
    }
    let mut guards = guards.found;
    if let Some(left) = guards.get(MOST_GUARDS) {
        exact = exact.min(left.clause);
    }
    guards.truncate(MOST_GUARDS);
    Some(Guarded { guards, exact })
}

/// What the slots of a frame were bound to.
type Bound = BTreeMap<u32, OpId>;

struct Guards<'p> {
    plan: &'p Plan,
    paths: &'p mut Paths,
    safe: Safe<'p>,
    bound: Bound,
    found: Vec<Guard>,
    /// The clause at work.
    clause: u32,
}

impl Guards<'_> {
    fn check(&self, id: CheckId) -> Option<&Check> {
        self.plan.checks.get(id)
    }

    /// A path of the input, and whether what is read there stays the scalar that it is.
    fn path(&self, id: OpId, bound: &Bound) -> Option<(Path, bool)> {
        let step = |base, name: &FieldKey, check| {
            let (mut path, _) = self.path(base, bound)?;
            path.steps.push(name.clone());
            Some((path, self.check(check)?.is_plain()))
        };
        match self.plan.op(id)? {
            Op::Input(input) => {
                let check = self.plan.inputs.get(input as usize)?.check;
                let steps = Vec::new();
                Some((Path { input, steps }, self.check(check)?.is_plain()))
            }
            Op::Local(slot) => self.path(*bound.get(&slot)?, bound),
            // The body of a `let` has a frame of its own.
            Op::Let(entry) => self.path(self.plan.lets.get(entry as usize)?.value, &Bound::new()),
            Op::Field(index) => {
                let field = self.plan.fields.get(index as usize)?;
                step(field.base, &field.key, field.check)
            }
            Op::Index(index) => {
                let index = self.plan.indices.get(index as usize)?;
                let name = match self.constant(index.at)? {
                    Value::Text(text) => self.plan.heap.text(text),
                    _ => return None,
                };
                step(index.base, &FieldKey::new(name), index.check)
            }
            _ => None,
        }
    }

    /// The number of a path at which a scalar stays what it is.
    fn plain(&mut self, id: OpId) -> Option<u32> {
        if let Some(known) = self.paths.known.get(&id) {
            return Some(*known);
        }
        let (path, plain) = self.path(id, &self.bound)?;
        let number = plain.then(|| self.paths.number(path))?;
        if self.bound.is_empty() {
            self.paths.known.insert(id, number);
        }
        Some(number)
    }

    fn constant(&self, id: OpId) -> Option<Value> {
        match self.plan.op(id)? {
            Op::Constant(index) => self.plan.constants.get(index as usize).copied(),
            _ => None,
        }
    }

    /// The hashes of constants, if all are scalars that equal a scalar of the input only by their value.
    fn keys(world: &World<'_>, constants: &[Value]) -> Option<Keys> {
        let mut keys = Vec::with_capacity(constants.len());
        for constant in constants {
            let text = match (world.view(*constant), constant) {
                (View::Text(_), Value::Text(text)) => Some(*text),
                (View::Text(_) | View::Int(_) | View::Bool(_) | View::Float(_), _) => None,
                _ => return None,
            };
            keys.push((key(world, *constant), text));
        }
        let keys = Keys::new(world, keys);
        (keys.len() <= MOST_KEYS).then_some(keys)
    }

    /// Notes what follows from a condition that is asked to be true, or false; whether the condition follows from
    /// that, too.
    fn condition(&mut self, world: &World<'_>, id: OpId, truth: bool) -> bool {
        let Some(op) = self.plan.op(id) else { return false };
        match op {
            Op::And(left, right) if truth => self.both(world, [left, right], true),
            Op::Or(left, right) if !truth => self.both(world, [left, right], false),
            Op::Not(operand) => self.condition(world, operand, !truth),
            Op::Is { value, check } if truth => {
                if let Some((path, _)) = self.path(value, &self.bound) {
                    self.variants(world, &path, &[check]);
                }
                false
            }
            _ => {
                let guard = self.scalar(world, op, truth);
                let exact = guard
                    .as_ref()
                    .is_some_and(|guard| guard.keys.iter().all(|(_, text)| text.is_some()));
                self.found.extend(guard);
                exact
            }
        }
    }

    /// Two conditions that have to be both true, or both false.
    fn both(&mut self, world: &World<'_>, [left, right]: [OpId; 2], truth: bool) -> bool {
        let exact = self.condition(world, left, truth);
        // The right side is only asked where the left one lets it, and did not fail.
        self.safe.is_safe(left) && self.condition(world, right, truth) && exact
    }

    fn guard(&self, path: u32, keys: Keys) -> Guard {
        Guard {
            path,
            keys,
            clause: self.clause,
        }
    }

    /// A question to one scalar.
    fn scalar(&mut self, world: &World<'_>, op: Op, truth: bool) -> Option<Guard> {
        match op {
            Op::Equal {
                left, right, negated, ..
            } if negated != truth => {
                let (side, constant) = match (self.constant(left), self.constant(right)) {
                    (None, Some(constant)) => (left, constant),
                    (Some(constant), None) => (right, constant),
                    _ => return None,
                };
                let keys = Self::keys(world, &[constant])?;
                let path = self.plain(side)?;
                Some(self.guard(path, keys))
            }
            Op::In {
                value,
                container,
                negated,
                ..
            } if negated != truth => {
                let run = match self.constant(container)? {
                    Value::List(run) | Value::Set(run) => world.run(run),
                    _ => return None,
                };
                let keys = Self::keys(world, run)?;
                let path = self.plain(value)?;
                Some(self.guard(path, keys))
            }
            Op::Or(left, right) if truth => {
                let left = self.scalar(world, self.plan.op(left)?, true)?;
                let right = self.scalar(world, self.plan.op(right)?, true)?;
                let keys = Keys::new(world, [&*left.keys, &*right.keys].concat());
                let one = left.path == right.path && keys.len() <= MOST_KEYS;
                one.then(|| self.guard(left.path, keys))
            }
            _ => None,
        }
    }

    /// Where a function gives something only for records of some kinds, its presence asks for the kind.
    fn presence(&mut self, world: &World<'_>, id: OpId) {
        let (mut id, mut bound) = (id, self.bound.clone());
        loop {
            match self.plan.op(id) {
                Some(Op::Let(entry)) => {
                    let Some(entry) = self.plan.lets.get(entry as usize) else {
                        return;
                    };
                    (id, bound) = (entry.value, Bound::new());
                }
                Some(Op::Local(slot)) => match bound.get(&slot) {
                    Some(value) => id = *value,
                    None => return,
                },
                Some(Op::Call { function, args }) => {
                    let Some(function) = self.plan.functions.get(function as usize) else {
                        return;
                    };
                    // Arguments that are no paths of the caller's frame are not followed.
                    let args = args.of(&self.plan.args);
                    let [argument] = args else { return };
                    let Some((path, _)) = self.path(*argument, &bound) else {
                        return;
                    };
                    self.present_match(world, function.body, &path);
                    return;
                }
                _ => return,
            }
        }
    }

    /// A body that is `match` over its only parameter: the variants for which it is not null.
    fn present_match(&mut self, world: &World<'_>, body: OpId, path: &Path) {
        let Some(Op::Match { value, arms }) = self.plan.op(body) else {
            return;
        };
        if !matches!(self.plan.op(value), Some(Op::Local(0))) {
            return;
        }
        let mut checks = Vec::new();
        for arm in arms.of(&self.plan.arms) {
            if matches!(self.constant(arm.value), Some(Value::Null)) {
                continue;
            }
            for test in &arm.tests {
                match test {
                    Test::Type(check) => checks.push(*check),
                    Test::Null => {}
                    Test::Always | Test::Equal(_) => return,
                }
            }
        }
        self.variants(world, path, &checks);
    }

    /// Asks for the literal fields that all records of the checks have.
    fn variants(&mut self, world: &World<'_>, path: &Path, checks: &[CheckId]) {
        let mut fields: Option<BTreeMap<&FieldKey, BTreeSet<u64>>> = None;
        for check in checks {
            let Some(variants) = self.check(*check).and_then(Check::variants) else {
                return;
            };
            for variant in variants {
                let literals: BTreeMap<&FieldKey, u64> = variant
                    .iter()
                    .map(|(name, literal)| (name, literal_key(world, literal)))
                    .collect();
                fields = Some(match fields {
                    None => literals
                        .into_iter()
                        .map(|(name, key)| (name, BTreeSet::from([key])))
                        .collect(),
                    Some(mut known) => {
                        known.retain(|name, _| literals.contains_key(*name));
                        for (name, keys) in &mut known {
                            keys.extend(literals.get(*name));
                        }
                        known
                    }
                });
            }
        }
        // One of them is enough: the one that tells most records apart, of several the first.
        let fields = fields.unwrap_or_default().into_iter().rev();
        if let Some((name, keys)) = fields.max_by_key(|(_, keys)| keys.len())
            && keys.len() <= MOST_KEYS
        {
            let mut path = path.clone();
            path.steps.push(name.clone());
            let path = self.paths.number(path);
            let keys = Keys::new(world, keys.into_iter().map(|key| (key, None)).collect());
            self.found.push(self.guard(path, keys));
        }
    }

    /// Whether an expression depends on data alone, and names no local.
    fn of_data(&self, id: OpId) -> bool {
        let mut stack = alloc::vec![id];
        while let Some(id) = stack.pop() {
            let Some(op) = self.plan.op(id) else { return false };
            match op {
                Op::Constant(_) | Op::Data(_) => {}
                Op::Let(entry) => {
                    let entry = self.plan.lets.get(entry as usize);
                    if entry.is_none_or(|entry| entry.reads_input) {
                        return false;
                    }
                }
                Op::Field(_)
                | Op::Index(_)
                | Op::And(..)
                | Op::Or(..)
                | Op::Coalesce(..)
                | Op::Equal { .. }
                | Op::Absent { .. }
                | Op::Order { .. }
                | Op::In { .. }
                | Op::Not(_) => {
                    super::depth::operands(self.plan, op, &mut stack);
                }
                _ => return false,
            }
        }
        true
    }
}

/// The text, if both are one.
pub(super) fn same_text(world: &World<'_>, a: Option<u32>, b: Option<u32>) -> Option<u32> {
    a.filter(|a| b.is_some_and(|b| world.made_text(*a) == world.made_text(b)))
}

fn literal_key(world: &World<'_>, literal: &Literal) -> u64 {
    let mut hash = Hash::default();
    match literal {
        Literal::Text(text) => hash.text_value(text),
        Literal::Int(value) => hash.value(world, Value::Int(*value)),
        Literal::Bool(value) => hash.value(world, Value::Bool(*value)),
    }
    hash.finish()
}
