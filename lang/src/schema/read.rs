//! What the schema at one place says, as a shape. Schemas that stand at the same level (`$ref`, `allOf`,
//! `anyOf`, …) are followed at once, each once; fields and elements are left as formulas.

use alloc::{boxed::Box, collections::BTreeSet, format, rc::Rc, string::String, vec, vec::Vec};

use super::{
    At, Work,
    formula::{Atom, Formula},
    keyword, kubernetes,
    object::{list, object},
    shape::{List, Object, Objects, Shape, Text, Values},
    tree::{NodeId, Scalar, Tree},
};
use crate::{
    suggest::nearest,
    types::{Literal, Opaque, Type, TypeId},
};

/// Schemas of one level that lead to one another: each is read inside the one before.
const DEEPEST: u32 = 96;

const KINDS: &[&str] = &[
    "array", "boolean", "integer", "null", "number", "object", "string",
];

impl<'w> Work<'w> {
    /// What the schema at a place says.
    pub(super) fn shape(&mut self, at: At) -> Rc<Shape> {
        self.shape_at(at, 0)
    }

    /// What fits a formula.
    pub(super) fn shape_of(&mut self, formula: &Formula) -> Shape {
        let mut joined: Option<Shape> = None;
        for all in formula.alternatives() {
            let mut met: Option<Shape> = None;
            for atom in all {
                let shape = self.shape_of_atom(*atom, 0);
                met = Some(match met {
                    Some(met) => self.met(met, &shape),
                    None if self.spend(shape.size()) => (*shape).clone(),
                    None => return Shape::any(),
                });
            }
            let met = met.unwrap_or_else(Shape::any);
            joined = Some(match joined {
                Some(joined) => joined.join(&met),
                None => met,
            });
        }
        joined.unwrap_or_else(Shape::never)
    }

    fn shape_of_atom(&mut self, atom: Atom, depth: u32) -> Rc<Shape> {
        match atom {
            Atom::Node(file, node) => self.shape_at(At { file, node }, depth),
            Atom::Type(ty) => Rc::new(self.shape_of_type(ty)),
        }
    }

    fn shape_at(&mut self, at: At, depth: u32) -> Rc<Shape> {
        match self.memo.shapes.get(&at) {
            Some(Some(known)) => return Rc::clone(known),
            Some(None) => {
                let span = self.node_span(at.file, at.node);
                let message = "this schema leads back to itself without a field or element between".into();
                self.report
                    .error(span, message, "a schema may contain itself, but not be itself");
                return Rc::new(Shape::any());
            }
            None => {}
        }
        if depth > DEEPEST {
            let span = self.node_span(at.file, at.node);
            self.report.error(
                span,
                format!("more than {DEEPEST} schemas lead to one another here"),
                "shorten the chain of `$ref`s",
            );
            return Rc::new(Shape::any());
        }
        self.memo.shapes.insert(at, None);
        let shape = Rc::new(self.compute(at, depth));
        self.memo.shapes.insert(at, Some(Rc::clone(&shape)));
        shape
    }

    fn compute(&mut self, at: At, depth: u32) -> Shape {
        let Some(tree) = self.tree(at.file) else {
            return Shape::any();
        };
        match tree.value(at.node) {
            Scalar::Bool(true) => return Shape::any(),
            Scalar::Bool(false) => return Shape::never(),
            Scalar::Object => {}
            _ => {
                self.malformed(at, at.node, "a schema is an object, `true` or `false`");
                return Shape::any();
            }
        }
        if !self.spend(1 + tree.children(at.node).count()) {
            return Shape::any();
        }
        self.unknown_keywords(tree, at);
        let mut shape = Shape::any();
        if let Some(node) = tree.get(at.node, "$ref") {
            if let Some(target) = self.reference(At { node, ..at }) {
                shape = (*self.shape_of_atom(target, depth + 1)).clone();
            }
            if !self.info(at.file).siblings {
                shape.null |= nullable(tree, at.node);
                return shape;
            }
        }
        for key in ["$dynamicRef", "$recursiveRef"] {
            if let Some(node) = tree.get(at.node, key) {
                let span = self.key_span(at.file, node);
                self.report.vague(
                    span,
                    "where this leads depends on the schema that refers to this one, so the part is `any`",
                );
            }
        }
        self.kinds(tree, at, &mut shape);
        self.values(tree, at, &mut shape);
        if let Some(described) = object(self, tree, at) {
            shape = self.met(shape, &restricted_objects(described));
        }
        if let Some(described) = list(self, tree, at) {
            shape = self.met(shape, &restricted_lists(described));
        }
        shape = self.combined(tree, at, shape, depth);
        if flag(tree, at.node, "x-kubernetes-embedded-resource") {
            let embedded = self.embedded();
            shape = self.met(shape, &embedded);
        }
        shape.null |= nullable(tree, at.node);
        shape
    }

