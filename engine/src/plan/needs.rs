//! What a rule needs of the input, or it adds nothing: for `when c.securityContext?.privileged ?? false` a
//! `privileged` that is true in some container, for `unless c.securityContext?.runAsNonRoot ?? false` one
//! that is false, or a container without. Each need is a set of marks of which one has to be set; the check
//! of the input sets them on its way (`trie.rs`), before any rule runs. So the rules that a good object
//! gives nothing to do are never run.
//!
//! A mark says something of all places of one kind, and a rule needs it of one of them: what is needed is
//! less than what makes the rule fire, never more. Only clauses count before which, and in which, nothing
//! can go wrong but a value that is not of its type (`safe.rs`).

use alloc::{collections::BTreeMap, vec::Vec};

use wardlaw_lang::{builtin::Builtin, ir::ComprehensionKind, syntax::operator::BinaryOp};

use super::{
    Clause, Op, OpId, Pattern, Plan, Rule, Slice,
    marks::{Asked, Marks},
    safe::{self, Safe},
    trie,
};
use crate::value::{Value, World, order};

mod keys;
mod lies;
mod sets;

use keys::key_of;
use lies::{Elements, Places, Step};
use sets::{MOST_OF_RULE, Need};

/// Steps of the analysis of a rule; what would take more is run.
const MOST_STEPS: u32 = 4_000;
/// How deep it follows what is bound to what.
const MOST_DEPTH: u32 = 128;
/// What is asked of a value.
#[derive(Clone, Copy)]
enum Want<'p> {
    /// That it is absent.
    Absent,
    /// That it is not.
    Present,
    /// That it is present, and one of these scalars; negated, none of them.
    In(&'p [Value], bool),
    /// That it is a list that has one of these scalars; negated, none of them.
    Has(&'p [Value], bool),
}

/// `true` or `false`, as a list of values.
fn truth(wanted: bool) -> &'static [Value] {
    const TRUE: &[Value] = &[Value::Bool(true)];
    const FALSE: &[Value] = &[Value::Bool(false)];
    if wanted { TRUE } else { FALSE }
}

/// What a slot is bound to.
#[derive(Clone, Copy)]
enum Bound {
    /// The value of an expression in a frame; `given`, one that is not absent.
    Value { of: OpId, frame: Frame, given: bool },
    /// An element of its value.
    Element { of: OpId, frame: Frame },
    /// A key of its value.
    Key { of: OpId, frame: Frame },
    /// Nothing is known of it.
    Unknown,
}

/// What the slots of a frame are bound to, as far as it is known: the last binding in [`Needs::frames`].
type Frame = Option<usize>;

/// The analysis of all rules. What was found of one helps the next: most of them draw the same containers.
pub(super) struct Needs<'p, 'm> {
    plan: &'p Plan,
    world: &'m World<'p>,
    marks: &'m mut Marks,
    safe: Safe<'p>,
    steps: u32,
    depth: u32,
    /// Bindings: the slot, what it is bound to, and the binding before it in the same frame.
    frames: Vec<(u32, Bound, Frame)>,
    known_places: BTreeMap<(OpId, Frame), Places>,
    known_elements: BTreeMap<(OpId, Frame), Elements>,
    known_rounds: BTreeMap<(OpId, Frame), Need>,
}

impl<'p, 'm> Needs<'p, 'm> {
    pub(super) fn new(plan: &'p Plan, world: &'m World<'p>, marks: &'m mut Marks) -> Self {
        Self {
            plan,
            world,
            marks,
            safe: Safe { plan, steps: 0 },
            steps: 0,
            depth: 0,
            frames: Vec::new(),
            known_places: BTreeMap::new(),
            known_elements: BTreeMap::new(),
            known_rounds: BTreeMap::new(),
        }
    }

    /// What a rule needs.
    pub(super) fn of_rule(&mut self, rule: &Rule) -> Vec<trie::Need> {
        (self.steps, self.safe.steps) = (MOST_STEPS, MOST_STEPS);
        let mut sets = Vec::new();
        let mut frame = None;
        self.clauses_of_rule(rule.clauses.of(&self.plan.clauses), &mut frame, &mut sets);
        let sets = Need(sets).simple(MOST_OF_RULE).0;
        sets.into_iter().map(trie::Need::new).collect()
    }

