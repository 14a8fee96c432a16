//! Checks the invariants of the IR: every id exists, children stand before their parents, functions
//! call only functions before them, no slot lies outside its frame or is bound to itself. Run after compiling in debug
//! builds, and on everything that was reloaded.

use alloc::{format, string::String, vec::Vec};

use super::{
    ArmTest, Clause, ClauseKind, Expr, ExprId, LocalId, Pattern, Place, PlaceStep, Program,
    test::{Test, TestClauseKind},
    uses,
};

/// What is wrong with a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which part, and how.
    pub message: String,
}

impl core::fmt::Display for Broken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Broken {}

type Result = core::result::Result<(), Broken>;

/// Whose part is looked at, for messages.
#[derive(Clone, Copy)]
struct Owner<'p>(&'static str, &'p str);

impl core::fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}`{}`", self.0, self.1)
    }
}

fn broken<T>(message: String) -> core::result::Result<T, Broken> {
    Err(Broken { message })
}

/// Checks the invariants of a program.
pub fn verify(program: &Program) -> Result {
    let count = program.exprs.len();
    if program.expr_types.len() != count || program.expr_spans.len() != count {
        return broken(format!(
            "{count} expressions, but another number of types or spans"
        ));
    }
    for (index, expr) in program.exprs.iter().enumerate() {
        let mut before = None;
        each_child(expr, |child| {
            if child.index() >= index {
                before = Some(child);
            }
        });
        if let Some(child) = before {
            return broken(format!(
                "expression {index} stands before its operand {}",
                child.0
            ));
        }
        ids(program, index, expr)?;
    }
    let mut walk = Walk::new(program);
    for (index, function) in program.functions.iter().enumerate() {
        let owner = Owner("function ", &function.name);
        walk.owned(owner, function.locals, &[function.body], Some(index))?;
        if function.params > function.locals {
            return broken(format!("{owner} has more parameters than slots"));
        }
    }
    for entry in &program.lets {
        walk.owned(Owner("", &entry.name), entry.locals, &[entry.value], None)?;
    }
    if program
        .outputs
        .iter()
        .any(|output| output.index() >= program.lets.len())
    {
        return broken("an output is no `let`".into());
    }
    for data in &program.data {
        let default: Vec<ExprId> = data.default.into_iter().collect();
        walk.owned(Owner("", &data.name), data.locals, &default, None)?;
    }
    relations(program, &mut walk)?;
    let mut roots = Vec::new();
    for rule in &program.rules {
        let owner = Owner("rule ", &rule.name);
        if rule.package.index() >= program.packages.len() {
            return broken(format!("{owner} is of no package"));
        }
        roots.clear();
        roots.extend(rule.effect.message);
        for clause in &rule.clauses {
            roots.extend(clause_exprs(clause));
            clause_slots(clause, rule.locals, owner, &walk.reads)?;
        }
        for place in rule
            .effect
            .places
            .iter()
            .chain(rule.effect.edits.iter().map(|edit| &edit.place))
        {
            roots.extend(place_exprs(place));
        }
        roots.extend(rule.effect.edits.iter().filter_map(|edit| edit.value));
        for anchor in &rule.effect.anchors {
            slot(*anchor, rule.locals, owner)?;
        }
        walk.owned(owner, rule.locals, &roots, None)?;
    }
    program
        .tests
        .iter()
        .try_for_each(|test| of_test(program, &mut walk, test))
}

fn of_test(program: &Program, walk: &mut Walk<'_>, test: &Test) -> Result {
    let owner = Owner("test ", &test.title);
    if test.package.index() >= program.packages.len() {
        return broken(format!("{owner} is of no package"));
    }
    if test.files.iter().any(|id| id.index() >= program.strings.len()) {
        return broken(format!("{owner} names a text that does not exist"));
    }
    for clause in &test.clauses {
        let exists = match &clause.kind {
            TestClauseKind::Input { input, .. } => input.index() < program.inputs.len(),
            TestClauseKind::Data { data, .. } => data.index() < program.data.len(),
            TestClauseKind::For { pattern, .. } | TestClauseKind::Let { pattern, .. } => {
                pattern_slots(pattern, test.locals, owner)?;
                true
            }
            TestClauseKind::Expect(_) => true,
        };
        if !exists {
            return broken(format!("{owner} binds something that does not exist"));
        }
    }
    let roots: Vec<ExprId> = test
        .clauses
        .iter()
        .filter_map(|clause| clause.kind.expr())
        .collect();
    walk.owned(owner, test.locals, &roots, None)
}

