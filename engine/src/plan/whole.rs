//! Which operands are taken whole, and as what: those that are compared, ordered or put into a set, where
//! a part of their type is more than it is written as (a quantity, a set in a record). All others stay as
//! they are, and cost nothing.

use alloc::vec::Vec;

use wardlaw_lang::{
    builtin::Builtin,
    ir::{Expr, ExprId},
    types::{Type, TypeId},
};

use super::{Whole, Wholes, build::Builder, declared::Declared, shape::ShapeId};

impl Builder<'_> {
    fn present(&mut self, id: ExprId) -> Declared {
        Declared::of(&mut self.types, self.program.type_of(id)).present()
    }

    /// The shape of a type with parts that are more than they are written as. A scalar or set itself is
    /// read as what it is already.
    pub(super) fn parts_shape(&mut self, declared: &Declared) -> Option<ShapeId> {
        self.plan.checks.inner(&mut self.types, declared)
    }

    /// The shape of the elements of a set.
    pub(super) fn element_shape(&mut self, set: ExprId) -> Option<ShapeId> {
        let element = self.present(set).element(&mut self.types).present();
        self.parts_shape(&element)
    }

    /// What a value has to be taken as where a condition has shown more of it than was known.
    pub(super) fn shown(&mut self, value: ExprId, ty: TypeId) -> Option<ShapeId> {
        let wanted = Declared::of(&mut self.types, ty).present();
        if wanted == self.present(value) {
            return None;
        }
        // The parts of a list or record are read by their own types, or it is taken whole where it is compared.
        // A list that stands for a set is one from here on.
        if wanted.has_parts(&mut self.types) && !wanted.is_set(&mut self.types) {
            return None;
        }
        self.plan.checks.special(&mut self.types, &wanted)
    }

    fn add_whole(&mut self, whole: Whole) -> Wholes {
        if whole.operands.is_empty() && whole.columns.is_empty() {
            return Wholes::default();
        }
        let index = self.plan.wholes.len() as u32;
        self.plan.wholes.push(whole);
        Wholes(index)
    }

    /// Two operands that are compared: each as what it is, and where they differ, as what the other is.
    fn compared(&mut self, types: &[Declared; 2], out: &mut Vec<(usize, ShapeId)>) {
        for (index, declared) in types.iter().enumerate() {
            out.extend(self.parts_shape(declared).map(|shape| (index, shape)));
        }
        let [left, right] = types;
        if left != right {
            for (index, other) in [(0, right), (1, left)] {
                let shape = self.plan.checks.special(&mut self.types, other);
                out.extend(shape.map(|shape| (index, shape)));
            }
        }
    }

    /// Whether values of the expression's type are what they are written as, which most comparisons are of.
    fn is_simple(&self, id: ExprId) -> bool {
        let mut ty = self.types.get(self.program.type_of(id));
        if let Type::Optional(present) = ty {
            ty = self.types.get(*present);
        }
        matches!(
            ty,
            Type::Bool | Type::Int | Type::Float | Type::String | Type::Literal(_)
        )
    }

    /// `==` and `!=`.
    pub(super) fn both(&mut self, left: ExprId, right: ExprId) -> Wholes {
        if self.is_simple(left) && self.is_simple(right) {
            return Wholes::default();
        }
        let types = [self.present(left), self.present(right)];
        let mut whole = Whole::default();
        self.compared(&types, &mut whole.operands);
        self.add_whole(whole)
    }

    /// `in` and `not in`.
    pub(super) fn membership(&mut self, value: ExprId, container: ExprId) -> Wholes {
        if let Expr::Relation(relation) = self.program.expr(container) {
            return self.rows(value, relation.index());
        }
        let wanted = self.present(value);
        let list = self.present(container);
        let mut whole = Whole::default();
        let shape = self.parts_shape(&wanted);
        whole.operands.extend(shape.map(|shape| (0, shape)));
        if list.has_members(&mut self.types) {
            return self.add_whole(whole);
        }
        let shape = self.parts_shape(&list);
        whole.operands.extend(shape.map(|shape| (1, shape)));
        let element = list.element(&mut self.types).present();
        if element != wanted && !list.is_opaque(&mut self.types) {
            let shape = self.plan.checks.special(&mut self.types, &element);
            whole.operands.extend(shape.map(|shape| (0, shape)));
            if self.plan.checks.special(&mut self.types, &wanted).is_some() {
                let ty = self.program.type_of(value);
                let ty = self.types.present(ty);
                let ty = if list.is_set(&mut self.types) {
                    self.types.intern(Type::Set(ty))
                } else {
                    self.types.intern(Type::List(ty))
                };
                let asked = Declared::of(&mut self.types, ty);
                let shape = self.plan.checks.special(&mut self.types, &asked);
                whole.operands.extend(shape.map(|shape| (1, shape)));
            }
        }
        self.add_whole(whole)
    }

    /// `in r`: the columns that are asked for.
    fn rows(&mut self, value: ExprId, relation: usize) -> Wholes {
        let columns = self
            .program
            .relations
            .get(relation)
            .map(|def| def.columns.clone());
        let columns = columns.unwrap_or_default();
        let given = self.present(value);
        let mut whole = Whole::default();
        for (index, column) in columns.iter().enumerate() {
            let column = Declared::of(&mut self.types, *column).present();
            let asked = if columns.len() == 1 {
                given.clone()
            } else {
                given.position(&mut self.types, index).present()
            };
            let mut operands = Vec::new();
            let own = self.parts_shape(&asked);
            operands.extend(own.map(|shape| (index, shape)));
            if asked != column {
                let shape = self.plan.checks.special(&mut self.types, &column);
                operands.extend(shape.map(|shape| (index, shape)));
                let shape = self.plan.checks.special(&mut self.types, &asked);
                whole.columns.extend(shape.map(|shape| (index, shape)));
            }
            whole.operands.append(&mut operands);
        }
        self.add_whole(whole)
    }

    /// `+` and `-` of sets.
    pub(super) fn of_sets(&mut self, left: ExprId, right: ExprId) -> Wholes {
        if self.is_simple(left) {
            return Wholes::default();
        }
        let types = [self.present(left), self.present(right)];
        let mut whole = Whole::default();
        if types.iter().all(|declared| declared.is_set(&mut self.types)) {
            self.compared(&types, &mut whole.operands);
        }
        self.add_whole(whole)
    }

    /// Arguments of builtins that compare or order.
    pub(super) fn of_arguments(&mut self, builtin: Builtin, arguments: &[ExprId]) -> Wholes {
        let mut whole = Whole::default();
        match (builtin, arguments) {
            (Builtin::Same, [left, right]) => {
                let types = [self.present(*left), self.present(*right)];
                self.compared(&types, &mut whole.operands);
            }
            (Builtin::ListIndexOf, [list, wanted]) => return self.sought(*wanted, *list),
            (Builtin::ListSorted | Builtin::SetSorted | Builtin::ListUnique, [list, ..]) => {
                let declared = self.present(*list);
                let shape = self.parts_shape(&declared);
                whole.operands.extend(shape.map(|shape| (0, shape)));
            }
            _ => {}
        }
        self.add_whole(whole)
    }

    /// `list.index_of(value)`: as `value in list`, the other way round.
    fn sought(&mut self, value: ExprId, list: ExprId) -> Wholes {
        let wholes = self.membership(value, list);
        if let Some(whole) = self.plan.wholes.get_mut(wholes.0 as usize) {
            for (index, _) in &mut whole.operands {
                *index = 1_usize.saturating_sub(*index);
            }
        }
        wholes
    }
}
