//! Relations: columns, blocks, and what keeps recursion finite and of one meaning.
//!
//! A relation may depend on itself only where more rows can but give more rows (`ir/uses.rs`), so that
//! its rows are the least that its blocks ask for; and what a recursive block yields is read, never
//! made, so that they come to an end.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec,
    vec::Vec,
};

use crate::{
    Code, Diagnostic, Span,
    ir::{
        self, Block, Clause, ClauseKind, Effect, Expr, ExprId, LocalId, Pattern, PlaceStep, RelationId,
        uses::{self, How, Use},
        verify::clause_exprs,
    },
    syntax::ast::{self, ExprKind, StepKind},
    types::{Type, TypeId, Types},
};

use super::Checker;

/// A declared relation.
pub(super) struct RelationDecl<'a, 's> {
    id: RelationId,
    /// The type of the set of its rows.
    ty: TypeId,
    columns: Vec<TypeId>,
    /// File and body of each block.
    blocks: Vec<(usize, &'a ast::Body<'s>)>,
    /// Whether its blocks are checked, or wait for it.
    demanded: bool,
}

impl<'a, 's> Checker<'a, 's> {
    /// One block; the first of a name declares the relation.
    pub(super) fn declare_relation(
        &mut self,
        package: usize,
        file: usize,
        name: ast::Name<'s>,
        params: &'a [ast::Param<'s>],
        body: &'a ast::Body<'s>,
    ) {
        let known = self
            .scope(package)
            .and_then(|scope| scope.relations.get(name.text))
            .map(|decl| (decl.id, decl.columns.clone()));
        if known.is_none() && !self.take(package, file, name) {
            return;
        }
        let columns = self.columns(package, file, params);
        if let Some((id, known)) = known {
            if known != columns && !known.contains(&Types::ERROR) && !columns.contains(&Types::ERROR) {
                let first = self
                    .program
                    .relations
                    .get(id.index())
                    .map_or(name.span, |r| r.span);
                self.report(
                    Diagnostic::new(
                        Code::Duplicate,
                        name.span,
                        format!("relation `{}` is declared with other columns", name.text),
                    )
                    .with_label(first, "first declared here")
                    .with_help(
                        "blocks of one name are one relation: write the same columns, or another name",
                    ),
                );
                return;
            }
            let scope = self.scopes.get_mut(package);
            if let Some(decl) = scope.and_then(|scope| scope.relations.get_mut(name.text)) {
                decl.blocks.push((file, body));
            }
            return;
        }
        let row = match columns.as_slice() {
            [] => {
                self.report(
                    Diagnostic::new(
                        Code::Syntax,
                        name.span,
                        format!("relation `{}` has no columns", name.text),
                    )
                    .with_help("name what stands in a row: `relation member(user: string, team: string)`"),
                );
                Types::ERROR
            }
            [one] => {
                if self.types().is_optional(*one)
                    && let Some(param) = params.first()
                {
                    self.report(
                        Diagnostic::new(
                            Code::MaybeAbsent,
                            param.ty.span,
                            "the only column may not be absent",
                        )
                        .with_help("a row of one column is the value itself; leave out the `?`"),
                    );
                }
                *one
            }
            _ => self.types().intern(Type::Tuple(columns.as_slice().into())),
        };
        let ty = if row == Types::ERROR {
            Types::ERROR
        } else {
            self.types().intern(Type::Set(row))
        };
        let id = RelationId(self.program.relations.len() as u32);
        let path = self.packages.get(package).map_or("", |p| p.path.as_str());
        self.program.relations.push(ir::Relation {
            name: format!("{path}.{}", name.text),
            columns: columns.clone(),
            blocks: Vec::new(),
            reads_input: false,
            stratum: 0,
            span: name.span,
        });
        if let Some(scope) = self.scopes.get_mut(package) {
            let decl = RelationDecl {
                id,
                ty,
                columns,
                blocks: vec![(file, body)],
                demanded: false,
            };
            scope.relations.insert(name.text, decl);
        }
    }

    fn columns(&mut self, package: usize, file: usize, params: &'a [ast::Param<'s>]) -> Vec<TypeId> {
        let mut names: BTreeMap<&str, Span> = BTreeMap::new();
        for param in params {
            if let Some(earlier) = names.insert(param.name.text, param.name.span) {
                self.duplicate("column", param.name, earlier);
            }
        }
        let (columns, _) = self.in_frame(package, file, |this| {
            params.iter().map(|param| this.resolve_type(&param.ty)).collect()
        });
        columns
    }

    /// The relation of that name, and the type of the set of its rows. Its blocks are checked later, so
    /// that they may name it, and functions that do.
    pub(super) fn demand_relation(&mut self, package: usize, name: &'s str) -> Option<(RelationId, TypeId)> {
        let decl = self.scopes.get_mut(package)?.relations.get_mut(name)?;
        let found = (decl.id, decl.ty);
        if !core::mem::replace(&mut decl.demanded, true) {
            self.waiting.push((package, name));
        }
        (found.1 != Types::ERROR).then_some(found)
    }

    /// Checks the blocks of all relations that were named.
    pub(super) fn check_relations(&mut self) {
        while let Some((package, name)) = self.waiting.pop() {
            let decl = self.scope(package).and_then(|scope| scope.relations.get(name));
            let Some((id, columns, bodies)) =
                decl.map(|decl| (decl.id, decl.columns.clone(), decl.blocks.clone()))
            else {
                continue;
            };
            let mut blocks = Vec::with_capacity(bodies.len());
            for (file, body) in bodies {
                let ((clauses, value), frame) =
                    self.in_frame(package, file, |this| this.relation_body(body, &columns));
                blocks.extend(value.map(|value| Block {
                    clauses,
                    value,
                    locals: frame.slots(),
                }));
            }
            if let Some(relation) = self.program.relations.get_mut(id.index()) {
                relation.blocks = blocks;
            }
        }
    }

    fn relation_body(&mut self, body: &ast::Body<'s>, columns: &[TypeId]) -> (Vec<Clause>, Option<ExprId>) {
        let (value, steps) = match body.steps.split_last() {
            Some((last, steps)) => match &last.kind {
                StepKind::Yield { value } => (Some(value), steps),
                _ => (None, body.steps.as_slice()),
            },
            None => (None, body.steps.as_slice()),
        };
        if value.is_none() {
            let broken = body.steps.iter().any(|step| matches!(step.kind, StepKind::Error));
            let span = body.steps.last().map_or(body.span, |last| last.span);
            if !broken {
                self.report(
                    Diagnostic::new(Code::BadBody, span, "the last clause of a relation is `yield`")
                        .with_help("end it with `yield` and the columns of a row: `yield (a, b)`"),
                );
            }
            return (Vec::new(), None);
        }
        let clauses = self.clauses(steps);
        let value = value.map(|value| self.row(value, columns));
        self.close_scope(0);
        (clauses, value)
    }

    /// What a block yields fits the columns.
    fn row(&mut self, value: &ast::Expr<'s>, columns: &[TypeId]) -> ExprId {
        let mut inner = value;
        while let ExprKind::Paren(next) = &inner.kind {
            inner = next;
        }
        if let (ExprKind::Tuple(members), [_, _, ..]) = (&inner.kind, columns) {
            if members.len() != columns.len() {
                let message = format!(
                    "the relation has {} columns, and this row {}",
                    columns.len(),
                    members.len()
                );
                self.report(
                    Diagnostic::new(Code::TypeMismatch, inner.span, message)
                        .with_help("yield one value for each column"),
                );
                for member in members {
                    self.expr(member, None);
                }
                return self.broken(inner.span).id;
            }
            let mut ids = Vec::with_capacity(members.len());
            for (member, column) in members.iter().zip(columns) {
                let typed = self.expr(member, Some(*column));
                self.expect(&typed, *column, "this column");
                ids.push(typed.id);
            }
            let ty = self.types().intern(Type::Tuple(columns.into()));
            return self.emit(Expr::Tuple(ids), ty, inner.span);
        }
        let want = match columns {
            [one] => *one,
            _ => self.types().intern(Type::Tuple(columns.into())),
        };
        let typed = self.expr(value, Some(want));
        self.expect(
            &typed,
            want,
            if columns.len() == 1 {
                "this column"
            } else {
                "a row"
            },
        );
        typed.id
    }

    /// Whether a rule depends on an input through what it names.
    pub(super) fn reads_input(&self, clauses: &[Clause], effect: Option<&Effect>) -> bool {
        let mut roots: Vec<ExprId> = clauses.iter().flat_map(clause_exprs).collect();
        if let Some(effect) = effect {
            roots.extend(effect.message);
            for place in &effect.places {
                roots.push(place.root);
                roots.extend(place.steps.iter().filter_map(|step| match step {
                    PlaceStep::Field(_) => None,
                    PlaceStep::Index(index) => Some(*index),
                }));
            }
        }
        uses::read_input(&self.program, roots)
    }

    /// Strata of all relations, and whether they and the `let`s depend on inputs. Reports what may not
    /// depend on itself as it does.
    pub(super) fn order_relations(&mut self) {
        let sites: Vec<Vec<Vec<Use>>> = self
            .program
            .relations
            .iter()
            .map(|relation| {
                let blocks = relation.blocks.iter();
                blocks.map(|block| uses::of_block(&self.program, block)).collect()
            })
            .collect();
        let needs: Vec<BTreeSet<usize>> = sites
            .iter()
            .map(|blocks| {
                blocks
                    .iter()
                    .flatten()
                    .map(|site| site.relation.index())
                    .collect()
            })
            .collect();
        let strata = strata(&needs);
        for (index, blocks) in sites.iter().enumerate() {
            let own = strata.get(index).copied().unwrap_or_default();
            if let Some(relation) = self.program.relations.get_mut(index) {
                relation.stratum = own;
            }
            for (block, sites) in blocks.iter().enumerate() {
                let recursive: Vec<Use> = sites
                    .iter()
                    .filter(|site| strata.get(site.relation.index()) == Some(&own))
                    .copied()
                    .collect();
                if !recursive.is_empty() {
                    self.recursive_block(index, block, &recursive);
                }
            }
        }
        for index in 0..self.program.relations.len() {
            let reads = self.program.relations.get(index).is_some_and(|relation| {
                let blocks = relation.blocks.iter();
                let roots = blocks.flat_map(|block| {
                    let clauses = block.clauses.iter().flat_map(clause_exprs);
                    clauses.chain([block.value])
                });
                uses::read_input(&self.program, roots)
            });
            if let Some(relation) = self.program.relations.get_mut(index) {
                relation.reads_input = reads;
            }
        }
        for index in 0..self.program.lets.len() {
            let reads = self
                .program
                .lets
                .get(index)
                .is_some_and(|entry| entry.reads_input || uses::read_input(&self.program, [entry.value]));
            if let Some(entry) = self.program.lets.get_mut(index) {
                entry.reads_input = reads;
            }
        }
    }

    fn recursive_block(&mut self, relation: usize, block: usize, sites: &[Use]) {
        let mut sound = true;
        for site in sites.iter().filter(|site| !site.how.is_positive()) {
            sound = false;
            self.not_stratified(relation, site);
        }
        if !sound {
            return;
        }
        if let [_, second, ..] = sites {
            let name = self.relation_name(second.relation);
            self.report(
                Diagnostic::new(
                    Code::NonLinear,
                    second.span,
                    format!("`{name}` is walked a second time in a block that it depends on"),
                )
                .with_help(
                    "walk it once, and beside it what it begins with: the rows are the same, with less work",
                ),
            );
        }
        let Some(block) = self
            .program
            .relations
            .get(relation)
            .and_then(|relation| relation.blocks.get(block))
            .cloned()
        else {
            return;
        };
        let finite = Finite::of(self, &block, sites);
        let yielded = match self.program.expr(block.value) {
            Expr::Tuple(members) => members.clone(),
            _ => vec![block.value],
        };
        for value in yielded {
            let message = if !finite.is_path(self, value) {
                "a recursive block yields only what it reads, and this is made"
            } else if !finite.is_read(self, value) {
                "this variable is bound to what a recursive row makes, so there may always be another row"
            } else {
                continue;
            };
            let span = self.span_of(value);
            self.report(
                Diagnostic::new(Code::EndlessRelation, span, message).with_help(
                    "yield a path from a variable that `for` or `given` binds to something read: then the rows come to an end",
                ),
            );
        }
    }

    fn span_of(&self, id: ExprId) -> Span {
        let spans = &self.program.expr_spans;
        spans
            .get(id.index())
            .copied()
            .unwrap_or(Span::new(crate::FileId(0), 0, 0))
    }

    fn relation_name(&self, id: RelationId) -> String {
        let relation = self.program.relations.get(id.index());
        let name = relation.map_or("", |relation| relation.name.as_str());
        name.rsplit('.').next().unwrap_or("").into()
    }

    fn not_stratified(&mut self, relation: usize, site: &Use) {
        let own = self.relation_name(RelationId(relation as u32));
        let last = |name: &str| -> String { name.rsplit('.').next().unwrap_or("").into() };
        let how = match site.how {
            How::Negated => "under a negation".into(),
            How::Comprehension => "in a comprehension".into(),
            How::Function(id) => {
                let name = self
                    .program
                    .functions
                    .get(id.index())
                    .map_or("", |f| f.name.as_str());
                format!("through the function `{}`", last(name))
            }
            How::Let(id) => {
                let name = self.program.lets.get(id.index()).map_or("", |l| l.name.as_str());
                format!("through `{}`", last(name))
            }
            How::Value | How::For(_) | How::Member | How::Alternative => "as a value".into(),
        };
        let help = match site.how {
            How::Function(_) | How::Let(_) => {
                "what a function or `let` makes of the rows is not known, so they could take one another away; walk the relation here: `for … in r`, or `when … in r`"
            }
            _ => {
                "a row that is found later could take this one away, so neither set of rows would be right; a relation depends on itself only through `for … in r` and `when … in r`"
            }
        };
        self.report(
            Diagnostic::new(
                Code::NotStratified,
                site.span,
                format!("`{own}` depends on itself {how}"),
            )
            .with_help(help),
        );
    }
}

