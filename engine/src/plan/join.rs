//! Joins: which elements of a relation or of a list that stays the same a `for` can find by the keys
//! that a `when` after it asks for, instead of drawing all.
//!
//! The clauses stay as they are written and decide as before; a join only leaves out elements that they
//! would not let pass. What stands between the `for` and the equality is not reached for those, so it
//! must be something that cannot fail.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};
use core::fmt::Write as _;

use wardlaw_lang::{
    ir::{self, ClauseKind, Expr, ExprId, LocalId, Pattern, uses, verify::children},
    syntax::operator::{BinaryOp, UnaryOp},
    types::{Type, TypeId},
};

use super::{
    Clause, Op, OpId,
    build::Builder,
    check::CheckId,
    declared::Declared,
    shape::ShapeId,
    sift::{Asked, Sieve},
};

/// How a `for` finds its elements.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    /// An index into [`super::Plan::keyed`].
    pub(crate) index: u32,
    /// What the keys must equal, evaluated before the first element is drawn; and what each is taken as.
    pub(crate) probe: Vec<(OpId, Option<ShapeId>)>,
    /// The slot that says whether what is drawn passed the sieve.
    pub(crate) sifted: Option<u32>,
}

/// Elements, and by what they are found.
#[derive(Clone, Debug)]
pub(crate) struct Keyed {
    pub(crate) source: Source,
    pub(crate) keys: Vec<Key>,
    /// What a `for` reads of an element before any clause decides: one of which it cannot be read is drawn.
    pub(crate) pattern: super::Pattern,
    /// Whether it depends on data alone.
    pub(crate) of_data: bool,
    /// What its elements are sifted by when the data are loaded.
    pub(crate) sieve: Sieve,
}

/// What has the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A relation.
    Relation(u32),
    /// An expression that has one value for the whole decision; and the check of its elements.
    List(OpId, CheckId),
}

/// A path in an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The position in a tuple; none for the element itself.
    pub(crate) column: Option<u32>,
    /// Indices into [`super::Plan::fields`].
    pub(crate) fields: Vec<u32>,
    /// What the key is taken as.
    pub(crate) shape: Option<ShapeId>,
}

/// What binding reads of an element; of the columns of a row nothing, for they were read when it was made.
fn tested(pattern: &super::Pattern, row: bool) -> super::Pattern {
    use super::Pattern;
    let Pattern::Tuple(parts) = pattern else {
        return Pattern::Ignore;
    };
    let mut tests = Vec::with_capacity(parts.len());
    for (part, check) in parts {
        let test = match (part, tested(part, false)) {
            (_, below @ Pattern::Tuple(_)) => below,
            (Pattern::Ignore, _) => Pattern::Ignore,
            _ if row => Pattern::Ignore,
            _ => Pattern::Test,
        };
        tests.push((test, *check));
    }
    if tests.iter().all(|(test, _)| *test == Pattern::Ignore) {
        return Pattern::Ignore;
    }
    Pattern::Tuple(tests)
}

/// What is known of locals while clauses are read downwards.
#[derive(Debug, Default)]
struct Known {
    /// Hold what was checked when the data were loaded.
    of_data: BTreeSet<LocalId>,
}

