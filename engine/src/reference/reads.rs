//! Promise 5 before evaluation, by its definition: every declared path that a rule can read is checked.
//! A rule's paths are found by walking everything it reaches, functions and `let`s included, with the
//! places that a value may come from instead of values. Both sides of every condition are walked.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec,
    vec::Vec,
};

use wardlaw_lang::{
    ir::{self, Clause, ClauseKind, ComprehensionKind, Expr, ExprId, LetId, Pattern, PlaceStep, RelationId},
    syntax::operator::BinaryOp,
    types::{Type, TypeId, Types},
};

mod builtins;

use super::{Reference, Wrong};
use crate::{
    input::Kind,
    plan::check::Found,
    value::{
        NodeRef, Value,
        place::{Base, Place, Token},
    },
};

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Field(String),
    /// Each element of a list.
    Each,
    /// One element of a list.
    At(u32),
    /// The value of each member of a map.
    Member,
    /// The same place, where what is there is of that type.
    If(TypeId),
}

/// A declared path: an input, and steps with the type declared after each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Path {
    input: usize,
    root: TypeId,
    steps: Vec<(Step, TypeId)>,
}

impl Path {
    fn ty(&self) -> TypeId {
        self.steps.last().map_or(self.root, |(_, ty)| *ty)
    }

    fn then(&self, step: Step, ty: TypeId) -> Self {
        let mut path = self.clone();
        path.steps.push((step, ty));
        path
    }
}

/// Where a value may come from: paths of inputs, and if it was made, where its parts come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Origin {
    paths: BTreeSet<Path>,
    /// Elements of a made list or set, values of a made map.
    element: Option<Box<Origin>>,
    fields: BTreeMap<String, Origin>,
    positions: BTreeMap<usize, Origin>,
}

impl Origin {
    fn list(element: Self) -> Self {
        Self {
            element: Some(Box::new(element)),
            ..Self::default()
        }
    }

    fn tuple(parts: impl IntoIterator<Item = Self>) -> Self {
        Self {
            positions: parts.into_iter().enumerate().collect(),
            ..Self::default()
        }
    }

    fn or(mut self, other: Self) -> Self {
        self.paths.extend(other.paths);
        self.element = match (self.element, other.element) {
            (Some(a), Some(b)) => Some(Box::new(a.or(*b))),
            (a, b) => a.or(b),
        };
        for (name, part) in other.fields {
            let known = self.fields.remove(&name).unwrap_or_default();
            self.fields.insert(name, known.or(part));
        }
        for (index, part) in other.positions {
            let known = self.positions.remove(&index).unwrap_or_default();
            self.positions.insert(index, known.or(part));
        }
        self
    }

    fn made_element(&self) -> Self {
        self.element.as_deref().cloned().unwrap_or_default()
    }

    fn made_field(&self, name: &str) -> Self {
        self.made_element()
            .or(self.fields.get(name).cloned().unwrap_or_default())
    }

    fn only_paths(paths: BTreeSet<Path>) -> Self {
        Self {
            paths,
            ..Self::default()
        }
    }
}