    fn clauses_of_rule(&mut self, clauses: &'p [Clause], frame: &mut Frame, sets: &mut Vec<Vec<u32>>) {
        let mut left = clauses;
        while let [clause, rest @ ..] = left {
            if !self.is_safe(clause, *frame) {
                return;
            }
            sets.extend(self.clause(clause, rest, frame).0);
            left = rest;
        }
    }

    fn is_safe(&mut self, clause: &Clause, frame: Frame) -> bool {
        match clause {
            Clause::Given { value, .. } => self.safe.is_safe(*value),
            Clause::Let { pattern, value } => safe::is_bound(pattern) && self.safe.is_safe(*value),
            Clause::When(condition) | Clause::Unless(condition) => self.is_condition(*condition, frame),
            Clause::For(clause) => {
                self.safe.is_drawn(clause) || safe::is_pair(clause) && self.is_object(clause.source, frame)
            }
        }
    }

    /// Whether a condition is safe: or what was found present and is `true` or `false`.
    fn is_condition(&mut self, id: OpId, frame: Frame) -> bool {
        if let Some(Op::Local(slot)) = self.plan.op(id)
            && let Bound::Value { of, given: true, .. } = self.bound(slot, frame)
        {
            return self.safe.is_truth(of);
        }
        self.safe.is_truth(id)
    }

    /// What passing a clause needs, and the keys that those behind it leave; binds what it binds.
    fn clause(&mut self, clause: &Clause, behind: &'p [Clause], frame: &mut Frame) -> Need {
        match clause {
            Clause::When(condition) => self.truth(true, *condition, *frame),
            Clause::Unless(condition) => self.truth(false, *condition, *frame),
            Clause::Given { local, value } => {
                let need = self.holds(Want::Present, *value, *frame);
                let bound = Bound::Value {
                    of: *value,
                    frame: *frame,
                    given: true,
                };
                *frame = self.bind(*local, bound, *frame);
                need
            }
            Clause::Let { pattern, value } => {
                let bound = Bound::Value {
                    of: *value,
                    frame: *frame,
                    given: false,
                };
                *frame = self.bind_pattern(pattern, bound, *frame);
                Need::nothing()
            }
            Clause::For(clause) => {
                let need = self.rounds(clause.source, *frame);
                let (of, own) = (clause.source, *frame);
                let element = Bound::Element { of, frame: own };
                *frame = self.bind_pattern(&clause.pattern, element, own);
                let Some(slot) = key_of(&clause.pattern) else {
                    return need;
                };
                *frame = self.bind(slot, Bound::Key { of, frame: own }, *frame);
                need.and(self.other_keys(slot, behind, *frame))
            }
        }
    }

    fn bind(&mut self, slot: u32, bound: Bound, frame: Frame) -> Frame {
        self.frames.push((slot, bound, frame));
        self.frames.len().checked_sub(1)
    }

    fn bind_pattern(&mut self, pattern: &Pattern, bound: Bound, frame: Frame) -> Frame {
        match pattern {
            Pattern::Bind(slot) => self.bind(*slot, bound, frame),
            Pattern::Ignore | Pattern::Test => frame,
            Pattern::Tuple(parts) => parts.iter().fold(frame, |frame, (part, _)| {
                self.bind_pattern(part, Bound::Unknown, frame)
            }),
        }
    }

    fn bound(&self, slot: u32, frame: Frame) -> Bound {
        let mut at = frame;
        while let Some((own, bound, before)) = at.and_then(|at| self.frames.get(at)) {
            if *own == slot {
                return *bound;
            }
            at = *before;
        }
        Bound::Unknown
    }

    fn op(&mut self, id: OpId) -> Option<Op> {
        self.steps = self.steps.checked_sub(1)?;
        self.plan.op(id)
    }

