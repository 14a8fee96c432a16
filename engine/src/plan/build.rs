//! IR to plan, one expression after the other: children come first there, so nothing recurses.

use alloc::{collections::BTreeMap, string::String, sync::Arc, vec, vec::Vec};

use wardlaw_lang::{
    FileId, Span,
    builtin::Builtin,
    ir::{self, ArmTest, ComprehensionKind, Expr, ExprId, Program, StringId},
    syntax::{
        ast::DocumentFormat,
        operator::{BinaryOp, UnaryOp},
    },
    types::Types,
};

use super::{
    About, Arm, Asked, Comprehension, Data, Field, Function, Index, Input, Let, Op, OpId, Plan, Slice, Test,
    Whole,
    check::{Check, CheckId},
    declared::Declared,
    denial,
    depth::{self, Walk},
    reads, relation,
    same::Same,
    share, sift,
};
use crate::{
    builtins::{self, pattern::Regex},
    input::{Document, FieldKey, ReadError, ReadLimits, read_json},
    value::{
        DocId, Heap, Value, World,
        world::{Docs, sort_set},
    },
};

/// Why a program has no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlanError {
    /// Where.
    pub(crate) span: Span,
    /// What is wrong.
    pub(crate) reason: PlanErrorKind,
}

/// The kinds of [`PlanError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlanErrorKind {
    /// Evaluation could nest too deeply.
    TooDeep,
    /// A construct that this version cannot evaluate.
    #[cfg(not(feature = "yaml"))]
    Unsupported(&'static str),
    /// A literal document cannot be read; the span is its content, the offset one of its text.
    Literal { offset: u32, message: String },
    /// A pattern cannot be compiled.
    Pattern(String),
}

/// Makes the plan of a program. Data have no documents yet: [`crate::data`] loads them.
pub(crate) fn build(mut program: Program) -> Result<Plan, PlanError> {
    let no_constants = Heap::default();
    let mut builder = Builder {
        types: core::mem::take(&mut program.types),
        program: &program,
        world: World::new(&no_constants, Docs::default()),
        plan: Plan {
            wholes: vec![Whole::default()],
            ..Plan::default()
        },
        keys: Keys::default(),
        walk: Walk::default(),
        one: Same::default(),
        nothing_said: Arc::default(),
        uses: Vec::with_capacity(program.exprs.len()),
        joined: BTreeMap::new(),
        of_data: sift::of_data(&program),
        frame: None,
        same: Vec::with_capacity(program.exprs.len()),
    };
    builder.run()?;
    let Builder {
        types,
        world,
        mut plan,
        keys,
        ..
    } = builder;
    plan.heap = world.heap;
    plan.types = types;
    share::calls(&mut plan);
    depth::verify(&plan).map_err(|error| PlanError {
        span: error.span,
        reason: PlanErrorKind::TooDeep,
    })?;
    plan.reads = reads::analyse(&program, &mut plan.types, &mut plan.checks, keys);
    plan.checks.forget();
    let files = program.files.into_iter();
    plan.files = files
        .map(|file| super::File {
            name: file.name.into(),
            lines: file.lines,
        })
        .collect();
    plan.packages = program.packages;
    plan.denials = denial::of_packages(&plan);
    Ok(plan)
}

/// A literal document, as it is kept.
pub(crate) fn literal(format: DocumentFormat, text: &str) -> Result<Document<'static>, ReadError> {
    let document = read_literal(format, text)?.into_owned().keep();
    // `any` is never absent, and that is the type of a literal.
    if document.kind(document.root()) == crate::input::Kind::Null {
        return Err(ReadError {
            kind: crate::input::ReadErrorKind::Syntax,
            message: "the literal document holds nothing".into(),
            offset: 0,
            location: None,
        });
    }
    Ok(document)
}

#[cfg(feature = "yaml")]
fn read_literal(format: DocumentFormat, text: &str) -> Result<Document<'_>, ReadError> {
    match format {
        DocumentFormat::Yaml => crate::input::read_yaml(text, &ReadLimits::default()),
        DocumentFormat::Json => read_json(text, &ReadLimits::default()),
    }
}

