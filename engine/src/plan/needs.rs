//! What a rule needs to be there: places of the input of which at least one has to be present, or the rule
//! adds nothing. `when c.securityContext?.privileged ?? false` needs a `privileged` in some container;
//! where no container has one, the rule need not draw containers at all. Whether a place is present is
//! known when the input was checked, before any rule runs.
//!
//! Only clauses count before which, and in which, nothing can go wrong but a value that is not of its
//! type; where one is not, every rule is run.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use wardlaw_lang::{ir::ComprehensionKind, syntax::operator::BinaryOp};

use super::{
    Clause, Op, OpId, Pattern, Plan, Rule,
    check::{CheckId, kinds},
    trie::{Edge, Need, TrieId},
};
use crate::{input::FieldKey, value::Value};

/// Places; a value that has them is absent unless one of them is present.
type Places = BTreeSet<TrieId>;

/// Steps of the analysis of a rule; what would take more is run.
const MOST_STEPS: u32 = 4_000;

/// What the slots of a frame are bound to: none of what nothing is known.
type Frame = BTreeMap<u32, Places>;

/// Sets of places; of each set one has to be present.
pub(crate) fn of_rule(plan: &Plan, rule: &Rule) -> Vec<Need> {
    let mut needs = Needs {
        plan,
        steps: MOST_STEPS,
        found: Vec::new(),
    };
    needs.clauses(rule.clauses.of(&plan.clauses), &mut Frame::new());
    let found = needs.found.into_iter();
    found.map(Need::new).collect()
}

/// A step to the next places.
enum Step<'k> {
    Field(&'k FieldKey),
    /// To all elements of a list, or values of a map.
    Element,
    /// To anything below.
    Any,
}

struct Needs<'p> {
    plan: &'p Plan,
    steps: u32,
    /// What clauses need.
    found: Vec<Places>,
}