impl Builder<'_> {
    /// Finds the joins of clauses; `inner` where they may run more than once for one start of a rule.
    pub(super) fn joins(&mut self, clauses: &[ir::Clause], built: &mut [Clause], inner: bool) {
        let mut known = Known::default();
        let mut rounds = inner;
        for at in 0..clauses.len() {
            let (Some(clause), Some([first, later @ ..])) = (clauses.get(at), built.get_mut(at..)) else {
                continue;
            };
            self.learn(&mut known, clause);
            let (ClauseKind::For { pattern, source }, Clause::For(built)) = (&clause.kind, first) else {
                continue;
            };
            let drawn = (built.element, &built.pattern);
            let rest = clauses.get(at.saturating_add(1)..).unwrap_or(&[]);
            built.join = self.join(pattern, *source, drawn, (rest, later), rounds, &known);
            rounds = true;
        }
    }

    fn join(
        &mut self,
        pattern: &Pattern,
        source: ExprId,
        (element, drawn): (CheckId, &super::Pattern),
        (rest, later): (&[ir::Clause], &mut [Clause]),
        rounds: bool,
        known: &Known,
    ) -> Option<u32> {
        let program = self.program;
        let (of, of_data, mut name) = match program.expr(source) {
            Expr::Relation(relation) => {
                let def = program.relations.get(relation.index())?;
                // A row of many columns is taken apart, one of one column is the value itself.
                if matches!(pattern, Pattern::Tuple(_)) != (def.columns.len() > 1) {
                    return None;
                }
                let of_data = !def.reads_input;
                (Source::Relation(relation.0), of_data, format!("r{}", relation.0))
            }
            _ => {
                let mut name = String::new();
                let of_data = self.stays(source, &mut name)?;
                if !of_data && !rounds {
                    return None;
                }
                // An element that is no such tuple is an error, and no look-up would find it.
                if matches!(pattern, Pattern::Tuple(_)) && !self.gives_tuples(source) {
                    return None;
                }
                (Source::List(self.same(source), element), of_data, name)
            }
        };
        let (equalities, mut asked) = self.questions(pattern, rest, known);
        if equalities.is_empty() {
            return None;
        }
        asked.retain(|asked| of_data && self.is_of_element(pattern, asked.condition));
        let mut keys = Vec::new();
        let mut probe = Vec::new();
        for (key_expr, other) in equalities {
            let (column, fields) = self.key(pattern, key_expr)?;
            let _ = write!(name, "|{column:?}");
            for field in &fields {
                let field = self.plan.fields.get(*field as usize)?;
                let _ = write!(name, ".{:?}:{:?}", field.key.text(), field.check);
            }
            let declared = Declared::of(&mut self.types, self.program.type_of(key_expr)).present();
            let shape = self.plan.checks.special(&mut self.types, &declared);
            keys.push(Key {
                column,
                fields,
                shape,
            });
            probe.push((self.used(other), shape));
        }
        let sieve = self.sieve(&asked, drawn);
        let sifted = self.answered(&asked, later);
        let pattern = tested(drawn, matches!(of, Source::Relation(_)));
        let _ = write!(name, "|{pattern:?}|{:?}", sieve.conditions);
        let index = match self.joined.get(&name) {
            Some(index) => *index,
            None => {
                let index = self.plan.keyed.len() as u32;
                self.plan.keyed.push(Keyed {
                    source: of,
                    keys,
                    pattern,
                    of_data,
                    sieve,
                });
                self.joined.insert(name, index);
                index
            }
        };
        self.plan.joins.push(Join { index, probe, sifted });
        Some((self.plan.joins.len() as u32).saturating_sub(1))
    }

    /// Whether every element of a list or set is a tuple by its type.
    fn gives_tuples(&mut self, source: ExprId) -> bool {
        let declared = Declared::of(&mut self.types, self.program.type_of(source)).present();
        let elements = declared.element(&mut self.types).alternatives;
        let is_tuple = |id: &TypeId| matches!(self.types.structure(*id), Type::Tuple(_));
        !elements.is_empty() && elements.iter().all(is_tuple)
    }

    /// A path that has one value for the whole decision: whether it depends on data alone. Its name.
    fn stays(&self, id: ExprId, name: &mut String) -> Option<bool> {
        let program = self.program;
        let of_data = match program.expr(id) {
            Expr::Data(data) => {
                let _ = write!(name, "d{}", data.0);
                true
            }
            Expr::Let(entry) => {
                let _ = write!(name, "l{}", entry.0);
                !program.lets.get(entry.index())?.reads_input
            }
            Expr::Input(input) => {
                let _ = write!(name, "i{}", input.0);
                false
            }
            Expr::Field { base, .. } => {
                let of_data = self.stays(*base, name)?;
                let Some(Op::Field(field)) = self.plan.op(self.same(id)) else {
                    return None;
                };
                let field = self.plan.fields.get(field as usize)?;
                let _ = write!(name, ".{:?}:{:?}", field.key.text(), field.check);
                of_data
            }
            _ => return None,
        };
        Some(of_data)
    }

    /// Equalities between a path of what the pattern binds and something known before it; and all conditions
    /// that are asked before something can fail, the first that can among them.
    fn questions(
        &mut self,
        pattern: &Pattern,
        rest: &[ir::Clause],
        known: &Known,
    ) -> (Vec<(ExprId, ExprId)>, Vec<Asked>) {
        let mut later: BTreeSet<LocalId> = BTreeSet::new();
        bound(pattern, &mut later);
        let mut known = Known {
            of_data: known.of_data.clone(),
        };
        let (mut found, mut asked) = (Vec::new(), Vec::new());
        for (number, clause) in rest.iter().enumerate() {
            if let ClauseKind::When(condition) = &clause.kind {
                let mut conjuncts = Vec::new();
                self.conjuncts(*condition, &mut conjuncts);
                let alone = (conjuncts.len() == 1).then_some(number);
                for conjunct in conjuncts {
                    asked.push(Asked {
                        condition: conjunct,
                        truth: true,
                        clause: alone,
                    });
                    if let Expr::Binary {
                        op: BinaryOp::Equal,
                        left,
                        right,
                    } = self.program.expr(conjunct)
                    {
                        let sides = [(*left, *right), (*right, *left)];
                        // `== null` asks for absence: no value is looked up by it.
                        let fits = |(key, other): &(ExprId, ExprId)| {
                            self.key(pattern, *key).is_some()
                                && !matches!(self.program.expr(*other), Expr::Null)
                                && self.is_before(*other, &later)
                        };
                        if let Some(pair) = sides.into_iter().find(fits)
                            && self.hash_alike(*left, *right)
                        {
                            found.push(pair);
                            // An equality itself cannot fail; what it reads can.
                        }
                    }
                    if !self.cannot_fail(conjunct, &known) {
                        return (found, asked);
                    }
                }
            } else {
                if let ClauseKind::Unless(condition) = &clause.kind {
                    asked.push(Asked {
                        condition: *condition,
                        truth: false,
                        clause: Some(number),
                    });
                }
                if !self.clause_cannot_fail(clause, &known) {
                    return (found, asked);
                }
            }
            match &clause.kind {
                ClauseKind::Given { local, .. } => {
                    later.insert(*local);
                }
                ClauseKind::For { pattern, .. } | ClauseKind::Let { pattern, .. } => {
                    bound(pattern, &mut later);
                }
                ClauseKind::When(_) | ClauseKind::Unless(_) => {}
            }
            self.learn(&mut known, clause);
        }
        (found, asked)
    }

    /// Whether equal values of two sides have equal hashes: not where one side is more than it is written as,
    /// and the other is not known to be.
    fn hash_alike(&mut self, left: ExprId, right: ExprId) -> bool {
        let sides = [left, right].map(|side| {
            let ty = self.program.type_of(side);
            Declared::of(&mut self.types, ty).present()
        });
        let mut special = |side: &Declared| self.plan.checks.special(&mut self.types, side).is_some();
        let [left, right] = &sides;
        left == right || !(special(left) || special(right))
    }

    /// The parts of a condition that are all asked, in order. Recursion is bounded by the source.
    fn conjuncts(&self, id: ExprId, out: &mut Vec<ExprId>) {
        if let Expr::Binary {
            op: BinaryOp::And,
            left,
            right,
        } = self.program.expr(id)
        {
            self.conjuncts(*left, out);
            self.conjuncts(*right, out);
        } else {
            out.push(id);
        }
    }

    /// Column and fields, where an expression is a path of what the pattern binds.
    fn key(&self, pattern: &Pattern, id: ExprId) -> Option<(Option<u32>, Vec<u32>)> {
        let mut fields = Vec::new();
        let mut id = id;
        loop {
            match self.program.expr(id) {
                Expr::Narrow { value, .. } => id = *value,
                Expr::Field { base, .. } => {
                    let Some(Op::Field(field)) = self.plan.op(self.same(id)) else {
                        return None;
                    };
                    fields.push(field);
                    id = *base;
                }
                Expr::Local(local) => {
                    fields.reverse();
                    let is = |part: &Pattern| *part == Pattern::Bind(*local);
                    return match pattern {
                        Pattern::Tuple(parts) => {
                            let column = parts.iter().position(is)?;
                            Some((Some(column as u32), fields))
                        }
                        // A row of many columns is no value to look up.
                        pattern => is(pattern).then_some((None, fields)),
                    };
                }
                _ => return None,
            }
        }
    }

    /// Whether a value is known before certain locals are bound, and asking for it early costs little.
    fn is_before(&self, id: ExprId, later: &BTreeSet<LocalId>) -> bool {
        let mut stack = alloc::vec![id];
        while let Some(id) = stack.pop() {
            let expr = self.program.expr(id);
            match expr {
                Expr::Local(local) if later.contains(local) => return false,
                Expr::Call { .. }
                | Expr::Builtin { .. }
                | Expr::Match { .. }
                | Expr::Comprehension { .. }
                | Expr::Relation(_) => return false,
                _ => stack.extend(children(expr)),
            }
        }
        true
    }

    fn clause_cannot_fail(&self, clause: &ir::Clause, known: &Known) -> bool {
        match &clause.kind {
            ClauseKind::Given { value, .. } => self.cannot_fail(*value, known),
            ClauseKind::Let {
                pattern: Pattern::Bind(_) | Pattern::Ignore,
                value,
            } => self.cannot_fail(*value, known),
            ClauseKind::Let { .. } => false,
            ClauseKind::For { source, pattern } => {
                let typed = !matches!(pattern, Pattern::Tuple(_))
                    || matches!(self.program.expr(*source), Expr::Relation(_));
                typed && self.cannot_fail(*source, known)
            }
            ClauseKind::When(condition) | ClauseKind::Unless(condition) => {
                self.cannot_fail(*condition, known)
            }
        }
    }

    /// Whether evaluating cannot meet an error: what was checked when the data were loaded, and
    /// questions about it. Recursion is bounded by the source.
    fn cannot_fail(&self, id: ExprId, known: &Known) -> bool {
        let program = self.program;
        let below = |ids: &[ExprId]| ids.iter().all(|id| self.cannot_fail(*id, known));
        match program.expr(id) {
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Text(_) | Expr::Data(_) => {
                true
            }
            Expr::Local(local) => known.of_data.contains(local),
            // What is bound was checked; of a plain value nothing more is read.
            Expr::Binary {
                op: BinaryOp::Equal | BinaryOp::NotEqual,
                left,
                right,
            } if self.is_plain(*left) && self.is_plain(*right) => true,
            // Its own errors are carried, not met.
            Expr::Relation(relation) => program
                .relations
                .get(relation.index())
                .is_some_and(|relation| !relation.reads_input),
            Expr::Field { base, .. } => !self.is_any(*base) && self.cannot_fail(*base, known),
            Expr::Narrow { value, .. } | Expr::Is { value, .. } => self.cannot_fail(*value, known),
            Expr::Binary { op, left, right } => {
                let total = match op {
                    BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::Coalesce => true,
                    BinaryOp::And | BinaryOp::Or => !self.is_any(*left) && !self.is_any(*right),
                    BinaryOp::In | BinaryOp::NotIn => !self.is_any(*right),
                    _ => false,
                };
                total && below(&[*left, *right])
            }
            Expr::Unary {
                op: UnaryOp::Not,
                operand,
            } => !self.is_any(*operand) && self.cannot_fail(*operand, known),
            Expr::List(members) | Expr::Tuple(members) => below(members),
            _ => false,
        }
    }

    /// Whether an expression is a literal, or a local whose type has no parts.
    fn is_plain(&self, id: ExprId) -> bool {
        let program = self.program;
        match program.expr(id) {
            Expr::Null | Expr::Bool(_) | Expr::Int(_) | Expr::Float(_) | Expr::Text(_) => true,
            Expr::Local(_) => {
                let ty = match self.types.get(program.type_of(id)) {
                    Type::Optional(present) => self.types.get(*present),
                    ty => ty,
                };
                matches!(
                    ty,
                    Type::Bool | Type::Int | Type::Float | Type::String | Type::Literal(_)
                )
            }
            _ => false,
        }
    }

    fn is_any(&self, id: ExprId) -> bool {
        matches!(self.types.get(self.program.type_of(id)), Type::Any | Type::Error)
    }

    /// Whether what a clause binds was checked when the data were loaded.
    fn learn(&self, known: &mut Known, clause: &ir::Clause) {
        let (pattern, value) = match &clause.kind {
            ClauseKind::Given { local, value } => (&Pattern::Bind(*local), *value),
            ClauseKind::For { pattern, source } => (pattern, *source),
            ClauseKind::Let { pattern, value } => (pattern, *value),
            ClauseKind::When(_) | ClauseKind::Unless(_) => return,
        };
        if self.cannot_fail(value, known) {
            bound(pattern, &mut known.of_data);
        }
    }

    /// Whether no clause before a `for` can fail, and nothing of them is bound in its source: then the
    /// `for` may stand first.
    pub(super) fn may_go_first(&self, clauses: &[ir::Clause], at: usize) -> bool {
        let mut known = Known::default();
        for clause in clauses.get(..at).unwrap_or(&[]) {
            if !self.clause_cannot_fail(clause, &known) {
                return false;
            }
            self.learn(&mut known, clause);
        }
        true
    }
}

/// Whether a recursive use can be drawn first.
pub(super) fn position(site: &uses::Use) -> Option<usize> {
    match site.how {
        uses::How::For(at) => Some(at),
        _ => None,
    }
}

pub(super) fn bound(pattern: &Pattern, out: &mut BTreeSet<LocalId>) {
    match pattern {
        Pattern::Ignore => {}
        Pattern::Bind(local) => {
            out.insert(*local);
        }
        Pattern::Tuple(members) => members.iter().for_each(|member| bound(member, out)),
    }
}