/// Blocks stay inside their frames, and a relation needs only lower strata, and its own as rows are
/// allowed to depend on one another.
fn relations(program: &Program, walk: &mut Walk<'_>) -> Result {
    for relation in &program.relations {
        let owner = Owner("relation ", &relation.name);
        for block in &relation.blocks {
            for clause in &block.clauses {
                clause_slots(clause, block.locals, owner, &walk.reads)?;
            }
            let mut roots: Vec<ExprId> = block.clauses.iter().flat_map(clause_exprs).collect();
            roots.push(block.value);
            walk.owned(owner, block.locals, &roots, None)?;
            for site in uses::of_block(program, block) {
                let stratum = program
                    .relations
                    .get(site.relation.index())
                    .map(|used| used.stratum);
                let allowed = match stratum {
                    Some(stratum) if site.how.is_positive() => stratum <= relation.stratum,
                    Some(stratum) => stratum < relation.stratum,
                    None => false,
                };
                if !allowed {
                    return broken(format!("{owner} needs a relation that is not in a lower stratum"));
                }
            }
        }
    }
    Ok(())
}

/// Walks from roots through expressions, each once a walk.
struct Walk<'p> {
    program: &'p Program,
    /// Of each expression one more than the last slot that it reads, or zero.
    reads: Vec<u32>,
    /// The last walk that met each expression.
    met: Vec<u32>,
    walks: u32,
    stack: Vec<ExprId>,
}

impl<'p> Walk<'p> {
    fn new(program: &'p Program) -> Self {
        Self {
            program,
            reads: slots_read(program),
            met: alloc::vec![0; program.exprs.len()],
            walks: 0,
            stack: Vec::new(),
        }
    }

    /// Everything below the roots exists and stays inside the frame; a function calls only those before it.
    fn owned(&mut self, owner: Owner<'_>, locals: u32, roots: &[ExprId], function: Option<usize>) -> Result {
        self.walks = self.walks.saturating_add(1);
        self.stack.clear();
        self.stack.extend_from_slice(roots);
        while let Some(id) = self.stack.pop() {
            match self.met.get_mut(id.index()) {
                None => {
                    return broken(format!("{owner} names expression {}, which does not exist", id.0));
                }
                Some(met) if *met == self.walks => continue,
                Some(met) => *met = self.walks,
            }
            let expr = self.program.expr(id);
            match expr {
                Expr::Local(local) => slot(*local, locals, owner)?,
                Expr::Call { function: callee, .. }
                    if function.is_some_and(|index| callee.index() >= index) =>
                {
                    return broken(format!("{owner} calls a function that does not stand before it"));
                }
                Expr::Comprehension { clauses, .. } => {
                    for clause in clauses {
                        clause_slots(clause, locals, owner, &self.reads)?;
                    }
                }
                Expr::Match { value, arms } => {
                    for binding in arms.iter().filter_map(|arm| arm.binding) {
                        slot(binding, locals, owner)?;
                        bound_after(binding, *value, owner, &self.reads)?;
                    }
                }
                _ => {}
            }
            each_child(expr, |child| self.stack.push(child));
        }
        Ok(())
    }
}

fn slot(local: LocalId, locals: u32, owner: Owner<'_>) -> Result {
    if local.0 < locals {
        Ok(())
    } else {
        broken(format!("{owner} has {locals} slots, and uses slot {}", local.0))
    }
}

fn clause_slots(clause: &Clause, locals: u32, owner: Owner<'_>, reads: &[u32]) -> Result {
    match &clause.kind {
        ClauseKind::Given { local, value } => {
            slot(*local, locals, owner)?;
            bound_after(*local, *value, owner, reads)
        }
        ClauseKind::For {
            pattern,
            source: value,
        }
        | ClauseKind::Let { pattern, value } => {
            pattern_slots(pattern, locals, owner)?;
            let first = first_slot(pattern);
            first.map_or(Ok(()), |first| bound_after(first, *value, owner, reads))
        }
        ClauseKind::When(_) | ClauseKind::Unless(_) => Ok(()),
    }
}

/// Slots are counted in the order in which they are bound, so that none is bound to itself.
fn bound_after(local: LocalId, value: ExprId, owner: Owner<'_>, reads: &[u32]) -> Result {
    match reads.get(value.index()) {
        Some(read) if *read <= local.0 => Ok(()),
        _ => broken(format!("{owner} binds slot {} to what reads it", local.0)),
    }
}

fn first_slot(pattern: &Pattern) -> Option<LocalId> {
    match pattern {
        Pattern::Ignore => None,
        Pattern::Bind(local) => Some(*local),
        Pattern::Tuple(members) => members.iter().filter_map(first_slot).min(),
    }
}