impl Needs<'_> {
    fn clauses(&mut self, clauses: &[Clause], frame: &mut Frame) {
        for clause in clauses {
            let (need, safe) = match clause {
                Clause::Given { value, .. } => (self.places(*value, frame), self.is_safe(*value)),
                Clause::Let { value, .. } => (None, self.is_safe(*value)),
                Clause::When(condition) => (self.wants(true, *condition, frame), self.is_truth(*condition)),
                Clause::Unless(condition) => {
                    (self.wants(false, *condition, frame), self.is_truth(*condition))
                }
                Clause::For(clause) => (
                    self.rounds(clause.source, frame),
                    self.is_list(clause.source) && clause.indexed.is_none() && clause.join.is_none(),
                ),
            };
            if !safe {
                return;
            }
            self.found.extend(need);
            match clause {
                Clause::Given { local, value }
                | Clause::Let {
                    pattern: Pattern::Bind(local),
                    value,
                } => {
                    if let Some(places) = self.places(*value, frame) {
                        frame.insert(*local, places);
                    }
                }
                Clause::For(clause) => match &clause.pattern {
                    Pattern::Bind(local) => {
                        if let Some(places) = self.elements(clause.source, frame) {
                            frame.insert(*local, places);
                        }
                    }
                    Pattern::Ignore | Pattern::Test => {}
                    // What a pattern takes apart may have another length.
                    Pattern::Tuple(_) => return,
                },
                Clause::Let {
                    pattern: Pattern::Tuple(_),
                    ..
                } => return,
                Clause::Let { .. } | Clause::When(_) | Clause::Unless(_) => {}
            }
        }
    }

    fn op(&mut self, id: OpId) -> Option<Op> {
        self.steps = self.steps.checked_sub(1)?;
        self.plan.op(id)
    }

    /// The places without one of which the value is absent. Recursion follows the plan, whose depth is
    /// bounded.
    fn places(&mut self, id: OpId, frame: &Frame) -> Option<Places> {
        match self.op(id)? {
            Op::Constant(index) => match self.plan.constants.get(index as usize)? {
                Value::Null => Some(Places::new()),
                _ => None,
            },
            Op::Local(slot) => frame.get(&slot).cloned(),
            Op::Input(index) => {
                let root = self.plan.reads.roots.get(index as usize).copied().flatten()?;
                Some(Places::from([root]))
            }
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize)?.value;
                self.places(body, &Frame::new())
            }
            Op::Field(index) => {
                let field = self.plan.fields.get(index as usize)?;
                let base = self.places(field.base, frame)?;
                self.below(&base, &Step::Field(&field.key))
            }
            Op::Index(index) => {
                let base = self.plan.indices.get(index as usize)?.base;
                let base = self.places(base, frame)?;
                self.below(&base, &Step::Any)
            }
            Op::Coalesce(left, right) => self.either(left, right, frame, Self::places),
            Op::If { then, otherwise, .. } => self.either(then, otherwise, frame, Self::places),
            Op::Match { arms, .. } => {
                let mut all = Places::new();
                for arm in arms.of(&self.plan.arms) {
                    if arm.binding.is_some() {
                        return None;
                    }
                    all.extend(self.places(arm.value, frame)?);
                }
                Some(all)
            }
            Op::Call { .. } | Op::Comprehension(_) => {
                let (body, frame) = self.body(id, frame)?;
                self.places(body, &frame)
            }
            _ => None,
        }
    }

    /// What a call or a body of clauses gives, and the frame in which it does.
    fn body(&mut self, id: OpId, frame: &Frame) -> Option<(OpId, Frame)> {
        match self.plan.op(id)? {
            Op::Call { function, args } => {
                let body = self.plan.functions.get(function as usize)?.body;
                let mut own = Frame::new();
                for (slot, arg) in (0_u32..).zip(args.of(&self.plan.args)) {
                    if let Some(places) = self.places(*arg, frame) {
                        own.insert(slot, places);
                    }
                }
                Some((body, own))
            }
            Op::Comprehension(index) => {
                let of = self.plan.comprehensions.get(index as usize)?;
                let mut own = frame.clone();
                if of.kind != ComprehensionKind::Yield {
                    return None;
                }
                for clause in of.clauses.of(&self.plan.clauses) {
                    let Clause::Let {
                        pattern: Pattern::Bind(local),
                        value,
                    } = clause
                    else {
                        return None;
                    };
                    if let Some(places) = self.places(*value, &own) {
                        own.insert(*local, places);
                    }
                }
                Some((of.head, own))
            }
            _ => None,
        }
    }

    /// The places of the elements of a list.
    fn elements(&mut self, id: OpId, frame: &Frame) -> Option<Places> {
        match self.op(id)? {
            Op::List(items) => {
                let mut all = Places::new();
                for item in items.of(&self.plan.args) {
                    all.extend(self.places(*item, frame)?);
                }
                Some(all)
            }
            _ => self.rounds(id, frame),
        }
    }

    /// The places without one of which a list has no elements.
    fn rounds(&mut self, id: OpId, frame: &Frame) -> Option<Places> {
        match self.op(id)? {
            Op::Constant(index) => match self.plan.constants.get(index as usize)? {
                Value::Null => Some(Places::new()),
                Value::List(run) | Value::Set(run) | Value::Tuple(run) => {
                    self.plan.heap.run(*run).is_empty().then(Places::new)
                }
                _ => None,
            },
            Op::List(items) => (items.len == 0).then(Places::new),
            Op::Coalesce(left, right)
            | Op::Arithmetic {
                op: BinaryOp::Add,
                left,
                right,
                ..
            } => self.either(left, right, frame, Self::rounds),
            Op::If { then, otherwise, .. } => self.either(then, otherwise, frame, Self::rounds),
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize)?.value;
                self.rounds(body, &Frame::new())
            }
            Op::Call { .. } | Op::Comprehension(_) => {
                let (body, frame) = self.body(id, frame)?;
                self.rounds(body, &frame)
            }
            Op::Local(_) | Op::Field(_) | Op::Index(_) => {
                let lists = self.places(id, frame)?;
                self.below(&lists, &Step::Element)
            }
            _ => None,
        }
    }

    fn either(
        &mut self,
        left: OpId,
        right: OpId,
        frame: &Frame,
        of: impl Fn(&mut Self, OpId, &Frame) -> Option<Places>,
    ) -> Option<Places> {
        let mut all = of(self, left, frame)?;
        all.extend(of(self, right, frame)?);
        Some(all)
    }

    /// The places without one of which a condition is not `wanted`.
    fn wants(&mut self, wanted: bool, id: OpId, frame: &Frame) -> Option<Places> {
        match self.op(id)? {
            Op::Constant(index) => match self.plan.constants.get(index as usize)? {
                Value::Bool(value) if *value != wanted => Some(Places::new()),
                _ => None,
            },
            Op::Not(operand) => self.wants(!wanted, operand, frame),
            Op::And(left, right) if wanted => self.one(left, right, wanted, frame),
            Op::Or(left, right) if !wanted => self.one(left, right, wanted, frame),
            Op::And(left, right) | Op::Or(left, right) => {
                self.either(left, right, frame, |needs, id, frame| {
                    needs.wants(wanted, id, frame)
                })
            }
            Op::Coalesce(left, right) => {
                let mut all = self.places(left, frame)?;
                all.extend(self.wants(wanted, right, frame)?);
                Some(all)
            }
            // Absent equals nothing.
            Op::Equal {
                left, right, negated, ..
            } if negated != wanted => match self.places(left, frame) {
                Some(places) => Some(places),
                None => self.places(right, frame),
            },
            Op::In { value, negated, .. } if negated != wanted => self.places(value, frame),
            Op::Absent { value, negated } if negated == wanted => self.places(value, frame),
            Op::If {
                condition,
                then,
                otherwise,
            } => {
                // By the first way it comes to the condition, and to what stands there.
                let first = match self.wants(true, condition, frame) {
                    Some(places) => Some(places),
                    None => self.wants(wanted, then, frame),
                };
                let mut all = first?;
                all.extend(self.wants(wanted, otherwise, frame)?);
                Some(all)
            }
            Op::Comprehension(index) => {
                let of = self.plan.comprehensions.get(index as usize).copied()?;
                match of.kind {
                    ComprehensionKind::Yield => {
                        let (body, frame) = self.body(id, frame)?;
                        self.wants(wanted, body, &frame)
                    }
                    // Without a round nothing holds for any, and all hold.
                    ComprehensionKind::Any if wanted => {
                        self.first_round(of.clauses.of(&self.plan.clauses), frame)
                    }
                    ComprehensionKind::All | ComprehensionKind::None if !wanted => {
                        self.first_round(of.clauses.of(&self.plan.clauses), frame)
                    }
                    _ => None,
                }
            }
            Op::Call { .. } => {
                let (body, frame) = self.body(id, frame)?;
                self.wants(wanted, body, &frame)
            }
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize)?.value;
                self.wants(wanted, body, &Frame::new())
            }
            // A truth value that is absent is neither.
            Op::Local(_) | Op::Field(_) | Op::Index(_) => self.places(id, frame),
            _ => None,
        }
    }

    /// Of two conditions that both have to be so, what one needs.
    fn one(&mut self, left: OpId, right: OpId, wanted: bool, frame: &Frame) -> Option<Places> {
        match self.wants(wanted, left, frame) {
            Some(places) => Some(places),
            None => self.wants(wanted, right, frame),
        }
    }

    fn first_round(&mut self, clauses: &[Clause], frame: &Frame) -> Option<Places> {
        match clauses.first()? {
            Clause::For(clause) if clause.join.is_none() => self.rounds(clause.source, frame),
            _ => None,
        }
    }

    /// The places one step below. None where the step leads nowhere: then the read set knows less than
    /// this analysis.
    fn below(&self, places: &Places, step: &Step<'_>) -> Option<Places> {
        let mut found = Places::new();
        let mut waiting: Vec<TrieId> = places.iter().copied().collect();
        let mut seen = places.clone();
        while let Some(id) = waiting.pop() {
            let node = self.plan.reads.node(id)?;
            let fields = node.fields.iter().filter(|(key, _)| match step {
                Step::Field(name) => key == *name,
                Step::Element => false,
                Step::Any => true,
            });
            found.extend(fields.map(|(_, below)| *below));
            for (edge, below) in &node.edges {
                match edge {
                    Edge::Element | Edge::Index(_) | Edge::Value => {
                        if !matches!(step, Step::Field(_)) {
                            found.insert(*below);
                        }
                    }
                    Edge::Variant(_) | Edge::Row => {
                        if seen.insert(*below) {
                            waiting.push(*below);
                        }
                    }
                }
            }
        }
        (places.is_empty() || !found.is_empty()).then_some(found)
    }
}