/// What is known of the locals of a recursive block.
struct Finite {
    /// Bound by `for` or `given`, or by `let` to a path from such a one.
    paths: BTreeSet<LocalId>,
    /// Depend on a row of the recursion.
    rows: BTreeSet<LocalId>,
    /// Depend on one, and may hold what the block makes of it.
    made: BTreeSet<LocalId>,
    sites: BTreeSet<ExprId>,
}

impl Finite {
    fn of(checker: &Checker<'_, '_>, block: &Block, sites: &[Use]) -> Self {
        let mut finite = Self {
            paths: BTreeSet::new(),
            rows: BTreeSet::new(),
            made: BTreeSet::new(),
            sites: sites.iter().map(|site| site.site).collect(),
        };
        for clause in &block.clauses {
            let (pattern, value) = match &clause.kind {
                ClauseKind::Given { local, value } => (&Pattern::Bind(*local), *value),
                ClauseKind::For { pattern, source } => (pattern, *source),
                ClauseKind::Let { pattern, value } => (pattern, *value),
                ClauseKind::When(_) | ClauseKind::Unless(_) => continue,
            };
            let mut locals = Vec::new();
            bound(pattern, &mut locals);
            if finite.of_rows(checker, value) {
                finite.rows.extend(&locals);
                let read = match (&clause.kind, checker.program.expr(value)) {
                    // `for` takes a literal apart again.
                    (ClauseKind::For { .. }, Expr::List(members) | Expr::Set(members)) => {
                        members.iter().all(|member| finite.is_read(checker, *member))
                    }
                    _ => finite.is_read(checker, value),
                };
                if !read {
                    finite.made.extend(&locals);
                }
            }
            if !matches!(clause.kind, ClauseKind::Let { .. }) || finite.is_path(checker, value) {
                finite.paths.extend(&locals);
            }
        }
        finite
    }

