//! Where relations are used, and how: what the strata of relations follow from.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{Block, ClauseKind, Expr, ExprId, FunctionId, LetId, Program, RelationId, verify::children};
use crate::{
    span::{FileId, Span},
    syntax::operator::BinaryOp,
    syntax::operator::UnaryOp,
};

/// A use of a relation in a block of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// Which relation.
    pub relation: RelationId,
    /// The expression that names it, or that calls what names it.
    pub site: ExprId,
    /// How.
    pub how: How,
    /// Where, in the block.
    pub span: Span,
}

/// How a relation is used. Only where more rows can but give more rows may it depend on itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `for … in r`; the clause, counted from 0.
    For(usize),
    /// `in r`, asked without negation in a `when`: the round goes on only where it holds.
    Member,
    /// As [`How::Member`], beside an `or`: the round may go on where it does not hold.
    Alternative,
    /// Under `unless`, `not` or `not in`.
    Negated,
    /// In a comprehension or an aggregate.
    Comprehension,
    /// As a value: compared, counted, bound.
    Value,
    /// Through a function.
    Function(FunctionId),
    /// Through a package-level `let`.
    Let(LetId),
}

impl How {
    /// Whether the relation may be the block's own.
    pub const fn is_positive(self) -> bool {
        matches!(self, Self::For(_) | Self::Member | Self::Alternative)
    }
}

/// The uses of relations in a block, in source order.
pub fn of_block(program: &Program, block: &Block) -> Vec<Use> {
    let mut found = Found {
        program,
        uses: Vec::new(),
    };
    for (index, clause) in block.clauses.iter().enumerate() {
        match &clause.kind {
            ClauseKind::For { source, .. } => match program.expr(*source) {
                Expr::Relation(relation) => found.add(*relation, *source, How::For(index)),
                _ => found.all(*source, How::Value),
            },
            ClauseKind::When(condition) => found.condition(*condition, How::Member),
            ClauseKind::Unless(condition) => found.all(*condition, How::Negated),
            ClauseKind::Given { value, .. } | ClauseKind::Let { value, .. } => found.all(*value, How::Value),
        }
    }
    found.all(block.value, How::Value);
    found.uses
}

struct Found<'p> {
    program: &'p Program,
    uses: Vec<Use>,
}

impl Found<'_> {
    fn add(&mut self, relation: RelationId, site: ExprId, how: How) {
        let span = self
            .program
            .expr_spans
            .get(site.index())
            .copied()
            .unwrap_or(Span::new(FileId(0), 0, 0));
        self.uses.push(Use {
            relation,
            site,
            how,
            span,
        });
    }

    /// A condition that is asked to be true. Recursion is bounded by the depth of the source.
    fn condition(&mut self, id: ExprId, member: How) {
        match self.program.expr(id) {
            Expr::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or),
                left,
                right,
            } => {
                let member = if *op == BinaryOp::Or {
                    How::Alternative
                } else {
                    member
                };
                self.condition(*left, member);
                self.condition(*right, member);
            }
            Expr::Binary {
                op: BinaryOp::In,
                left,
                right,
            } => {
                self.all(*left, How::Value);
                match self.program.expr(*right) {
                    Expr::Relation(relation) => self.add(*relation, *right, member),
                    _ => self.all(*right, How::Value),
                }
            }
            _ => self.all(id, How::Value),
        }
    }

    /// Every use below an expression.
    fn all(&mut self, id: ExprId, how: How) {
        match self.program.expr(id) {
            Expr::Relation(relation) => self.add(*relation, id, how),
            Expr::Call { function, arguments } => {
                for argument in arguments {
                    self.all(*argument, how);
                }
                let body = self.program.functions.get(function.index()).map(|f| f.body);
                for relation in reached(self.program, body) {
                    self.add(relation, id, How::Function(*function));
                }
            }
            Expr::Let(index) => {
                let value = self.program.lets.get(index.index()).map(|l| l.value);
                for relation in reached(self.program, value) {
                    self.add(relation, id, How::Let(*index));
                }
            }
            Expr::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.all(*operand, How::Negated),
            Expr::Binary {
                op: BinaryOp::NotIn,
                left,
                right,
            } => {
                self.all(*left, how);
                self.all(*right, How::Negated);
            }
            expr @ Expr::Comprehension { .. } => {
                for child in children(expr) {
                    self.all(child, How::Comprehension);
                }
            }
            expr => {
                for child in children(expr) {
                    self.all(child, how);
                }
            }
        }
    }
}

/// The relations that expressions name, through functions and `let`s, but not through relations.
pub fn reached(program: &Program, roots: impl IntoIterator<Item = ExprId>) -> BTreeSet<RelationId> {
    let mut relations = BTreeSet::new();
    walk(program, roots, |expr| {
        if let Expr::Relation(relation) = expr {
            relations.insert(*relation);
        }
    });
    relations
}

/// Shows every expression below the roots, through functions and `let`s.
pub fn walk(program: &Program, roots: impl IntoIterator<Item = ExprId>, mut visit: impl FnMut(&Expr)) {
    let mut seen = BTreeSet::new();
    let mut stack: Vec<ExprId> = roots.into_iter().collect();
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        let expr = program.expr(id);
        visit(expr);
        stack.extend(children(expr));
        match expr {
            Expr::Call { function, .. } => {
                stack.extend(program.functions.get(function.index()).map(|f| f.body));
            }
            Expr::Let(index) => stack.extend(program.lets.get(index.index()).map(|l| l.value)),
            _ => {}
        }
    }
}

/// Whether expressions depend on an input: through functions, `let`s and relations.
pub fn read_input(program: &Program, roots: impl IntoIterator<Item = ExprId>) -> bool {
    let mut input = false;
    let mut seen: BTreeSet<RelationId> = BTreeSet::new();
    let mut next: Vec<RelationId> = Vec::new();
    let mut roots: Vec<ExprId> = roots.into_iter().collect();
    loop {
        walk(program, roots.drain(..), |expr| match expr {
            Expr::Input(_) => input = true,
            Expr::Relation(relation) if seen.insert(*relation) => next.push(*relation),
            _ => {}
        });
        let Some(relation) = next.pop() else {
            return input;
        };
        if input {
            return true;
        }
        if let Some(relation) = program.relations.get(relation.index()) {
            for block in &relation.blocks {
                roots.extend(block.clauses.iter().flat_map(super::verify::clause_exprs));
                roots.push(block.value);
            }
        }
    }
}