/// What cannot go wrong but by a value that is not of its type. Fuel and room do not count: what is not
/// run takes none.
impl Needs<'_> {
    fn all_safe(&mut self, ids: &[OpId]) -> bool {
        ids.iter().all(|id| self.is_safe(*id))
    }

    fn is_safe(&mut self, id: OpId) -> bool {
        let Some(op) = self.op(id) else { return false };
        match op {
            Op::Constant(_) | Op::Input(_) | Op::Data(_) | Op::Local(_) => true,
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize).map(|entry| entry.value);
                body.is_some_and(|body| self.is_safe(body))
            }
            Op::Field(index) => {
                let base = self.plan.fields.get(index as usize).map(|field| field.base);
                base.is_some_and(|base| self.is_safe(base))
            }
            Op::Index(index) => {
                let index = self.plan.indices.get(index as usize);
                index.is_some_and(|index| self.is_safe(index.base) && self.is_safe(index.at))
            }
            Op::Equal { left, right, .. } | Op::Coalesce(left, right) => self.all_safe(&[left, right]),
            Op::In { value, container, .. } => self.is_list(container) && self.is_safe(value),
            Op::Absent { value, .. } | Op::Is { value, .. } => self.is_safe(value),
            Op::And(..) | Op::Or(..) | Op::Not(_) => self.is_truth(id),
            Op::If {
                condition,
                then,
                otherwise,
            } => self.is_truth(condition) && self.all_safe(&[then, otherwise]),
            Op::Match { value, arms } => {
                let arms = arms.of(&self.plan.arms);
                let safe = |needs: &mut Self| {
                    arms.iter()
                        .all(|arm| arm.guard.is_none() && needs.is_safe(arm.value))
                };
                self.is_safe(value) && safe(self)
            }
            Op::List(items) | Op::Interpolate(items) => {
                let plan = self.plan;
                self.all_safe(items.of(&plan.args))
            }
            Op::Arithmetic {
                op: BinaryOp::Add, ..
            } => self.is_list(id),
            Op::Call { function, args } => {
                let plan = self.plan;
                let body = plan.functions.get(function as usize).map(|f| f.body);
                self.all_safe(args.of(&plan.args)) && body.is_some_and(|body| self.is_safe(body))
            }
            Op::Comprehension(index) => {
                let plan = self.plan;
                let Some(of) = plan.comprehensions.get(index as usize) else {
                    return false;
                };
                let head = match of.kind {
                    ComprehensionKind::Yield | ComprehensionKind::List => self.is_safe(of.head),
                    ComprehensionKind::Any | ComprehensionKind::All | ComprehensionKind::None => {
                        self.is_truth(of.head)
                    }
                    _ => false,
                };
                head && of.clauses.of(&plan.clauses).iter().all(|clause| match clause {
                    Clause::Given { value, .. } => self.is_safe(*value),
                    Clause::Let { pattern, value } => {
                        !matches!(pattern, Pattern::Tuple(_)) && self.is_safe(*value)
                    }
                    Clause::When(condition) | Clause::Unless(condition) => self.is_truth(*condition),
                    Clause::For(clause) => {
                        clause.indexed.is_none()
                            && clause.join.is_none()
                            && !matches!(clause.pattern, Pattern::Tuple(_))
                            && self.is_list(clause.source)
                    }
                })
            }
            _ => false,
        }
    }

    fn constant(&self, id: OpId) -> Option<Value> {
        match self.plan.op(id)? {
            Op::Constant(index) => self.plan.constants.get(index as usize).copied(),
            _ => None,
        }
    }

    /// Whether what fits a check is nothing but these kinds.
    fn only(&self, check: CheckId, wanted: u8) -> bool {
        let check = self.plan.checks.get(check);
        check.is_some_and(|check| check.mask & !(wanted | kinds::NULL) == 0)
    }

    /// As [`Needs::is_safe`], of something that is `true` or `false` wherever it is anything.
    fn is_truth(&mut self, id: OpId) -> bool {
        let Some(op) = self.op(id) else { return false };
        match op {
            Op::And(left, right) | Op::Or(left, right) => self.is_truth(left) && self.is_truth(right),
            Op::Not(operand) => self.is_truth(operand),
            Op::Coalesce(left, right) => self.is_truth(left) && self.is_truth(right),
            Op::Constant(_) => matches!(self.constant(id), Some(Value::Bool(_))),
            Op::Field(index) => {
                let check = self.plan.fields.get(index as usize).map(|field| field.check);
                check.is_some_and(|check| self.only(check, kinds::BOOL)) && self.is_safe(id)
            }
            Op::Equal { .. } | Op::Absent { .. } | Op::In { .. } | Op::Is { .. } => self.is_safe(id),
            Op::If {
                condition,
                then,
                otherwise,
            } => self.is_truth(condition) && self.is_truth(then) && self.is_truth(otherwise),
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize).map(|entry| entry.value);
                body.is_some_and(|body| self.is_truth(body))
            }
            Op::Call { function, args } => {
                let plan = self.plan;
                let body = plan.functions.get(function as usize).map(|f| f.body);
                self.all_safe(args.of(&plan.args)) && body.is_some_and(|body| self.is_truth(body))
            }
            Op::Comprehension(index) => {
                let of = self.plan.comprehensions.get(index as usize).copied();
                of.is_some_and(|of| match of.kind {
                    ComprehensionKind::Any | ComprehensionKind::All | ComprehensionKind::None => true,
                    ComprehensionKind::Yield => self.is_truth(of.head),
                    _ => false,
                }) && self.is_safe(id)
            }
            _ => false,
        }
    }

    /// As [`Needs::is_safe`], of a list or set.
    fn is_list(&mut self, id: OpId) -> bool {
        let Some(op) = self.op(id) else { return false };
        match op {
            Op::Constant(_) => matches!(self.constant(id), Some(Value::List(_) | Value::Set(_))),
            Op::List(_) => self.is_safe(id),
            Op::Data(index) => {
                let check = self.plan.data.get(index as usize).map(|data| data.check);
                check.is_some_and(|check| self.only(check, kinds::LIST))
            }
            Op::Field(index) => {
                let check = self.plan.fields.get(index as usize).map(|field| field.check);
                check.is_some_and(|check| self.only(check, kinds::LIST)) && self.is_safe(id)
            }
            Op::Coalesce(left, right)
            | Op::Arithmetic {
                op: BinaryOp::Add,
                left,
                right,
                ..
            } => self.is_list(left) && self.is_list(right),
            Op::If {
                condition,
                then,
                otherwise,
            } => self.is_truth(condition) && self.is_list(then) && self.is_list(otherwise),
            Op::Let(index) => {
                let body = self.plan.lets.get(index as usize).map(|entry| entry.value);
                body.is_some_and(|body| self.is_list(body))
            }
            Op::Call { function, args } => {
                let plan = self.plan;
                let body = plan.functions.get(function as usize).map(|f| f.body);
                self.all_safe(args.of(&plan.args)) && body.is_some_and(|body| self.is_list(body))
            }
            Op::Comprehension(index) => {
                let of = self.plan.comprehensions.get(index as usize).copied();
                of.is_some_and(|of| of.kind == ComprehensionKind::List) && self.is_safe(id)
            }
            _ => false,
        }
    }
}