impl Reference<'_> {
    /// Adds an error of the rule for each value at a path it can read that is not of the type declared.
    pub(super) fn check_reads(&mut self, index: usize, rule: &ir::Rule) {
        for wrong in self.mistyped(rule.locals, |walk| walk.rule(rule)) {
            self.error(index, rule, &wrong);
        }
    }

    /// What is wrong at the paths that an output can read.
    pub(super) fn mistyped_of_output(&mut self, output: LetId) -> Vec<Wrong> {
        self.mistyped(0, |walk| {
            let value = walk.package_let(output);
            walk.whole(&value);
        })
    }

    fn mistyped(&mut self, locals: u32, read: impl FnOnce(&mut Walk<'_, '_>)) -> Vec<Wrong> {
        let deepest = self.deepest();
        let mut walk = Walk {
            reference: self,
            frame: vec![Origin::default(); locals as usize],
            read: BTreeSet::new(),
            whole: BTreeSet::new(),
            relations: BTreeMap::new(),
            deepest,
        };
        read(&mut walk);
        let mut wrong = Vec::new();
        let (read, whole) = (walk.read, walk.whole);
        // A variant that is read whole is no path of its own.
        for path in read.union(&whole) {
            let whole = whole.contains(path);
            let value = self.store.inputs.get(path.input).copied().unwrap_or(Value::Null);
            let mut made = Vec::new();
            let steps = (path.steps.as_slice(), whole);
            self.check(value, None, path.root, steps, &mut made, &mut wrong);
        }
        wrong
    }

    /// More steps than any document of the decision is deep: what is declared below is not there.
    fn deepest(&self) -> usize {
        let mut deepest = 0;
        for doc in self.store.world.all_docs() {
            let mut below = vec![(doc.root(), 0_usize)];
            while let Some((node, depth)) = below.pop() {
                deepest = deepest.max(depth);
                below.extend(doc.children(node).map(|child| (child, depth.saturating_add(1))));
            }
        }
        // The request that was made of a bare object is above it; a variant is a step that goes nowhere.
        deepest.saturating_add(2).saturating_mul(2)
    }

    /// Checks what lies at the end of a path, and all below it where it is read whole. Where something before the end is wrong, that is an error
    /// of its own, and nothing is said of what lies below.
    fn check(
        &mut self,
        value: Value,
        at: Option<NodeRef>,
        ty: TypeId,
        (steps, whole): (&[(Step, TypeId)], bool),
        made: &mut Vec<Token>,
        wrong: &mut Vec<Wrong>,
    ) {
        let at = match value {
            Value::Node(at) | Value::Read(_, at) => Some(at),
            _ => at,
        };
        // A request that was made of a bare object is right itself, what it holds is checked.
        if !matches!(value, Value::Map(_)) {
            let place = match at {
                Some(at) => Place::node(at),
                None if matches!(value, Value::Null) => Place {
                    base: Base::Request,
                    rest: made.clone(),
                },
                // Made by the engine.
                None => return,
            };
            if let Err(found) = self.shapes.fits(&self.store.world, value, ty) {
                if steps.is_empty() {
                    wrong.push(self.mismatch(ty, found, place));
                }
                return;
            }
        }
        if matches!(value, Value::Null) {
            return;
        }
        let Some(((step, below), rest)) = steps.split_first() else {
            if let (Some(at), true) = (at, whole) {
                self.check_parts(at, ty, wrong);
            }
            return;
        };
        let ty = below;
        let left = (rest, whole);
        let Some(at) = at else {
            if let Step::Field(name) = step {
                let member = self.store.world.member(value, name);
                made.push(Token::Key(name.as_str().into()));
                self.check(member, None, *ty, left, made, wrong);
                made.pop();
            }
            return;
        };
        let Some(doc) = self.store.world.doc(at.doc) else {
            return;
        };
        let (is_list, is_object) = (doc.kind(at.node) == Kind::List, doc.kind(at.node) == Kind::Object);
        let nodes = match step {
            Step::Field(_) if !is_object => Vec::new(),
            Step::Field(name) => match doc.get_str(at.node, name) {
                Some(node) => vec![node],
                None if self.shapes.is_optional(*ty) => Vec::new(),
                None => {
                    if rest.is_empty() {
                        let place = Place {
                            base: Base::Node(at),
                            rest: vec![Token::Key(name.as_str().into())],
                        };
                        wrong.push(self.mismatch(*ty, Found::Nothing, place));
                    }
                    Vec::new()
                }
            },
            Step::Each if is_list => doc.children(at.node).collect(),
            Step::At(index) if is_list => doc.element(at.node, *index as usize).into_iter().collect(),
            Step::Member if is_object => {
                let world = &self.store.world;
                let present = |node: &_| !matches!(world.node(at.doc, *node), Value::Null);
                doc.children(at.node).filter(present).collect()
            }
            Step::If(variant) => {
                if self.is(value, *variant) {
                    self.check(value, Some(at), *ty, left, made, wrong);
                }
                return;
            }
            Step::Each | Step::At(_) | Step::Member => Vec::new(),
        };
        for node in nodes {
            let value = self.store.world.node(at.doc, node);
            self.check(value, Some(NodeRef { doc: at.doc, node }), *ty, left, made, wrong);
        }
    }
}

/// The walk of one rule.
struct Walk<'w, 'e> {
    reference: &'w mut Reference<'e>,
    frame: Vec<Origin>,
    read: BTreeSet<Path>,
    /// Of those: what is read with all its declared parts.
    whole: BTreeSet<Path>,
    /// The rows of relations that were met.
    relations: BTreeMap<RelationId, Origin>,
    /// How long a path can be that leads somewhere.
    deepest: usize,
}

