//! Expressions, one arm each.

use alloc::{string::String, vec, vec::Vec};

use wardlaw_lang::{
    builtin::Builtin,
    ir::{Arm, ArmTest, DataId, Expr, ExprId, FunctionId, InputId, LetId, StringId},
    syntax::operator::UnaryOp,
    types::{Opaque, Type, TypeId},
};

use super::{Eval, Known, NOWHERE, Reference, Wrong};
use crate::{
    builtins,
    plan::check::Found,
    value::{
        NodeRef, Value, View, number, order,
        place::{Base, Place, Token},
        print,
    },
};

impl Reference<'_> {
    /// The value of an expression. Recursion is bounded when the plan is built.
    pub(super) fn eval(&mut self, id: ExprId) -> Eval<Value> {
        let program = self.program;
        match program.expr(id) {
            Expr::Null => Ok(Value::Null),
            Expr::Bool(value) => Ok(Value::Bool(*value)),
            Expr::Int(value) => Ok(Value::Int(*value)),
            Expr::Float(value) => Ok(Value::Float(*value)),
            Expr::Text(text) => self.made_text(program.string(*text), id),
            Expr::Document { .. } => self.document(id),
            Expr::Local(local) => Ok(self.local(*local)),
            Expr::Input(input) => self.input(*input),
            Expr::Data(data) => self.datum(*data),
            Expr::Let(index) => self.package_let(*index),
            Expr::Relation(relation) => self.relation_value(*relation, id),
            Expr::Field { base, name, optional } => self.field(id, *base, *name, *optional),
            Expr::Index {
                base,
                index,
                optional,
            } => self.index(id, *base, *index, *optional),
            Expr::Call { function, arguments } => self.call(id, *function, arguments),
            Expr::Builtin { builtin, arguments } => {
                let values = self.all(arguments)?;
                if let Some(value) = self.comparing(id, *builtin, arguments, &values)? {
                    return Ok(value);
                }
                match builtins::call(&mut self.store, NOWHERE, *builtin, &values) {
                    Ok(value) => self.taken(value, program.type_of(id)),
                    Err(_) => {
                        let fault = self.store.take_fault();
                        let wrong = self.shared(fault);
                        // Some errors of values that are not of their type name no expression.
                        let span = wrong.span.and(self.span(id));
                        Err(Wrong { span, ..wrong })
                    }
                }
            }
            Expr::Binary { op, left, right } => self.binary(id, *op, *left, *right),
            Expr::Unary {
                op: UnaryOp::Not,
                operand,
            } => self.truth(*operand).map(|truth| Value::Bool(!truth)),
            Expr::Unary {
                op: UnaryOp::Negate,
                operand,
            } => {
                let value = self.eval(*operand)?;
                let number = self.number(value, id)?;
                number::negate(number)
                    .map(Value::from)
                    .map_err(|failure| self.arithmetic_error(failure, id))
            }
            Expr::Is { value, ty } => {
                let value = self.eval(*value)?;
                let fits = self.is(value, *ty);
                Ok(Value::Bool(fits))
            }
            Expr::Narrow { value, ty } => match self.eval(*value)? {
                // A list that stands for a set is one where it is known to.
                Value::Node(at) if self.shapes.is_set(*ty) => self.read(at, *ty),
                value => Ok(value),
            },
            Expr::As { value } => {
                let value = self.eval(*value)?;
                self.used_as(value, program.type_of(id))
            }
            Expr::If {
                condition,
                then,
                otherwise,
            } => {
                if self.truth(*condition)? {
                    self.eval(*then)
                } else {
                    self.eval(*otherwise)
                }
            }
            Expr::Match { value, arms } => {
                let value = self.eval(*value)?;
                self.select(id, value, arms)
            }
            Expr::Tuple(items) => {
                let items = self.all(items)?;
                self.run(&items, id).map(Value::Tuple)
            }
            Expr::List(items) => {
                let items = self.all(items)?;
                self.run(&items, id).map(Value::List)
            }
            Expr::Set(items) => {
                let items = self.all(items)?;
                let element = self.element_type(id);
                self.made_set(&items, &[element], id)
            }
            Expr::Map(pairs) => {
                let mut items = Vec::new();
                for (key, value) in pairs {
                    items.push((self.eval(*key)?, self.eval(*value)?));
                }
                self.made_map(items, id)
            }
            Expr::Record(fields) => {
                let mut fields = fields.clone();
                fields.sort_by(|a, b| self.name(a.0).cmp(self.name(b.0)));
                let mut items = Vec::new();
                for (name, value) in fields {
                    items.push(self.made_text(program.string(name), id)?);
                    items.push(self.eval(value)?);
                }
                self.run(&items, id).map(Value::Map)
            }
            Expr::Comprehension {
                kind,
                clauses,
                key,
                head,
            } => self.comprehension(id, *kind, clauses, *key, *head),
            Expr::Interpolate(parts) => {
                let mut text = String::new();
                for part in parts {
                    let value = self.eval(*part)?;
                    if matches!(value, Value::Null) {
                        return Err(self.operand("an absent value stands in a text", *part));
                    }
                    print::display(&self.store.world, value, &mut text);
                }
                self.made_text(&text, id)
            }
        }
    }

    fn all(&mut self, ids: &[ExprId]) -> Eval<Vec<Value>> {
        ids.iter().map(|id| self.eval(*id)).collect()
    }

    /// The truth of a condition.
    pub(super) fn truth(&mut self, id: ExprId) -> Eval<bool> {
        let value = self.eval(id)?;
        self.as_truth(value, id)
    }

    pub(super) fn as_truth(&self, value: Value, id: ExprId) -> Eval<bool> {
        match self.store.world.view(value) {
            View::Bool(truth) => Ok(truth),
            _ => Err(self.operand("expected a `bool` here", id)),
        }
    }

    pub(super) fn is(&mut self, value: Value, ty: TypeId) -> bool {
        !matches!(value, Value::Null) && self.shapes.fits(&self.store.world, value, ty).is_ok()
    }

    // ------------------------------------------------------------------ reads

    /// A node, checked against its declared type: the value that the policy sees.
    pub(super) fn read(&mut self, at: NodeRef, ty: TypeId) -> Eval<Value> {
        let value = self.store.world.node(at.doc, at.node);
        if let Err(found) = self.shapes.fits(&self.store.world, value, ty) {
            return Err(self.mismatch(ty, found, Place::node(at)));
        }
        if matches!(value, Value::Null) {
            return Ok(value);
        }
        if self.shapes.is_set(ty) {
            let element = self.shapes.element(ty);
            let items = self.elements(value);
            let items = self.sorted(&items, &[element], true);
            return Ok(Value::Set(self.store.world.add_run(&items)));
        }
        Ok(match self.opaque(value, ty) {
            Some(opaque) => Value::Read(opaque, at),
            None => value,
        })
    }

    /// As which opaque type a text or number that fits a type is read: none where any text fits.
    pub(super) fn opaque(&mut self, value: Value, ty: TypeId) -> Option<Opaque> {
        if self.shapes.has_text(ty) {
            return None;
        }
        let is_text = matches!(self.store.world.view(value), View::Text(_));
        let text: String = match value {
            Value::Node(at) => {
                let doc = self.store.world.doc(at.doc)?;
                doc.str(at.node).or_else(|| doc.number_text(at.node))?.into()
            }
            _ => self.store.world.text(value)?.into(),
        };
        let mut opaques = Vec::new();
        for alternative in self.shapes.alternatives(ty) {
            if let Type::Opaque(opaque) = self.shapes.structure(alternative) {
                opaques.push(opaque);
            }
        }
        // Any text may be a pattern; only quantities are written as numbers.
        opaques.sort_by_key(|opaque| *opaque == Opaque::Regex);
        opaques
            .into_iter()
            .find(|opaque| (is_text || *opaque == Opaque::Quantity) && opaque.parse(&text).is_some())
    }

    /// The type of the elements of a list or set.
    pub(super) fn element_type(&mut self, list: ExprId) -> TypeId {
        let ty = self.program.type_of(list);
        self.shapes.element(ty)
    }

    /// What a pattern takes out of a value that the policy made: absent only where it may be.
    pub(super) fn part(&mut self, value: Value, ty: TypeId) -> Eval<Value> {
        if matches!(value, Value::Null) && !self.shapes.is_optional(ty) {
            return Err(self.mismatch_of(value, ty, Found::Nothing));
        }
        self.taken(value, ty)
    }

    /// An `any` that is used as a value of a type.
    fn used_as(&mut self, value: Value, ty: TypeId) -> Eval<Value> {
        match self.shapes.fits(&self.store.world, value, ty) {
            Ok(()) => self.taken(value, ty),
            Err(found) => Err(self.mismatch_of(value, ty, found)),
        }
    }

    /// Builtins that compare or order: by value, as types say.
    fn comparing(
        &mut self,
        id: ExprId,
        builtin: Builtin,
        arguments: &[ExprId],
        values: &[Value],
    ) -> Eval<Option<Value>> {
        let types: Vec<TypeId> = arguments
            .iter()
            .map(|argument| self.program.type_of(*argument))
            .collect();
        let (values, types) = match (values, types.as_slice()) {
            ([value], [ty]) => ([*value, Value::Null], [*ty, *ty]),
            ([a, b], [x, y]) => ([*a, *b], [*x, *y]),
            _ => return Ok(None),
        };
        let ([first, second], [ty, other]) = (values, types);
        Ok(match builtin {
            Builtin::Same => {
                let equal = self.equal((first, ty), (second, other));
                Some(Value::Bool(equal))
            }
            Builtin::ListSorted | Builtin::SetSorted if self.is_list(first) => {
                let element = self.shapes.element(ty);
                let items = self.elements(first);
                let items = self.sorted(&items, &[element], false);
                Some(Value::List(self.run(&items, id)?))
            }
            Builtin::ListUnique if self.is_list(first) => {
                let element = self.shapes.element(ty);
                let mut once: Vec<Value> = Vec::new();
                for item in self.elements(first) {
                    let known = once
                        .iter()
                        .any(|known| self.equal((*known, element), (item, element)));
                    if !known {
                        once.push(item);
                    }
                }
                Some(Value::List(self.run(&once, id)?))
            }
            Builtin::ListIndexOf if self.is_list(first) => {
                let element = self.shapes.element(ty);
                let items = self.elements(first);
                let at = items
                    .into_iter()
                    .position(|item| self.equal((item, element), (second, other)));
                let at = at.and_then(|at| i64::try_from(at).ok());
                Some(at.map_or(Value::Null, Value::Int))
            }
            _ => None,
        })
    }

    fn is_list(&self, value: Value) -> bool {
        self.store.world.elements(value).is_some()
    }

    /// What was taken out of a value: if it lies in a document, it is read now.
    pub(super) fn taken(&mut self, value: Value, ty: TypeId) -> Eval<Value> {
        match value {
            Value::Node(at) => self.read(at, ty),
            made => Ok(made),
        }
    }

    /// The elements of a list, set or tuple, as they lie.
    pub(super) fn elements(&self, list: Value) -> Vec<Value> {
        let mut items = Vec::new();
        self.store.collect(list, &mut items);
        items
    }

    fn input(&mut self, input: InputId) -> Eval<Value> {
        let value = self
            .store
            .inputs
            .get(input.index())
            .copied()
            .unwrap_or(Value::Null);
        let Some(declared) = self.program.inputs.get(input.index()) else {
            return Ok(value);
        };
        if matches!(value, Value::Null) && !self.shapes.is_optional(declared.ty) {
            let place = Place {
                base: Base::Request,
                rest: Vec::new(),
            };
            return Err(self.mismatch(declared.ty, Found::Nothing, place));
        }
        self.taken(value, declared.ty)
    }

    fn datum(&mut self, data: DataId) -> Eval<Value> {
        let Some(declared) = self.program.data.get(data.index()) else {
            return Ok(Value::Null);
        };
        let value = self.store.datum_root(data.0);
        self.taken(value, declared.ty)
    }

    /// A literal document: the plan keeps it read, so that it is read once.
    fn document(&mut self, id: ExprId) -> Eval<Value> {
        let before = self.program.exprs.iter().take(id.index());
        let literals = before.filter(|expr| matches!(expr, Expr::Document { .. }));
        match self.store.literal(literals.count() as u32) {
            Some(value) => Ok(value),
            None => Err(self.internal("a literal document is missing", id)),
        }
    }

    /// Evaluated once; an error is had by everything that reads it.
    pub(super) fn package_let(&mut self, index: LetId) -> Eval<Value> {
        if let Some(Some(known)) = self.lets.get(index.index()) {
            self.met.extend(known.met.iter().copied());
            return known.value.clone();
        }
        let Some(def) = self.program.lets.get(index.index()) else {
            return Ok(Value::Null);
        };
        let outer = core::mem::take(&mut self.met);
        let value = self.in_frame(vec![Value::Null; def.locals as usize], def.value);
        let met = core::mem::replace(&mut self.met, outer);
        self.met.extend(met.iter().copied());
        if let Some(slot) = self.lets.get_mut(index.index()) {
            *slot = Some(Known {
                value: value.clone(),
                met,
            });
        }
        value
    }

    fn call(&mut self, id: ExprId, function: FunctionId, arguments: &[ExprId]) -> Eval<Value> {
        let mut frame = self.all(arguments)?;
        let Some(def) = self.program.functions.get(function.index()) else {
            return Err(self.internal("a function is missing", id));
        };
        frame.resize(def.locals.max(def.params) as usize, Value::Null);
        self.in_frame(frame, def.body)
    }

    fn in_frame(&mut self, frame: Vec<Value>, body: ExprId) -> Eval<Value> {
        let caller = core::mem::replace(&mut self.frame, frame);
        let result = self.eval(body);
        self.frame = caller;
        result
    }

    fn field(&mut self, id: ExprId, base: ExprId, name: StringId, optional: bool) -> Eval<Value> {
        let ty = self.program.type_of(id);
        let name = self.program.string(name);
        match self.eval(base)? {
            Value::Null if optional => Ok(Value::Null),
            Value::Null => Err(self.operand("a field of an absent value is read", id)),
            Value::Node(at) => {
                let found = self
                    .store
                    .world
                    .doc(at.doc)
                    .and_then(|doc| doc.get_str(at.node, name));
                match found {
                    Some(node) => self.read(NodeRef { doc: at.doc, node }, ty),
                    None if self.shapes.is_optional(ty) => Ok(Value::Null),
                    None => {
                        let place = Place {
                            base: Base::Node(at),
                            rest: vec![Token::Key(name.into())],
                        };
                        Err(self.mismatch(ty, Found::Nothing, place))
                    }
                }
            }
            opaque @ (Value::Read(..) | Value::Made(..)) => {
                builtins::opaque::field(&mut self.store, NOWHERE, opaque, name)
                    .map_err(|_| self.shared_fault(id))
            }
            made => {
                let member = self.store.world.member(made, name);
                self.taken(member, ty)
            }
        }
    }

    fn index(&mut self, id: ExprId, base: ExprId, index: ExprId, optional: bool) -> Eval<Value> {
        let ty = self.program.type_of(id);
        let base = self.eval(base)?;
        if matches!(base, Value::Null) {
            return if optional {
                Ok(Value::Null)
            } else {
                Err(self.operand("an element of an absent value is read", id))
            };
        }
        let index = self.eval(index)?;
        let world = &self.store.world;
        let found = match (world.text(index), self.store.as_int(index)) {
            (Some(key), _) => world.member(base, key),
            (None, Some(position)) => match usize::try_from(position) {
                Ok(position) => world.element(base, position),
                Err(_) => Value::Null,
            },
            (None, None) => Value::Null,
        };
        self.taken(found, ty)
    }

    fn select(&mut self, id: ExprId, value: Value, arms: &[Arm]) -> Eval<Value> {
        for arm in arms {
            if !arm.tests.iter().any(|test| self.test(value, test, id)) {
                continue;
            }
            if let Some(local) = arm.binding {
                self.set(local, value);
            }
            let holds = match arm.guard {
                Some(guard) => self.truth(guard)?,
                None => true,
            };
            if holds {
                return self.eval(arm.value);
            }
        }
        Err(self.operand("no arm of the `match` fits the value", id))
    }

    fn test(&mut self, value: Value, test: &ArmTest, id: ExprId) -> bool {
        let constant = match test {
            ArmTest::Always => return true,
            ArmTest::Null => return matches!(value, Value::Null),
            ArmTest::Type(ty) => return self.is(value, *ty),
            ArmTest::Bool(constant) => Value::Bool(*constant),
            ArmTest::Int(constant) => Value::Int(*constant),
            ArmTest::Text(text) => match self.made_text(self.program.string(*text), id) {
                Ok(text) => text,
                Err(_) => return false,
            },
        };
        order::equal(&self.store.world, value, constant)
    }
}