#[cfg(not(feature = "yaml"))]
fn read_literal(format: DocumentFormat, text: &str) -> Result<Document<'_>, ReadError> {
    match format {
        DocumentFormat::Yaml => Err(ReadError {
            kind: crate::input::ReadErrorKind::Syntax,
            message: "this program was built without YAML: write `json`".into(),
            offset: 0,
            location: None,
        }),
        DocumentFormat::Json => read_json(text, &ReadLimits::default()),
    }
}

/// The prepared keys of field names, each once.
#[derive(Default)]
pub(super) struct Keys(Vec<Option<FieldKey>>);

impl Keys {
    pub(super) fn of(&mut self, program: &Program, name: StringId) -> FieldKey {
        let index = name.index();
        if self.0.len() <= index {
            self.0.resize(index.saturating_add(1), None);
        }
        let new = || FieldKey::new(program.string(name));
        match self.0.get_mut(index) {
            Some(known) => known.get_or_insert_with(new).clone(),
            None => new(),
        }
    }
}

pub(super) struct Builder<'p> {
    pub(super) program: &'p Program,
    pub(super) types: Types,
    /// Its heap becomes the plan's constants.
    world: World<'p>,
    pub(super) plan: Plan,
    keys: Keys,
    pub(super) walk: Walk,
    pub(super) one: Same,
    pub(super) nothing_said: Arc<About>,
    /// How often each expression is used.
    uses: Vec<u32>,
    /// Indexes that joins share, by what they hold.
    pub(super) joined: BTreeMap<String, u32>,
    /// Of each function, whether it reads no input.
    pub(super) of_data: Vec<bool>,
    /// The next free slot of the frame whose clauses are built; none while expressions are.
    pub(super) frame: Option<u32>,
    /// What stands for each expression: itself, or what it narrows.
    same: Vec<OpId>,
}

