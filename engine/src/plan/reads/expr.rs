//! What expressions may be, as sets of places, and what they read on the way.

use alloc::{vec, vec::Vec};

use wardlaw_lang::{
    ir::{self, Clause, ComprehensionKind, Expr, ExprId, FunctionId, LetId, Pattern, StringId},
    syntax::operator::BinaryOp,
    types::TypeId,
};

use super::{Abstract, Access, Known, Member, Reads, Seen, Step};

impl Reads<'_> {
    pub(super) fn eval_all(&mut self, ids: &[ExprId]) -> Vec<Abstract> {
        let mut values = Vec::with_capacity(ids.len());
        for id in ids {
            values.push(self.eval(*id));
        }
        values
    }

    /// What an expression may be; marks what it reads. Recursion is bounded as evaluation is; this only
    /// dispatches, so that its frame stays small.
    pub(super) fn eval(&mut self, id: ExprId) -> Abstract {
        let program = self.program;
        match program.expr(id) {
            Expr::Null
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Text(_)
            | Expr::Document { .. }
            | Expr::Data(_) => Abstract::default(),
            Expr::Local(local) => self.frame.get(local.index()).cloned().unwrap_or_default(),
            Expr::Input(input) => self.input(*input),
            Expr::Let(index) => self.package_let(*index),
            Expr::Relation(index) => self.relation(*index),
            Expr::Field { base, name, .. } => self.field_of(id, *base, *name),
            Expr::Index { base, index, .. } => self.index(id, *base, *index),
            Expr::Call { function, arguments } => self.call(*function, arguments),
            Expr::Builtin { builtin, arguments } => self.builtin(*builtin, arguments),
            Expr::Binary { op, left, right } => self.binary(*op, *left, *right),
            Expr::Unary { operand: value, .. } | Expr::Is { value, .. } => self.nothing_of(*value),
            Expr::Narrow { value, ty } => self.narrowed(*value, *ty),
            Expr::As { value } => self.eval(*value),
            Expr::If {
                condition,
                then,
                otherwise,
            } => self.choose(*condition, *then, *otherwise),
            Expr::Match { value, arms } => self.select(*value, arms),
            Expr::Tuple(items) => self.tuple(items),
            Expr::List(items) => self.list(items, false),
            Expr::Set(items) => self.list(items, true),
            Expr::Map(pairs) => self.map(pairs),
            Expr::Record(fields) => self.record(fields),
            Expr::Comprehension {
                kind,
                clauses,
                key,
                head,
            } => self.comprehension(*kind, clauses, *key, *head),
            Expr::Interpolate(parts) => self.interpolate(parts),
        }
    }

    #[inline(never)]
    fn field_of(&mut self, id: ExprId, base: ExprId, name: StringId) -> Abstract {
        let base = self.eval(base);
        self.field(&base, name, self.program.type_of(id))
    }

    #[inline(never)]
    fn nothing_of(&mut self, value: ExprId) -> Abstract {
        self.eval(value);
        Abstract::default()
    }

    #[inline(never)]
    fn narrowed(&mut self, value: ExprId, ty: TypeId) -> Abstract {
        let value = self.eval(value);
        self.narrow(&value, ty)
    }

    #[inline(never)]
    fn choose(&mut self, condition: ExprId, then: ExprId, otherwise: ExprId) -> Abstract {
        self.eval(condition);
        let then = self.eval(then);
        then.or(&self.eval(otherwise))
    }

    #[inline(never)]
    fn tuple(&mut self, items: &[ExprId]) -> Abstract {
        Abstract::tuple(self.eval_all(items))
    }

    #[inline(never)]
    fn list(&mut self, items: &[ExprId], ordered: bool) -> Abstract {
        let mut all = Abstract::default();
        for item in items {
            all = all.or(&self.eval(*item));
        }
        if ordered {
            self.whole(&all);
        }
        Abstract::list(all)
    }

    #[inline(never)]
    fn map(&mut self, pairs: &[(ExprId, ExprId)]) -> Abstract {
        let mut values = Abstract::default();
        for (key, value) in pairs {
            self.eval(*key);
            values = values.or(&self.eval(*value));
        }
        Abstract::list(values)
    }

    #[inline(never)]
    fn interpolate(&mut self, parts: &[ExprId]) -> Abstract {
        for part in parts {
            let part = self.eval(*part);
            self.whole(&part);
        }
        Abstract::default()
    }

    #[inline(never)]
    fn record(&mut self, fields: &[(StringId, ExprId)]) -> Abstract {
        let mut members = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            members.push((Member::Field(*name), self.eval(*value)));
        }
        members.sort_by_key(|(member, _)| *member);
        Abstract::of_members(members.into_iter())
    }

    #[inline(never)]
    fn index(&mut self, id: ExprId, base: ExprId, index: ExprId) -> Abstract {
        let container = self.eval(base);
        self.eval(index);
        let mut check = self.check(self.program.type_of(id));
        if !self.checks.is_optional(check) {
            let mut declared = (*self.checks.declared(check)).clone();
            declared.optional = true;
            check = self.checks.add(self.types, &declared);
        }
        match self.program.expr(index) {
            Expr::Text(name) => {
                let found = container.member(Member::Field(*name));
                self.read(found, &container, Access::Key(*name, check), |_, _| {
                    Some((Step::Field(*name, check), check))
                })
            }
            Expr::Int(position) if u32::try_from(*position).is_ok() => {
                let position = u32::try_from(*position).unwrap_or_default();
                let access = Access::Index(position, check);
                self.read(container.element(), &container, access, |_, _| {
                    Some((Step::Index(position, check), check))
                })
            }
            _ => {
                let elements = self.elements(&container);
                elements.or(&self.values(&container))
            }
        }
    }

    #[inline(never)]
    fn select(&mut self, value: ExprId, arms: &[ir::Arm]) -> Abstract {
        let value = self.eval(value);
        let mut result = Abstract::default();
        for arm in arms {
            if let Some(local) = arm.binding {
                self.bind(&Pattern::Bind(local), &value);
            }
            if let Some(guard) = arm.guard {
                self.eval(guard);
            }
            result = result.or(&self.eval(arm.value));
        }
        result
    }

    #[inline(never)]
    fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Abstract {
        let l = self.eval(left);
        let r = self.eval(right);
        match op {
            BinaryOp::Coalesce => l.or(&r),
            BinaryOp::Add => {
                if l.is_nothing() {
                    r
                } else {
                    l.or(&r)
                }
            }
            BinaryOp::Subtract => {
                self.whole(&l);
                self.whole(&r);
                l
            }
            BinaryOp::In | BinaryOp::NotIn => {
                self.whole(&l);
                self.whole_list(&r);
                Abstract::default()
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let is_null = |id: ExprId| matches!(self.program.expr(id), Expr::Null);
                if !is_null(left) && !is_null(right) {
                    self.whole(&l);
                    self.whole(&r);
                }
                Abstract::default()
            }
            BinaryOp::Or
            | BinaryOp::And
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Like
            | BinaryOp::Matches
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Remainder => Abstract::default(),
        }
    }

    #[inline(never)]
    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        clauses: &[Clause],
        key: Option<ExprId>,
        head: ExprId,
    ) -> Abstract {
        self.clauses(clauses);
        if let Some(key) = key {
            self.eval(key);
        }
        let head = self.eval(head);
        match kind {
            ComprehensionKind::List | ComprehensionKind::Map => Abstract::list(head),
            ComprehensionKind::Set => {
                self.whole(&head);
                Abstract::list(head)
            }
            ComprehensionKind::Min | ComprehensionKind::Max => {
                self.whole(&head);
                head
            }
            ComprehensionKind::Yield => head,
            ComprehensionKind::Sum
            | ComprehensionKind::Any
            | ComprehensionKind::All
            | ComprehensionKind::None
            | ComprehensionKind::Count => Abstract::default(),
        }
    }

    #[inline(never)]
    fn call(&mut self, function: FunctionId, arguments: &[ExprId]) -> Abstract {
        let arguments = self.eval_all(arguments);
        let key = (function, arguments);
        if let Some((result, group)) = self.functions.get(&key) {
            self.seen.groups.push(*group);
            return result.clone();
        }
        let Some(def) = self.program.functions.get(function.index()) else {
            return Abstract::default();
        };
        let mut frame = key.1.clone();
        frame.resize(def.locals.max(def.params) as usize, Abstract::default());
        let known = self.apart(frame, def.body);
        self.seen.groups.push(known.1);
        let result = known.0.clone();
        self.functions.insert(key, known);
        result
    }

    #[inline(never)]
    pub(super) fn package_let(&mut self, index: LetId) -> Abstract {
        if let Some((result, group)) = self.lets.get(index.index()).and_then(Option::as_ref) {
            self.seen.groups.push(*group);
            return result.clone();
        }
        let Some(def) = self.program.lets.get(index.index()) else {
            return Abstract::default();
        };
        let frame = vec![Abstract::default(); def.locals as usize];
        let known = self.apart(frame, def.value);
        self.seen.groups.push(known.1);
        let result = known.0.clone();
        if let Some(slot) = self.lets.get_mut(index.index()) {
            *slot = Some(known);
        }
        result
    }

    /// Evaluates a body in a frame of its own, and keeps what it reads.
    fn apart(&mut self, frame: Vec<Abstract>, body: ExprId) -> Known {
        let frame = core::mem::replace(&mut self.frame, frame);
        let seen = core::mem::take(&mut self.seen);
        let result = self.eval(body);
        self.frame = frame;
        let read = core::mem::replace(&mut self.seen, seen);
        (result, self.group(read))
    }

    /// Keeps what was read.
    pub(super) fn group(&mut self, mut read: Seen) -> super::GroupId {
        read.each_once();
        let id = self.groups.len() as u32;
        self.groups.push(read);
        id
    }
}