    /// Whether a value depends on a row of the recursion.
    fn of_rows(&self, checker: &Checker<'_, '_>, id: ExprId) -> bool {
        let mut found = false;
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            let expr = checker.program.expr(id);
            found |=
                self.sites.contains(&id) || matches!(expr, Expr::Local(local) if self.rows.contains(local));
            stack.extend(ir::verify::children(expr));
        }
        found
    }

    fn is_path(&self, checker: &Checker<'_, '_>, id: ExprId) -> bool {
        let mut id = id;
        loop {
            match checker.program.expr(id) {
                Expr::Local(local) => return self.paths.contains(local),
                Expr::Field { base, .. } | Expr::Index { base, .. } => id = *base,
                Expr::Narrow { value, .. } => id = *value,
                _ => return false,
            }
        }
    }

    /// Whether a value that depends on a row of the recursion is part of what is there already. One that
    /// depends on none may be made: there are as many as there are rounds without the recursion.
    fn is_read(&self, checker: &Checker<'_, '_>, id: ExprId) -> bool {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            match checker.program.expr(id) {
                Expr::Local(local) if self.made.contains(local) => return false,
                Expr::Field { base, .. } | Expr::Index { base, .. } => stack.push(*base),
                Expr::Narrow { value, .. } => stack.push(*value),
                Expr::Binary {
                    op: crate::syntax::operator::BinaryOp::Coalesce,
                    left,
                    right,
                } => stack.extend([*left, *right]),
                Expr::If { then, otherwise, .. } => stack.extend([*then, *otherwise]),
                Expr::Local(_) | Expr::Relation(_) => {}
                _ if self.of_rows(checker, id) => return false,
                _ => {}
            }
        }
        true
    }
}