impl Walk<'_, '_> {
    fn rule(&mut self, rule: &ir::Rule) {
        self.clauses(&rule.clauses);
        let effect = &rule.effect;
        self.all(effect.message);
        let places = effect
            .places
            .iter()
            .chain(effect.edits.iter().map(|edit| &edit.place));
        for place in places {
            self.origin(place.root);
            for step in &place.steps {
                if let PlaceStep::Index(index) = step {
                    self.origin(*index);
                }
            }
        }
        for value in self.all(effect.edits.iter().filter_map(|edit| edit.value)) {
            self.whole(&value);
        }
    }

    fn all(&mut self, ids: impl IntoIterator<Item = ExprId>) -> Vec<Origin> {
        ids.into_iter().map(|id| self.origin(id)).collect()
    }

    fn any_of(&mut self, ids: &[ExprId]) -> Origin {
        let all = self.all(ids.iter().copied());
        all.into_iter().fold(Origin::default(), Origin::or)
    }

    /// Reads below paths.
    fn below(
        &mut self,
        paths: &BTreeSet<Path>,
        step: &Step,
        ty: impl Fn(&mut super::Shapes, TypeId) -> TypeId,
    ) -> Origin {
        let mut below = BTreeSet::new();
        for path in paths.iter().filter(|path| path.steps.len() < self.deepest) {
            let ty = ty(&mut self.reference.shapes, path.ty());
            below.insert(path.then(step.clone(), ty));
        }
        self.read.extend(below.iter().cloned());
        Origin::only_paths(below)
    }

    /// The paths whose declared type has an alternative of that structure.
    fn with(
        &mut self,
        origin: &Origin,
        wanted: impl Fn(&mut super::Shapes, TypeId) -> bool,
    ) -> BTreeSet<Path> {
        let shapes = &mut self.reference.shapes;
        let mut paths = origin.paths.clone();
        paths.retain(|path| {
            let alternatives = shapes.alternatives(path.ty());
            alternatives.into_iter().any(|ty| wanted(shapes, ty))
        });
        paths
    }

    fn field(&mut self, base: &Origin, name: &str, ty: TypeId) -> Origin {
        let paths = self.with(base, |shapes, ty| match shapes.structure(ty) {
            Type::Record(_) => shapes.field(ty, name).is_some(),
            Type::Map(_) | Type::Any => true,
            _ => false,
        });
        let read = self.below(&paths, &Step::Field(name.into()), |_, _| ty);
        base.made_field(name).or(read)
    }

    fn elements(&mut self, list: &Origin) -> Origin {
        let paths = self.with(list, is_list);
        let read = self.below(&paths, &Step::Each, super::Shapes::element);
        list.made_element().or(read)
    }

    fn values(&mut self, map: &Origin) -> Origin {
        let paths = self.with(map, |shapes, ty| {
            matches!(shapes.structure(ty), Type::Map(_) | Type::Record(_) | Type::Any)
        });
        let read = self.below(&paths, &Step::Member, super::Shapes::value);
        let parts = map.fields.values().chain(map.positions.values()).cloned();
        parts.fold(map.made_element().or(read), Origin::or)
    }

    /// Comparing, ordering, printing and copying read all declared parts.
    fn whole(&mut self, value: &Origin) {
        self.whole.extend(value.paths.iter().cloned());
        let parts = value.fields.values().chain(value.positions.values());
        for part in parts.chain(value.element.as_deref()) {
            self.whole(part);
        }
    }