    fn met(&mut self, shape: Shape, other: &Shape) -> Shape {
        let (own, others) = (shape.objects.len().max(1), other.objects.len().max(1));
        let pairs = shape
            .size()
            .saturating_mul(others)
            .saturating_add(other.size().saturating_mul(own));
        if self.spend(pairs) {
            shape.meet(other)
        } else {
            shape
        }
    }

    /// `allOf`, `anyOf`, `oneOf`, `then` and `else`, and what holds where a field is present.
    fn combined(&mut self, tree: &'w Tree, at: At, mut shape: Shape, depth: u32) -> Shape {
        for node in self.parts(tree, at, "allOf") {
            let part = self.shape_at(At { node, ..at }, depth + 1);
            shape = self.met(shape, &part);
        }
        for key in ["anyOf", "oneOf"] {
            let parts = self.parts(tree, at, key);
            if !parts.is_empty() {
                let any = self.any_of(at, &parts, depth);
                shape = self.met(shape, &any);
            }
        }
        // One of the two holds; which one is beyond a type.
        if tree.get(at.node, "if").is_some() {
            let branches: Vec<Option<NodeId>> = ["then", "else"]
                .map(|key| tree.get(at.node, key))
                .into_iter()
                .collect();
            if branches.iter().any(Option::is_some) {
                let either = self.either(at, &branches, depth);
                shape = self.met(shape, &either);
            }
        }
        for key in ["dependentSchemas", "dependencies"] {
            let members = tree
                .get(at.node, key)
                .into_iter()
                .flat_map(|node| tree.members(node));
            let schemas: Vec<NodeId> = members
                .map(|(_, node)| node)
                .filter(|node| !matches!(tree.value(*node), Scalar::List))
                .collect();
            for schema in schemas {
                let either = self.either(at, &[Some(schema), None], depth);
                shape = self.met(shape, &either);
            }
        }
        shape
    }

    fn any_of(&mut self, at: At, parts: &[NodeId], depth: u32) -> Shape {
        let parts: Vec<Option<NodeId>> = parts.iter().copied().map(Some).collect();
        self.either(at, &parts, depth)
    }

    /// One of the schemas holds; none stands for one that says nothing.
    fn either(&mut self, at: At, parts: &[Option<NodeId>], depth: u32) -> Shape {
        let mut joined = Shape::never();
        for part in parts {
            let part = match part {
                Some(node) => self.shape_at(At { node: *node, ..at }, depth + 1),
                None => Rc::new(Shape::any()),
            };
            if !self.spend(joined.size().saturating_add(part.size())) {
                return Shape::any();
            }
            joined = joined.join(&part);
        }
        joined
    }

    /// The schemas of a keyword that holds a list of them.
    fn parts(&mut self, tree: &'w Tree, at: At, key: &str) -> Vec<NodeId> {
        let Some(node) = tree.get(at.node, key) else {
            return Vec::new();
        };
        if !matches!(tree.value(node), Scalar::List) {
            self.malformed(at, node, &format!("`{key}` is a list of schemas"));
            return Vec::new();
        }
        tree.children(node).collect()
    }

    /// `type`
    fn kinds(&mut self, tree: &'w Tree, at: At, shape: &mut Shape) {
        let Some(node) = tree.get(at.node, "type") else {
            return;
        };
        let names: Vec<NodeId> = match tree.value(node) {
            Scalar::Text(_) => vec![node],
            Scalar::List => tree.children(node).collect(),
            _ => {
                self.malformed(at, node, "`type` is the name of a type, or a list of names");
                return;
            }
        };
        let mut fitting = Shape::never();
        for name in names {
            let kind = tree.text(name).unwrap_or("");
            let all = Shape::any();
            match kind {
                "null" => fitting.null = true,
                "boolean" => fitting.bools = all.bools,
                "integer" => fitting.ints = all.ints,
                "number" => (fitting.ints, fitting.floats) = (all.ints, true),
                "string" => fitting.text = all.text,
                "array" => fitting.list = all.list,
                "object" => fitting.objects = all.objects,
                // Swagger 2 has a kind for uploads.
                "file" | "any" => fitting = all,
                _ => {
                    let span = self.node_span(at.file, name);
                    let shown: String = kind.chars().take(60).collect();
                    let help = match nearest(kind, KINDS.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the types are `{}`", KINDS.join("`, `")),
                    };
                    self.report
                        .error(span, format!("JSON Schema has no type `{shown}`"), help);
                    fitting = all;
                }
            }
        }
        *shape = core::mem::replace(shape, Shape::never()).meet(&fitting);
    }