fn bound(pattern: &Pattern, out: &mut Vec<LocalId>) {
    match pattern {
        Pattern::Ignore => {}
        Pattern::Bind(local) => out.push(*local),
        Pattern::Tuple(members) => members.iter().for_each(|member| bound(member, out)),
    }
}

/// Numbers relations so that each stands above those that it needs, and those that need one another
/// have one number (Tarjan's strongly connected components, with a stack of our own).
fn strata(needs: &[BTreeSet<usize>]) -> Vec<u32> {
    const NEW: usize = usize::MAX;
    let mut index = vec![NEW; needs.len()];
    let mut low = vec![NEW; needs.len()];
    let mut strata = vec![u32::MAX; needs.len()];
    let mut open: Vec<usize> = Vec::new();
    let (mut next, mut stratum) = (0_usize, 0_u32);
    for start in 0..needs.len() {
        let mut stack: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut enter = (index.get(start) == Some(&NEW)).then_some(start);
        loop {
            if let Some(node) = enter.take() {
                set(&mut index, node, next);
                set(&mut low, node, next);
                next = next.saturating_add(1);
                open.push(node);
                let below = needs.get(node).into_iter().flatten().copied().collect();
                stack.push((node, below));
            }
            let Some((node, rest)) = stack.last_mut() else {
                break;
            };
            let node = *node;
            if let Some(below) = rest.pop() {
                if get(&index, below) == NEW {
                    enter = Some(below);
                } else if strata.get(below) == Some(&u32::MAX) {
                    let least = get(&low, node).min(get(&index, below));
                    set(&mut low, node, least);
                }
                continue;
            }
            stack.pop();
            if let Some((parent, _)) = stack.last() {
                let least = get(&low, *parent).min(get(&low, node));
                set(&mut low, *parent, least);
            }
            if get(&low, node) == get(&index, node) {
                while let Some(member) = open.pop() {
                    if let Some(slot) = strata.get_mut(member) {
                        *slot = stratum;
                    }
                    if member == node {
                        break;
                    }
                }
                stratum = stratum.saturating_add(1);
            }
        }
    }
    strata
}

fn get(list: &[usize], at: usize) -> usize {
    list.get(at).copied().unwrap_or(usize::MAX)
}

fn set(list: &mut [usize], at: usize, value: usize) {
    if let Some(slot) = list.get_mut(at) {
        *slot = value;
    }
}