    /// What is left of a value that is known to be of a type: of a union, the variants.
    fn narrow(&mut self, value: Origin, ty: TypeId) -> Origin {
        let shapes = &mut self.reference.shapes;
        let wanted = shapes.records(ty);
        if shapes.is_scalar(ty) {
            // Nothing lies below it.
            return Origin {
                paths: BTreeSet::new(),
                ..value
            };
        }
        if wanted.is_empty() {
            return value;
        }
        let mut paths = BTreeSet::new();
        for path in value.paths {
            let any = shapes.alternatives(path.ty()).contains(&Types::ANY);
            let records = shapes.records(path.ty());
            let shared: Vec<TypeId> = wanted
                .iter()
                .copied()
                .filter(|record| any || records.contains(record))
                .collect();
            if !any && !shared.is_empty() && shared.len() == records.len() {
                paths.insert(path);
                continue;
            }
            for record in &wanted {
                let possible =
                    shared.contains(record) || records.iter().any(|known| !shapes.disjoint(*known, *record));
                if possible {
                    paths.insert(path.then(Step::If(*record), *record));
                }
            }
        }
        Origin { paths, ..value }
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match &clause.kind {
                ClauseKind::Given { local, value } => {
                    let value = self.origin(*value);
                    self.bind(&Pattern::Bind(*local), value);
                }
                ClauseKind::Let { pattern, value } => {
                    let value = self.origin(*value);
                    self.bind(pattern, value);
                }
                ClauseKind::For { pattern, source } => {
                    let value = self.origin(*source);
                    let ty = self.reference.program.type_of(*source);
                    let (map, list) = self.reference.shapes.walked_as(ty);
                    let mut drawn = Origin::default();
                    if map {
                        let values = self.values(&value);
                        drawn = Origin::tuple([Origin::default(), values]);
                    }
                    if list {
                        drawn = drawn.or(self.elements(&value));
                    }
                    self.bind(pattern, drawn);
                }
                ClauseKind::When(condition) | ClauseKind::Unless(condition) => {
                    self.origin(*condition);
                }
            }
        }
    }

    fn bind(&mut self, pattern: &Pattern, value: Origin) {
        match pattern {
            Pattern::Ignore => {}
            Pattern::Bind(local) => {
                if let Some(slot) = self.frame.get_mut(local.index()) {
                    *slot = core::mem::take(slot).or(value);
                }
            }
            Pattern::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if *part == Pattern::Ignore {
                        continue;
                    }
                    let position = u32::try_from(index).unwrap_or(u32::MAX);
                    let lists = self.with(&value, is_list);
                    let read = self.below(&lists, &Step::At(position), |shapes, ty| {
                        shapes.position(ty, index)
                    });
                    let made = value.positions.get(&index).cloned().unwrap_or_default();
                    self.bind(part, made.or(value.made_element()).or(read));
                }
            }
        }
    }

    fn package_let(&mut self, index: LetId) -> Origin {
        match self.reference.program.lets.get(index.index()) {
            Some(def) => self.in_frame(vec![Origin::default(); def.locals as usize], def.value),
            None => Origin::default(),
        }
    }

    fn in_frame(&mut self, frame: Vec<Origin>, body: ExprId) -> Origin {
        let caller = core::mem::replace(&mut self.frame, frame);
        let origin = self.origin(body);
        self.frame = caller;
        origin
    }

    /// Where the value of an expression may come from; what is read on the way is noted.
    fn origin(&mut self, id: ExprId) -> Origin {
        let program = self.reference.program;
        match program.expr(id) {
            Expr::Null
            | Expr::Bool(_)
            | Expr::Int(_)
            | Expr::Float(_)
            | Expr::Text(_)
            | Expr::Document { .. }
            | Expr::Data(_) => Origin::default(),
            Expr::Local(local) => self.frame.get(local.index()).cloned().unwrap_or_default(),
            Expr::Input(input) => {
                let root = program
                    .inputs
                    .get(input.index())
                    .map_or(Types::ANY, |input| input.ty);
                let path = Path {
                    input: input.index(),
                    root,
                    steps: Vec::new(),
                };
                self.read.insert(path.clone());
                Origin::only_paths(BTreeSet::from([path]))
            }
            Expr::Let(index) => self.package_let(*index),
            Expr::Relation(relation) => self.relation(*relation),
            Expr::Call { function, arguments } => {
                let mut frame = self.all(arguments.iter().copied());
                let Some(def) = program.functions.get(function.index()) else {
                    return Origin::default();
                };
                frame.resize(def.locals.max(def.params) as usize, Origin::default());
                self.in_frame(frame, def.body)
            }
            Expr::Field { base, name, .. } => {
                let base = self.origin(*base);
                self.field(&base, program.string(*name), program.type_of(id))
            }
            Expr::Index { base, index, .. } => {
                let base = self.origin(*base);
                self.origin(*index);
                let ty = self.reference.shapes.optional(program.type_of(id));
                match program.expr(*index) {
                    Expr::Text(name) => {
                        let name = program.string(*name);
                        let read = self.below(&base.paths, &Step::Field(name.into()), |_, _| ty);
                        base.made_field(name).or(read)
                    }
                    Expr::Int(position) if u32::try_from(*position).is_ok() => {
                        let position = u32::try_from(*position).unwrap_or_default();
                        base.made_element()
                            .or(self.below(&base.paths, &Step::At(position), |_, _| ty))
                    }
                    _ => self.elements(&base).or(self.values(&base)),
                }
            }
            Expr::Builtin { builtin, arguments } => self.builtin(*builtin, arguments),
            Expr::Binary { op, left, right } => self.binary(*op, *left, *right),
            Expr::Unary { operand: value, .. } | Expr::Is { value, .. } => {
                self.origin(*value);
                Origin::default()
            }
            Expr::As { value } => self.origin(*value),
            Expr::Narrow { value, ty } => {
                let value = self.origin(*value);
                self.narrow(value, *ty)
            }
            Expr::If {
                condition,
                then,
                otherwise,
            } => {
                self.origin(*condition);
                self.any_of(&[*then, *otherwise])
            }
            Expr::Match { value, arms } => {
                let value = self.origin(*value);
                let mut result = Origin::default();
                for arm in arms {
                    if let Some(local) = arm.binding {
                        self.bind(&Pattern::Bind(local), value.clone());
                    }
                    self.all(arm.guard);
                    result = result.or(self.origin(arm.value));
                }
                result
            }
            Expr::Tuple(items) => Origin::tuple(self.all(items.iter().copied())),
            Expr::List(items) => Origin::list(self.any_of(items)),
            Expr::Set(items) => {
                let element = self.any_of(items);
                self.whole(&element);
                Origin::list(element)
            }
            Expr::Map(pairs) => {
                let mut values = Origin::default();
                for (key, value) in pairs {
                    self.origin(*key);
                    values = values.or(self.origin(*value));
                }
                Origin::list(values)
            }
            Expr::Record(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| (program.string(*name).into(), self.origin(*value)));
                Origin {
                    fields: fields.collect(),
                    ..Origin::default()
                }
            }
            Expr::Comprehension {
                kind,
                clauses,
                key,
                head,
            } => {
                self.clauses(clauses);
                self.all(*key);
                let head = self.origin(*head);
                match kind {
                    ComprehensionKind::List | ComprehensionKind::Map => Origin::list(head),
                    ComprehensionKind::Set => {
                        self.whole(&head);
                        Origin::list(head)
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
                    | ComprehensionKind::Count => Origin::default(),
                }
            }
            Expr::Interpolate(parts) => {
                for part in parts {
                    let part = self.origin(*part);
                    self.whole(&part);
                }
                Origin::default()
            }
        }
    }

    /// A relation is a set of what its blocks yield; of its own stratum it reads what was found so far, until
    /// nothing more is found. Paths are no longer than documents are deep, so there is an end.
    fn relation(&mut self, relation: RelationId) -> Origin {
        let program = self.reference.program;
        let def = program.relations.get(relation.index());
        let Some(def) = def.filter(|def| def.reads_input) else {
            return Origin::default();
        };
        if !self.relations.contains_key(&relation) {
            let members: Vec<RelationId> = (0..program.relations.len() as u32)
                .map(RelationId)
                .filter(|id| {
                    program.relations.get(id.index()).map(|other| other.stratum) == Some(def.stratum)
                })
                .collect();
            self.relations
                .extend(members.iter().map(|member| (*member, Origin::default())));
            loop {
                let before = (self.relations.clone(), self.read.clone(), self.whole.clone());
                for member in &members {
                    self.blocks(*member);
                }
                if before == (self.relations.clone(), self.read.clone(), self.whole.clone()) {
                    break;
                }
            }
        }
        Origin::list(self.relations.get(&relation).cloned().unwrap_or_default())
    }

    fn blocks(&mut self, relation: RelationId) {
        let program = self.reference.program;
        let Some(def) = program.relations.get(relation.index()) else {
            return;
        };
        for block in &def.blocks {
            let frame = vec![Origin::default(); block.locals as usize];
            let outer = core::mem::replace(&mut self.frame, frame);
            self.clauses(&block.clauses);
            let row = self.origin(block.value);
            self.frame = outer;
            let known = self.relations.remove(&relation).unwrap_or_default();
            self.relations.insert(relation, known.or(row));
        }
    }

    fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Origin {
        let is_null = |id| matches!(self.reference.program.expr(id), Expr::Null);
        let test_of_absence = is_null(left) || is_null(right);
        let (l, r) = (self.origin(left), self.origin(right));
        match op {
            BinaryOp::Coalesce | BinaryOp::Add => l.or(r),
            BinaryOp::Subtract => {
                self.whole(&l);
                self.whole(&r);
                l
            }
            BinaryOp::In | BinaryOp::NotIn => {
                self.whole(&l);
                // Of a map only the keys are asked for.
                let paths = self.with(&r, is_list);
                self.whole(&Origin { paths, ..r });
                Origin::default()
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                if !test_of_absence {
                    self.whole(&l);
                    self.whole(&r);
                }
                Origin::default()
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
            | BinaryOp::Remainder => Origin::default(),
        }
    }
}

fn is_list(shapes: &mut super::Shapes, ty: TypeId) -> bool {
    matches!(
        shapes.structure(ty),
        Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Any
    )
}