impl Builder<'_> {
    fn run(&mut self) -> Result<(), PlanError> {
        let program = self.program;
        // The text of a string has the string's own index.
        for text in &program.strings {
            self.world.heap.add_text(text);
        }
        for (index, expr) in program.exprs.iter().enumerate() {
            let id = ExprId(index as u32);
            let op = match expr {
                // What was shown to be of an opaque type has to be read as such.
                Expr::Narrow { value, ty } if self.shown(*value, *ty).is_none() => self.same(*value),
                _ => {
                    let op = self.op(id, expr)?;
                    self.add(op, id)
                }
            };
            self.same.push(op);
        }
        self.plan.checks.link_sets(&mut self.types);
        self.keep_raw_sets();
        for input in &program.inputs {
            let check = self.plan.checks.of(&mut self.types, input.ty);
            self.plan.inputs.push(Input {
                name: input.name.clone(),
                check,
            });
        }
        for data in &program.data {
            let check = self.plan.checks.of(&mut self.types, data.ty);
            self.plan.data.push(Data {
                name: data.name.clone(),
                document: u32::MAX,
                check,
                default: data.default.map(|default| self.same(default)),
                locals: data.locals,
                span: data.span,
                shape: None,
                patterns: Vec::new(),
                sets: Vec::new(),
            });
        }
        self.plan.lets = program
            .lets
            .iter()
            .map(|def| Let {
                locals: def.locals,
                value: self.own(def.value),
                reads_input: def.reads_input,
            })
            .collect();
        self.plan.outputs = program
            .outputs
            .iter()
            .filter_map(|id| Some((program.lets.get(id.index())?.name.clone(), id.0)))
            .collect();
        self.plan.functions = program
            .functions
            .iter()
            .map(|def| Function {
                locals: def.locals.max(def.params),
                body: self.own(def.body),
            })
            .collect();
        for relation in &program.relations {
            let relation = self.relation(relation);
            self.plan.relations.push(relation);
        }
        self.plan.strata = relation::strata(program);
        for rule in &program.rules {
            let rule = self.rule(rule);
            self.plan.rules.push(rule);
        }
        for test in &program.tests {
            let test = self.test_block(test);
            self.plan.tests.push(test);
        }
        self.ask();
        self.plan.query = program.query.map(|query| query.0);
        self.plan.checks.link_sets(&mut self.types);
        for (data, def) in self.plan.data.iter_mut().zip(&program.data) {
            let declared = Declared::of(&mut self.types, def.ty);
            data.shape = Some(self.plan.checks.add_shape(&mut self.types, &declared));
        }
        Ok(())
    }

    /// What a host may ask for by name.
    fn ask(&mut self) {
        let program = self.program;
        for (index, def) in program.functions.iter().enumerate() {
            let mut params = Vec::with_capacity(def.param_types.len());
            for ty in &def.param_types {
                params.push((*ty, self.plan.checks.of(&mut self.types, *ty)));
            }
            let asked = Asked::Function(index as u32, params);
            self.plan.asked.insert(def.name.clone(), asked);
        }
        for (index, def) in program.relations.iter().enumerate() {
            let asked = Asked::Relation(index as u32);
            self.plan.asked.insert(def.name.clone(), asked);
        }
        for (index, def) in program.lets.iter().enumerate() {
            self.plan.asked.insert(def.name.clone(), Asked::Let(index as u32));
        }
    }

    pub(super) fn span(&self, id: ExprId) -> Span {
        self.program
            .expr_spans
            .get(id.index())
            .copied()
            .unwrap_or(Span::new(FileId(0), 0, 0))
    }

    pub(super) fn check(&mut self, declared: &Declared) -> CheckId {
        self.plan.checks.add(&mut self.types, declared)
    }

    /// The check of an expression's type.
    fn check_of(&mut self, id: ExprId) -> CheckId {
        self.plan.checks.of(&mut self.types, self.program.type_of(id))
    }

    /// The key of a field name; all reads of fields of that name share it.
    pub(super) fn field_key(&mut self, name: StringId) -> FieldKey {
        self.keys.of(self.program, name)
    }

    pub(super) fn declared(&mut self, id: ExprId) -> Declared {
        Declared::of(&mut self.types, self.program.type_of(id))
    }

    /// The value, if the expression is a constant that no document holds.
    fn value_of(&self, id: ExprId) -> Option<Value> {
        match self.plan.op(self.same(id)) {
            Some(Op::Constant(index)) => match self.plan.constants.get(index as usize) {
                None | Some(Value::Node(_)) => None,
                Some(value) => Some(*value),
            },
            _ => None,
        }
    }

    /// What stands for an expression: narrowing tests nothing, so it takes no step.
    pub(super) fn same(&self, id: ExprId) -> OpId {
        self.same.get(id.index()).copied().unwrap_or(OpId(u32::MAX))
    }

    pub(super) fn used(&mut self, id: ExprId) -> OpId {
        let op = self.same(id);
        if self.uses.len() <= op.0 as usize {
            self.uses.resize(self.plan.ops.len(), 0);
        }
        if let Some(uses) = self.uses.get_mut(op.0 as usize) {
            *uses = uses.saturating_add(1);
        }
        op
    }

    fn args(&mut self, ids: impl IntoIterator<Item = ExprId>) -> Slice {
        let start = self.plan.args.len() as u32;
        for id in ids {
            let op = self.used(id);
            self.plan.args.push(op);
        }
        Slice {
            start,
            len: (self.plan.args.len() as u32).saturating_sub(start),
        }
    }

    fn op(&mut self, id: ExprId, expr: &Expr) -> Result<Op, PlanError> {
        Ok(match expr {
            Expr::Null => self.constant(Value::Null),
            Expr::Bool(value) => self.constant(Value::Bool(*value)),
            Expr::Int(value) => self.constant(Value::Int(*value)),
            Expr::Float(value) => self.constant(Value::Float(*value)),
            Expr::Text(text) => self.constant(Value::Text(text.0)),
            Expr::Document {
                format,
                text,
                content,
            } => {
                let value = self.document(*format, *text, *content)?;
                self.constant(value)
            }
            Expr::Local(local) => Op::Local(local.0),
            Expr::Input(input) => Op::Input(input.0),
            Expr::Data(data) => Op::Data(data.0),
            Expr::Let(index) => {
                let body = self.program.lets.get(index.index()).map(|def| def.value);
                match body.and_then(|body| self.value_of(body)) {
                    Some(value) => self.constant(value),
                    None => Op::Let(index.0),
                }
            }
            Expr::Relation(relation) => Op::Relation(relation.0),
            Expr::Field { base, name, optional } => {
                let check = self.check_of(id);
                let field = Field {
                    base: self.used(*base),
                    key: self.field_key(*name),
                    name: name.0,
                    check,
                    at_once: self.plan.checks.get(check).map_or(0, |check| check.at_once),
                    optional: *optional,
                    convert: true,
                };
                self.field(field)
            }
            Expr::Index {
                base,
                index,
                optional,
            } => {
                let mut declared = self.declared(id);
                declared.optional = true;
                let index = Index {
                    base: self.used(*base),
                    at: self.used(*index),
                    check: self.check(&declared),
                    optional: *optional,
                    convert: true,
                };
                self.index(index)
            }
            Expr::Call { function, arguments } => Op::Call {
                function: function.0,
                args: self.args(arguments.iter().copied()),
            },
            Expr::Builtin { builtin, arguments } => {
                let op = self.builtin(*builtin, arguments)?;
                self.element_check(id, *builtin);
                op
            }
            Expr::Binary { op, left, right } => self.binary(*op, *left, *right)?,
            Expr::Unary { op, operand } => match op {
                UnaryOp::Not => Op::Not(self.used(*operand)),
                UnaryOp::Negate => Op::Negate(self.used(*operand)),
            },
            Expr::Narrow { value, ty } => match self.shown(*value, *ty) {
                Some(shape) => Op::Typed {
                    value: self.used(*value),
                    shape,
                },
                // Never evaluated: what uses it uses the value.
                None => self.constant(Value::Null),
            },
            Expr::As { value } => Op::As {
                value: self.used(*value),
                check: self.check_of(id),
            },
            Expr::Is { value, ty } => {
                let declared = Declared::of(&mut self.types, *ty).present();
                Op::Is {
                    value: self.used(*value),
                    check: self.check(&declared),
                }
            }
            Expr::If {
                condition,
                then,
                otherwise,
            } => Op::If {
                condition: self.used(*condition),
                then: self.used(*then),
                otherwise: self.used(*otherwise),
            },
            Expr::Match { value, arms } => {
                let start = self.plan.arms.len() as u32;
                for arm in arms {
                    let tests = arm.tests.iter().map(|test| self.test(test)).collect();
                    let arm = Arm {
                        tests,
                        binding: arm.binding.map(|local| local.0),
                        guard: arm.guard.map(|guard| self.used(guard)),
                        value: self.used(arm.value),
                    };
                    self.plan.arms.push(arm);
                }
                Op::Match {
                    value: self.used(*value),
                    arms: Slice {
                        start,
                        len: arms.len() as u32,
                    },
                }
            }
            Expr::Tuple(items) => match self.values(items) {
                Some(values) => {
                    let run = self.world.add_run(&values);
                    self.constant(Value::Tuple(run))
                }
                None => Op::Tuple(self.args(items.iter().copied())),
            },
            Expr::List(items) => match self.values(items) {
                Some(values) => {
                    let run = self.world.add_run(&values);
                    self.constant(Value::List(run))
                }
                None => Op::List(self.args(items.iter().copied())),
            },
            Expr::Set(items) => match self.values(items) {
                Some(mut values) => {
                    sort_set(&self.world, &mut values);
                    let run = self.world.add_run(&values);
                    self.constant(Value::Set(run))
                }
                None => Op::Set {
                    items: self.args(items.iter().copied()),
                    element: self.element_shape(id),
                },
            },
            Expr::Map(pairs) => Op::Map(self.args(pairs.iter().flat_map(|(key, value)| [*key, *value]))),
            Expr::Record(fields) => self.record(fields),
            Expr::Comprehension {
                kind,
                clauses,
                key,
                head,
            } => {
                let comprehension = Comprehension {
                    kind: *kind,
                    clauses: self.clauses(clauses, true),
                    key: key.map(|key| self.used(key)),
                    head: self.used(*head),
                    shape: match kind {
                        ComprehensionKind::Set | ComprehensionKind::Min | ComprehensionKind::Max => {
                            let declared = self.declared(*head).present();
                            self.parts_shape(&declared)
                        }
                        _ => None,
                    },
                };
                self.plan.comprehensions.push(comprehension);
                Op::Comprehension((self.plan.comprehensions.len() as u32).saturating_sub(1))
            }
            Expr::Interpolate(parts) => Op::Interpolate(self.args(parts.iter().copied())),
        })
    }

    /// What is checked of the element that a builtin gives back; it is the next expression.
    fn element_check(&mut self, id: ExprId, builtin: Builtin) {
        if matches!(builtin, Builtin::ListFirst | Builtin::ListLast) {
            let check = self.check_of(id);
            let op = OpId(self.plan.ops.len() as u32);
            self.plan.element_checks.push((op, check));
        }
    }

    /// A builtin. What is made of a literal is made here, once.
    fn builtin(&mut self, builtin: Builtin, arguments: &[ExprId]) -> Result<Op, PlanError> {
        let literal = arguments.last().and_then(|last| match self.program.expr(*last) {
            Expr::Text(text) => Some((*last, *text)),
            _ => None,
        });
        if let Some((at, text)) = literal {
            match builtin {
                Builtin::TextCapture | Builtin::Regex => self.compile(at, text)?,
                _ => {}
            }
            let made = builtins::opaque::made_by(builtin);
            if let Some(opaque) = made
                && opaque.parse(self.program.string(text)).is_some()
            {
                return Ok(self.constant(Value::Made(opaque, text.0)));
            }
        }
        #[cfg(not(feature = "yaml"))]
        if builtin == Builtin::YamlParse
            && let Some(argument) = arguments.first()
        {
            return Err(PlanError {
                span: self.span(*argument),
                reason: PlanErrorKind::Unsupported("this engine is built without its reader of YAML"),
            });
        }
        let wholes = self.of_arguments(builtin, arguments);
        Ok(Op::Builtin {
            builtin,
            wholes,
            args: self.args(arguments.iter().copied()),
        })
    }

    /// Compiles a pattern, once.
    fn compile(&mut self, at: ExprId, text: ir::StringId) -> Result<(), PlanError> {
        let text = self.program.string(text);
        if self.plan.patterns.contains_key(text) {
            return Ok(());
        }
        let regex = Regex::new(text).map_err(|message| PlanError {
            span: self.span(at),
            reason: PlanErrorKind::Pattern(message),
        })?;
        self.plan.patterns.insert(text.into(), regex);
        Ok(())
    }

    /// A literal document. It becomes one of the plan's documents.
    fn document(
        &mut self,
        format: DocumentFormat,
        text: StringId,
        content: Span,
    ) -> Result<Value, PlanError> {
        let document = literal(format, self.program.string(text)).map_err(|error| PlanError {
            span: content,
            reason: PlanErrorKind::Literal {
                offset: error.offset,
                message: error.message,
            },
        })?;
        let doc = DocId(self.plan.documents.len() as u32);
        let root = document.root();
        self.plan.documents.push(Arc::new(document));
        self.plan.literals.push((format, text.0));
        Ok(Value::Node(crate::value::NodeRef { doc, node: root }))
    }

    fn values(&self, items: &[ExprId]) -> Option<Vec<Value>> {
        items.iter().map(|item| self.value_of(*item)).collect()
    }

    /// A record: a map whose keys are constant; ordered by key here, so that none is sorted later.
    fn record(&mut self, fields: &[(ir::StringId, ExprId)]) -> Op {
        let mut fields = fields.to_vec();
        let program = self.program;
        fields.sort_by(|a, b| program.string(a.0).cmp(program.string(b.0)));
        let values: Option<Vec<Value>> = fields
            .iter()
            .map(|(name, value)| Some([Value::Text(name.0), self.value_of(*value)?]))
            .collect::<Option<Vec<[Value; 2]>>>()
            .map(|pairs| pairs.concat());
        if let Some(values) = values {
            let run = self.world.add_run(&values);
            return self.constant(Value::Map(run));
        }
        let start = self.plan.record_fields.len() as u32;
        for (name, value) in &fields {
            let value = self.used(*value);
            self.plan.record_fields.push((Value::Text(name.0), value));
        }
        Op::Record(Slice {
            start,
            len: fields.len() as u32,
        })
    }

    fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Result<Op, PlanError> {
        let is_null = |id: ExprId| matches!(self.program.expr(id), Expr::Null);
        let (left_null, right_null) = (is_null(left), is_null(right));
        let (l, r) = (self.used(left), self.used(right));
        Ok(match op {
            BinaryOp::And => Op::And(l, r),
            BinaryOp::Or => Op::Or(l, r),
            BinaryOp::Coalesce => Op::Coalesce(l, r),
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let negated = op == BinaryOp::NotEqual;
                if right_null {
                    Op::Absent { value: l, negated }
                } else if left_null {
                    Op::Absent { value: r, negated }
                } else {
                    Op::Equal {
                        left: l,
                        right: r,
                        negated,
                        wholes: self.both(left, right),
                    }
                }
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => Op::Order {
                op,
                left: l,
                right: r,
            },
            BinaryOp::In | BinaryOp::NotIn => Op::In {
                value: l,
                container: r,
                negated: op == BinaryOp::NotIn,
                wholes: self.membership(left, right),
            },
            BinaryOp::Like => Op::Like { text: l, pattern: r },
            BinaryOp::Matches => {
                if let Expr::Text(text) = self.program.expr(right) {
                    self.compile(right, *text)?;
                }
                Op::Matches { text: l, pattern: r }
            }
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Remainder => Op::Arithmetic {
                op,
                left: l,
                right: r,
                wholes: self.of_sets(left, right),
            },
        })
    }

    fn test(&mut self, test: &ArmTest) -> Test {
        match test {
            ArmTest::Always => Test::Always,
            ArmTest::Null => Test::Null,
            ArmTest::Bool(value) => Test::Equal(Value::Bool(*value)),
            ArmTest::Int(value) => Test::Equal(Value::Int(*value)),
            ArmTest::Text(text) => Test::Equal(Value::Text(text.0)),
            ArmTest::Type(ty) => {
                let declared = Declared::of(&mut self.types, *ty).present();
                Test::Type(self.check(&declared))
            }
        }
    }

    /// Right of `in`, a list that stands for a set is asked as it lies: nothing is ordered for one
    /// question. Only where nothing else uses the same expression.
    fn keep_raw_sets(&mut self) {
        for index in 0..self.plan.ops.len() {
            let Some(Op::In { container, .. }) = self.plan.ops.get(index).copied() else {
                continue;
            };
            let mut stack = vec![container];
            while let Some(id) = stack.pop() {
                if self.uses.get(id.0 as usize) != Some(&1) {
                    continue;
                }
                match self.plan.op(id) {
                    Some(Op::Coalesce(left, right)) => stack.extend([left, right]),
                    Some(Op::Field(field)) => {
                        if let Some(field) = self.plan.fields.get_mut(field as usize)
                            && self.plan.checks.get(field.check).is_some_and(Check::lies_as_set)
                        {
                            field.convert = false;
                        }
                    }
                    Some(Op::Index(index)) => {
                        if let Some(index) = self.plan.indices.get_mut(index as usize)
                            && self.plan.checks.get(index.check).is_some_and(Check::lies_as_set)
                        {
                            index.convert = false;
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}