/// Of each expression one more than the last slot that it reads, or zero.
fn slots_read(program: &Program) -> Vec<u32> {
    let mut reads: Vec<u32> = Vec::with_capacity(program.exprs.len());
    for expr in &program.exprs {
        let own = match expr {
            Expr::Local(local) => local.0.saturating_add(1),
            _ => 0,
        };
        let mut most = own;
        each_child(expr, |child| {
            most = most.max(reads.get(child.index()).copied().unwrap_or(0));
        });
        reads.push(most);
    }
    reads
}

fn pattern_slots(pattern: &Pattern, locals: u32, owner: Owner<'_>) -> Result {
    match pattern {
        Pattern::Ignore => Ok(()),
        Pattern::Bind(local) => slot(*local, locals, owner),
        Pattern::Tuple(members) => members
            .iter()
            .try_for_each(|member| pattern_slots(member, locals, owner)),
    }
}

/// The expressions of a clause.
pub fn clause_exprs(clause: &Clause) -> impl Iterator<Item = ExprId> {
    let id = match &clause.kind {
        ClauseKind::Given { value, .. } | ClauseKind::Let { value, .. } => *value,
        ClauseKind::For { source, .. } => *source,
        ClauseKind::When(condition) | ClauseKind::Unless(condition) => *condition,
    };
    core::iter::once(id)
}

fn place_exprs(place: &Place) -> impl Iterator<Item = ExprId> {
    core::iter::once(place.root).chain(place.steps.iter().filter_map(|step| match step {
        PlaceStep::Field(_) => None,
        PlaceStep::Index(index) => Some(*index),
    }))
}

fn ids(program: &Program, index: usize, expr: &Expr) -> Result {
    let exists = match expr {
        Expr::Text(id) | Expr::Document { text: id, .. } | Expr::Field { name: id, .. } => {
            id.index() < program.strings.len()
        }
        Expr::Input(id) => id.index() < program.inputs.len(),
        Expr::Data(id) => id.index() < program.data.len(),
        Expr::Let(id) => id.index() < program.lets.len(),
        Expr::Relation(id) => id.index() < program.relations.len(),
        Expr::Call { function, arguments } => program
            .functions
            .get(function.index())
            .is_some_and(|function| function.params as usize == arguments.len()),
        Expr::Record(fields) => fields
            .iter()
            .all(|(name, _)| name.index() < program.strings.len()),
        Expr::Match { arms, .. } => arms.iter().flat_map(|arm| &arm.tests).all(|test| match test {
            ArmTest::Text(id) => id.index() < program.strings.len(),
            _ => true,
        }),
        Expr::Float(float) => float.is_finite(),
        _ => true,
    };
    if exists {
        Ok(())
    } else {
        broken(format!("expression {index} names something that does not exist"))
    }
}

/// The operands of an expression, in the order in which they are written.
pub fn children(expr: &Expr) -> Vec<ExprId> {
    let mut all = Vec::new();
    each_child(expr, |child| all.push(child));
    all
}

/// Hands out the operands of an expression, in the order in which they are written.
pub fn each_child(expr: &Expr, mut out: impl FnMut(ExprId)) {
    match expr {
        Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Float(_)
        | Expr::Text(_)
        | Expr::Document { .. }
        | Expr::Local(_)
        | Expr::Input(_)
        | Expr::Data(_)
        | Expr::Let(_)
        | Expr::Relation(_) => {}
        Expr::Field { base: value, .. }
        | Expr::Unary { operand: value, .. }
        | Expr::Is { value, .. }
        | Expr::Narrow { value, .. }
        | Expr::As { value } => out(*value),
        Expr::Index {
            base: left,
            index: right,
            ..
        }
        | Expr::Binary { left, right, .. } => {
            out(*left);
            out(*right);
        }
        Expr::If {
            condition,
            then,
            otherwise,
        } => [*condition, *then, *otherwise].into_iter().for_each(out),
        Expr::Match { value, arms } => {
            out(*value);
            for arm in arms {
                arm.guard.into_iter().for_each(&mut out);
                out(arm.value);
            }
        }
        Expr::Call {
            arguments: members, ..
        }
        | Expr::Builtin {
            arguments: members, ..
        }
        | Expr::Tuple(members)
        | Expr::List(members)
        | Expr::Set(members)
        | Expr::Interpolate(members) => members.iter().copied().for_each(out),
        Expr::Map(pairs) => pairs.iter().flat_map(|(key, value)| [*key, *value]).for_each(out),
        Expr::Record(fields) => fields.iter().map(|(_, value)| *value).for_each(out),
        Expr::Comprehension {
            clauses, key, head, ..
        } => {
            clauses.iter().flat_map(clause_exprs).for_each(&mut out);
            key.iter().copied().for_each(&mut out);
            out(*head);
        }
    }
}