    /// The constant, as a list of one, if it is a scalar that equals a scalar of the input only by its value.
    fn scalar(&self, id: OpId) -> Option<&'p [Value]> {
        let constant = core::slice::from_ref(self.plan.known(id)?);
        Marks::are_scalars(constant).then_some(constant)
    }

    /// The constant elements, if all are such scalars.
    fn scalars(&self, id: OpId) -> Option<&'p [Value]> {
        let run = match self.plan.known(id)? {
            Value::List(run) | Value::Set(run) => self.plan.heap.run(*run),
            _ => return None,
        };
        Marks::are_scalars(run).then_some(run)
    }

    /// Goes one level deeper; nothing is known of what is too deep.
    fn deeper<T>(&mut self, of: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MOST_DEPTH {
            return None;
        }
        self.depth = self.depth.saturating_add(1);
        let found = of(self);
        self.depth = self.depth.saturating_sub(1);
        found
    }

    /// What it needs that a value is as wanted.
    fn holds(&mut self, want: Want<'p>, id: OpId, frame: Frame) -> Need {
        let need = self.deeper(|needs| Some(needs.value_holds(want, id, frame)));
        need.unwrap_or_else(Need::nothing)
    }

    fn value_holds(&mut self, want: Want<'p>, id: OpId, frame: Frame) -> Need {
        let Some(op) = self.op(id) else {
            return Need::nothing();
        };
        if let Some(constant) = self.plan.known(id) {
            return Need::when(self.is(want, *constant));
        }
        match op {
            Op::Local(slot) => match self.bound(slot, frame) {
                Bound::Value { given: true, .. } if matches!(want, Want::Absent) => Need::never(),
                Bound::Value { of, frame, .. } => self.holds(want, of, frame),
                Bound::Element { of, frame } if matches!(want, Want::Absent) => {
                    self.element_absent(of, frame)
                }
                Bound::Element { .. } => self.lies(want, id, frame),
                Bound::Key { of, frame } => self.key_holds(want, of, frame),
                Bound::Unknown => Need::nothing(),
            },
            Op::Let(index) => match self.plan.lets.get(index as usize) {
                Some(entry) => self.holds(want, entry.value, None),
                None => Need::nothing(),
            },
            Op::Field(index) => {
                let need = self.lies(want, id, frame);
                match (want, self.plan.fields.get(index as usize)) {
                    (Want::Absent, Some(field)) => need.or(self.holds(want, field.base, frame)),
                    _ => need,
                }
            }
            // Only fields tell that they are absent.
            Op::Input(_) | Op::Index(_) if matches!(want, Want::Absent) => Need::nothing(),
            Op::Input(_) | Op::Index(_) => self.lies(want, id, frame),
            Op::Coalesce(left, right) => match want {
                Want::Absent => self.holds(want, left, frame).and(self.holds(want, right, frame)),
                _ => {
                    let other = self
                        .holds(Want::Absent, left, frame)
                        .and(self.holds(want, right, frame));
                    self.holds(want, left, frame).or(other)
                }
            },
            Op::If {
                condition,
                then,
                otherwise,
            } => {
                let first = self
                    .truth(true, condition, frame)
                    .and(self.holds(want, then, frame));
                let second = self.truth(false, condition, frame);
                first.or(second.and(self.holds(want, otherwise, frame)))
            }
            Op::Match { value, arms } => {
                let mut need = Need::never();
                for arm in arms.of(&self.plan.arms) {
                    let given = false;
                    let bound = Bound::Value {
                        of: value,
                        frame,
                        given,
                    };
                    let frame = match arm.binding {
                        Some(slot) => self.bind(slot, bound, frame),
                        None => frame,
                    };
                    need = need.or(self.holds(want, arm.value, frame));
                }
                need
            }
            Op::Call { .. } => match self.called(id, frame) {
                Some((body, frame)) => self.holds(want, body, frame),
                None => Need::nothing(),
            },
            Op::Comprehension(index) => match self.yielded(index, frame) {
                Some((head, frame)) => self.holds(want, head, frame),
                None => self.truth_holds(want, id, frame),
            },
            Op::And(..) | Op::Or(..) | Op::Not(_) | Op::Equal { .. } | Op::Absent { .. } | Op::In { .. } => {
                self.truth_holds(want, id, frame)
            }
            _ => Need::nothing(),
        }
    }

    /// Of a value that is `true` or `false`.
    fn truth_holds(&mut self, want: Want<'p>, id: OpId, frame: Frame) -> Need {
        let mut need = Need::never();
        for value in [true, false] {
            if self.is(want, Value::Bool(value)) {
                need = need.or(self.truth(value, id, frame));
            }
        }
        need
    }

    /// Whether a constant is as wanted.
    fn is(&self, want: Want<'_>, constant: Value) -> bool {
        let absent = matches!(constant, Value::Null);
        match want {
            Want::Absent => absent,
            Want::Present => !absent,
            Want::In(values, negated) => {
                !absent
                    && values
                        .iter()
                        .any(|value| order::equal(self.world, constant, *value))
                        != negated
            }
            Want::Has(values, negated) => {
                values.iter().any(|value| self.world.contains(constant, *value)) != negated
            }
        }
    }

    /// Of a value that lies in the input.
    fn lies(&mut self, want: Want<'p>, id: OpId, frame: Frame) -> Need {
        let Some(places) = self.places(id, frame) else {
            return Need::nothing();
        };
        let asked = match want {
            Want::Present => Asked::Present,
            Want::Absent => Asked::Absent,
            Want::In(values, negated) => Asked::In(values, negated),
            Want::Has(values, negated) => Asked::Has(values, negated),
        };
        let marks = places.iter();
        let marks = marks.map(|place| self.marks.of(self.plan, self.world, *place, asked));
        Need::one_of(marks.collect())
    }

    /// What it needs that an element is absent: in a list of the input it cannot be, unless its type says so.
    fn element_absent(&mut self, of: OpId, frame: Frame) -> Need {
        let never = match self.elements(of, frame) {
            Some(Elements { places, made: false }) => places.iter().all(|place| {
                let check = self.plan.reads.node(*place).map(|node| node.check);
                check.is_some_and(|check| !self.plan.checks.is_optional(check))
            }),
            _ => false,
        };
        Need::when(!never)
    }

    /// What it needs that a condition is `wanted`.
    fn truth(&mut self, wanted: bool, id: OpId, frame: Frame) -> Need {
        let need = self.deeper(|needs| Some(needs.condition(wanted, id, frame)));
        need.unwrap_or_else(Need::nothing)
    }

    fn condition(&mut self, wanted: bool, id: OpId, frame: Frame) -> Need {
        let Some(op) = self.op(id) else {
            return Need::nothing();
        };
        match op {
            Op::Not(operand) => self.truth(!wanted, operand, frame),
            Op::And(left, right) | Op::Or(left, right) => {
                let both = matches!(op, Op::And(..)) == wanted;
                let (left, right) = (self.truth(wanted, left, frame), self.truth(wanted, right, frame));
                if both { left.and(right) } else { left.or(right) }
            }
            Op::Equal {
                left,
                right,
                negated,
                wholes,
            } => {
                let equal = negated != wanted;
                let side = match (self.scalar(left), self.scalar(right)) {
                    (None, Some(values)) => Some((left, values)),
                    (Some(values), None) => Some((right, values)),
                    _ => None,
                };
                match side {
                    Some((side, values)) if wholes.0 == 0 => self.one_of(equal, side, values, frame),
                    _ if equal => {
                        let left = self.holds(Want::Present, left, frame);
                        left.and(self.holds(Want::Present, right, frame))
                    }
                    _ => Need::nothing(),
                }
            }
            Op::In {
                value,
                container,
                negated,
                wholes,
            } => {
                let found = negated != wanted;
                if let Some(values) = self.scalars(container).filter(|_| wholes.0 == 0) {
                    return self.one_of(found, value, values, frame);
                }
                let need = match self.scalar(value).filter(|_| wholes.0 == 0) {
                    Some(values) => self.holds(Want::Has(values, !found), container, frame),
                    None => Need::nothing(),
                };
                if found {
                    need.and(self.holds(Want::Present, value, frame))
                } else {
                    need
                }
            }
            Op::Builtin {
                builtin: Builtin::TextStartsWith,
                args,
                ..
            } if wanted => match args.of(&self.plan.args) {
                [text, prefix] => self.begins(*text, *prefix, frame),
                _ => Need::nothing(),
            },
            Op::Absent { value, negated } if negated == wanted => self.holds(Want::Present, value, frame),
            Op::Absent { value, .. } => self.holds(Want::Absent, value, frame),
            Op::Comprehension(index) => {
                let Some(of) = self.plan.comprehensions.get(index as usize) else {
                    return Need::nothing();
                };
                let clauses = of.clauses;
                match of.kind {
                    // Without a round nothing holds for any, and all hold.
                    ComprehensionKind::Any if wanted => self.some_round(clauses, true, of.head, frame),
                    ComprehensionKind::None if !wanted => self.some_round(clauses, true, of.head, frame),
                    ComprehensionKind::All if !wanted => self.some_round(clauses, false, of.head, frame),
                    ComprehensionKind::Any => self.no_round(clauses, of.head, frame),
                    ComprehensionKind::None => self.no_round(clauses, of.head, frame),
                    ComprehensionKind::Yield => match self.yielded(index, frame) {
                        Some((head, frame)) => self.truth(wanted, head, frame),
                        None => Need::nothing(),
                    },
                    _ => Need::nothing(),
                }
            }
            Op::Constant(_)
            | Op::Local(_)
            | Op::Let(_)
            | Op::Field(_)
            | Op::Index(_)
            | Op::Coalesce(..)
            | Op::If { .. }
            | Op::Match { .. }
            | Op::Call { .. } => self.holds(Want::In(truth(wanted), false), id, frame),
            _ => Need::nothing(),
        }
    }

    /// That a value is one of some scalars, or that it is not. Absent equals nothing.
    fn one_of(&mut self, is: bool, id: OpId, values: &'p [Value], frame: Frame) -> Need {
        let need = self.holds(Want::In(values, !is), id, frame);
        if is {
            need
        } else {
            need.or(self.holds(Want::Absent, id, frame))
        }
    }

    /// That some round passes all clauses, and its head is `wanted`.
    fn some_round(&mut self, clauses: Slice, wanted: bool, head: OpId, frame: Frame) -> Need {
        let mut frame = frame;
        let need = self.passed(clauses, &mut frame);
        need.and(self.truth(wanted, head, frame))
    }

    /// That some round passes all clauses.
    fn passed(&mut self, clauses: Slice, frame: &mut Frame) -> Need {
        let mut need = Need::nothing();
        let mut left = clauses.of(&self.plan.clauses);
        while let [clause, rest @ ..] = left {
            need = need.and(self.clause(clause, rest, frame));
            left = rest;
        }
        need
    }

    /// That no round has a head that is true. Only of a list is it known what that needs: not to have what
    /// the heads ask for.
    fn no_round(&mut self, clauses: Slice, head: OpId, frame: Frame) -> Need {
        let [Clause::For(drawn)] = clauses.of(&self.plan.clauses) else {
            return Need::nothing();
        };
        let (Pattern::Bind(slot), Some(op)) = (&drawn.pattern, self.op(head)) else {
            return Need::nothing();
        };
        let asked = match op {
            Op::Equal {
                left,
                right,
                negated: false,
                wholes,
            } if wholes.0 == 0 => match (self.scalar(left), self.scalar(right)) {
                (None, Some(values)) => Some((left, values)),
                (Some(values), None) => Some((right, values)),
                _ => None,
            },
            Op::In {
                value,
                container,
                negated: false,
                wholes,
            } if wholes.0 == 0 => self.scalars(container).map(|values| (value, values)),
            _ => None,
        };
        match asked {
            Some((element, values)) if self.is_same_text(element, *slot, values) => {
                self.holds(Want::Has(values, true), drawn.source, frame)
            }
            _ => Need::nothing(),
        }
    }

    /// Whether it is what a slot is bound to, or that in other letters, in which the values are as they are: so
    /// that a value which is bound is found.
    fn is_same_text(&self, id: OpId, slot: u32, values: &[Value]) -> bool {
        let Some(Op::Builtin { builtin, args, .. }) = self.plan.op(id) else {
            return self.is_slot(id, slot);
        };
        let [text] = args.of(&self.plan.args) else {
            return false;
        };
        let stays = |text: &str| match builtin {
            Builtin::TextUpper => text.to_uppercase() == text,
            Builtin::TextLower => text.to_lowercase() == text,
            _ => false,
        };
        let mut texts = values.iter().map(|value| self.world.text(*value));
        self.is_slot(*text, slot) && texts.all(|text| text.is_some_and(stays))
    }

    /// The body of the function that is called, and its frame.
    fn called(&mut self, id: OpId, frame: Frame) -> Option<(OpId, Frame)> {
        let Some(Op::Call { function, args }) = self.plan.op(id) else {
            return None;
        };
        let body = self.plan.functions.get(function as usize)?.body;
        let mut own = None;
        for (slot, arg) in (0_u32..).zip(args.of(&self.plan.args)) {
            let bound = Bound::Value {
                of: *arg,
                frame,
                given: false,
            };
            own = self.bind(slot, bound, own);
        }
        Some((body, own))
    }

    /// The head of a block that has nothing but `let`s before it, and its frame.
    fn yielded(&mut self, index: u32, frame: Frame) -> Option<(OpId, Frame)> {
        let of = self.plan.comprehensions.get(index as usize)?;
        if of.kind != ComprehensionKind::Yield {
            return None;
        }
        let mut own = frame;
        for clause in of.clauses.of(&self.plan.clauses) {
            match clause {
                Clause::Let { .. } => drop(self.clause(clause, &[], &mut own)),
                _ => return None,
            }
        }
        Some((of.head, own))
    }

    /// Of a list that is made by rounds: what it needs that there is one, and what it adds, in its frame.
    fn list_of(&mut self, index: u32, frame: Frame) -> Option<(Need, OpId, Frame)> {
        let of = self.plan.comprehensions.get(index as usize)?;
        if of.kind != ComprehensionKind::List {
            return None;
        }
        let mut own = frame;
        let need = self.passed(of.clauses, &mut own);
        Some((need, of.head, own))
    }

    /// What it needs that a list has an element.
    fn rounds(&mut self, id: OpId, frame: Frame) -> Need {
        if let Some(known) = self.known_rounds.get(&(id, frame)) {
            return known.clone();
        }
        let need = self.deeper(|needs| Some(needs.list_rounds(id, frame)));
        let need = need.unwrap_or_else(Need::nothing);
        if need != Need::nothing() {
            self.known_rounds.insert((id, frame), need.clone());
        }
        need
    }

    fn list_rounds(&mut self, id: OpId, frame: Frame) -> Need {
        let Some(op) = self.op(id) else {
            return Need::nothing();
        };
        if let Some(constant) = self.plan.known(id) {
            let none = matches!(constant, Value::Null) || self.world.len(*constant) == Some(0);
            return Need::when(!none);
        }
        match op {
            Op::List(items) | Op::Map(items) => Need::when(items.len != 0),
            Op::Arithmetic {
                op: BinaryOp::Add,
                left,
                right,
                ..
            } => self.rounds(left, frame).or(self.rounds(right, frame)),
            Op::Coalesce(left, right) => {
                let other = self
                    .holds(Want::Absent, left, frame)
                    .and(self.rounds(right, frame));
                self.rounds(left, frame).or(other)
            }
            Op::If {
                condition,
                then,
                otherwise,
            } => {
                let first = self.truth(true, condition, frame).and(self.rounds(then, frame));
                let second = self.truth(false, condition, frame);
                first.or(second.and(self.rounds(otherwise, frame)))
            }
            Op::Let(index) => match self.plan.lets.get(index as usize) {
                Some(entry) => self.rounds(entry.value, None),
                None => Need::nothing(),
            },
            Op::Call { .. } => match self.called(id, frame) {
                Some((body, frame)) => self.rounds(body, frame),
                None => Need::nothing(),
            },
            Op::Comprehension(index) => match self.yielded(index, frame) {
                Some((head, frame)) => self.rounds(head, frame),
                None => self
                    .list_of(index, frame)
                    .map_or_else(Need::nothing, |(need, ..)| need),
            },
            Op::Local(slot) => match self.bound(slot, frame) {
                Bound::Value { of, frame, .. } => self.rounds(of, frame),
                Bound::Element { .. } => self.elements_of(id, frame),
                Bound::Key { .. } | Bound::Unknown => Need::nothing(),
            },
            Op::Field(_) | Op::Index(_) => self.elements_of(id, frame),
            _ => Need::nothing(),
        }
    }

    fn elements_of(&mut self, id: OpId, frame: Frame) -> Need {
        let places = self.places(id, frame);
        let Some(places) = places.and_then(|lists| self.below(&lists, &Step::Element)) else {
            return Need::nothing();
        };
        Need::one_of(places.iter().map(|place| place.0).collect())
    }
}