    /// `enum`, `const`, `format`, and what Kubernetes says of texts and numbers.
    fn values(&mut self, tree: &'w Tree, at: At, shape: &mut Shape) {
        let mut meet = |other: &Shape| *shape = core::mem::replace(shape, Shape::never()).meet(other);
        if let Some(node) = tree.get(at.node, "const") {
            meet(&values(tree, core::iter::once(node)));
        }
        if let Some(node) = tree.get(at.node, "enum") {
            if matches!(tree.value(node), Scalar::List) {
                let count = tree.children(node).count();
                if self.spend(count) {
                    meet(&values(tree, tree.children(node)));
                }
            } else {
                self.malformed(at, node, "`enum` is a list of values");
            }
        }
        let int_or_string = flag(tree, at.node, "x-kubernetes-int-or-string");
        if int_or_string {
            meet(&Shape {
                ints: Values::All,
                text: Text::all(),
                ..Shape::never()
            });
        }
        let format = tree.get(at.node, "format").and_then(|node| tree.text(node));
        let opaque = match format {
            // A text by its `type`, but integers fit.
            Some("int-or-string") => {
                shape.ints = Values::All;
                None
            }
            Some("date-time") => Some(Opaque::Time),
            Some("ipv4" | "ipv6") => Some(Opaque::Ip),
            Some("cidr") => Some(Opaque::Cidr),
            // Of integers and texts; a `float` would not be written so.
            _ if kubernetes::is_quantity(tree, at.node) && (int_or_string || !shape.ints.is_none()) => {
                Some(Opaque::Quantity)
            }
            _ => None,
        };
        if let Some(opaque) = opaque {
            let text = Text {
                opaques: BTreeSet::from([opaque]),
                ..Text::default()
            };
            *shape = core::mem::replace(shape, Shape::never()).meet(&Shape { text, ..Shape::any() });
        }
    }

    fn unknown_keywords(&mut self, tree: &'w Tree, at: At) {
        for (key, node) in tree.members(at.node) {
            if !keyword::is_known(key) {
                let span = self.key_span(at.file, node);
                self.report.unknown(span, key);
            }
        }
    }

    /// A keyword whose value is not of the kind that it must be.
    pub(super) fn malformed(&mut self, at: At, node: NodeId, message: &str) {
        let span = self.node_span(at.file, node);
        self.report.error(span, message.into(), "mend the schema here");
    }

    /// What fits a type that needs no schema.
    fn shape_of_type(&mut self, ty: TypeId) -> Shape {
        let mut shape = Shape::never();
        match self.types.structure(ty) {
            Type::Bool => shape.bools = Values::All,
            Type::Int => shape.ints = Values::All,
            Type::Float => (shape.ints, shape.floats) = (Values::All, true),
            Type::String => shape.text = Text::all(),
            Type::Literal(Literal::Text(text)) => drop(shape.text.literals.insert((&*text).into())),
            Type::Opaque(opaque) => {
                shape.text.opaques.insert(opaque);
                if opaque == Opaque::Quantity {
                    (shape.ints, shape.floats) = (Values::All, true);
                }
            }
            Type::Union(members) if self.types.common(ty).is_none() => {
                for member in &*members {
                    let member = self.shape_of_type(*member);
                    shape = shape.join(&member);
                }
            }
            Type::Record(_) | Type::Union(_) => shape.objects.push(Objects::Known(ty)),
            _ => {
                shape = Shape::any();
                shape.null = false;
            }
        }
        shape
    }
}

/// Whether null fits beside what else is said.
fn nullable(tree: &Tree, node: NodeId) -> bool {
    flag(tree, node, "nullable") || flag(tree, node, "x-nullable")
}

fn flag(tree: &Tree, node: NodeId, key: &str) -> bool {
    tree.get(node, key)
        .is_some_and(|node| *tree.value(node) == Scalar::Bool(true))
}

/// Exactly these values.
fn values(tree: &Tree, nodes: impl Iterator<Item = NodeId>) -> Shape {
    let mut shape = Shape::never();
    let (mut ints, mut bools) = (BTreeSet::new(), BTreeSet::new());
    for node in nodes {
        match tree.value(node) {
            Scalar::Null => shape.null = true,
            Scalar::Bool(value) => drop(bools.insert(*value)),
            Scalar::Int(value) => drop(ints.insert(*value)),
            Scalar::Number => shape.floats = true,
            Scalar::Text(text) => drop(shape.text.literals.insert(Box::clone(text))),
            Scalar::List => shape.list = Some(List::any()),
            Scalar::Object => shape.objects = vec![Objects::Of(Object::any())],
        }
    }
    // A float type takes integers as well.
    shape.ints = if shape.floats {
        Values::All
    } else {
        Values::Only(ints)
    };
    shape.bools = Values::Only(bools);
    shape
}

/// What says something of objects says nothing of other values.
fn restricted_objects(object: Object) -> Shape {
    Shape {
        objects: vec![Objects::Of(object)],
        ..Shape::any()
    }
}

fn restricted_lists(list: List) -> Shape {
    Shape {
        list: Some(list),
        ..Shape::any()
    }
}
