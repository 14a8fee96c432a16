//! The intermediate representation: a checked policy as plain data. It is what a policy *means*; the
//! plan (in `engine`) is what runs.
//!
//! - All expressions lie in one arena ([`Program::exprs`]), each with its type and its span; children
//!   come before parents, so the arena is acyclic by construction.
//! - Every optional step is explicit: in `a?.b.c` both steps are [`Expr::Field`] with `optional: true`,
//!   because the second is reached only where the first was present.
//! - Names are resolved: locals are slots of the frame of their rule, function or `let`; no slot is
//!   used twice in one frame.
//! - Every expression has its *declared* type ([`Program::expr_types`]): that of the field, parameter or
//!   declaration, whatever a condition before it has shown. Where a condition has shown more than mere
//!   presence, the use is wrapped in [`Expr::Narrow`]; presence alone leaves no trace. So a field whose
//!   declared type is optional may be absent in any document, even where the expression is used as present.
//! - A value read from a document whose shape contradicts its declared type is a fault of kind `type`
//!   where it is read.

use alloc::{boxed::Box, string::String, vec::Vec};

use crate::{
    builtin::Builtin,
    span::Span,
    syntax::{
        ast::DocumentFormat,
        operator::{BinaryOp, UnaryOp},
    },
    types::{TypeId, Types},
};

pub mod print;
pub mod test;
pub mod uses;
pub mod verify;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into its table.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

ids! {
    /// An expression; an index into [`Program::exprs`].
    ExprId;
    /// A slot in the frame of a rule, function or `let`.
    LocalId;
    /// An input; an index into [`Program::inputs`].
    InputId;
    /// A datum; an index into [`Program::data`].
    DataId;
    /// A package-level `let`; an index into [`Program::lets`].
    LetId;
    /// A function; an index into [`Program::functions`].
    FunctionId;
    /// A relation; an index into [`Program::relations`].
    RelationId;
    /// A package; an index into [`Program::packages`].
    PackageId;
    /// A text of the program; an index into [`Program::strings`].
    StringId;
}

/// A checked policy: every package that is selected or reached from one that is.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Names of source files, by [`crate::FileId`]; findings point into them.
    pub files: Vec<FileInfo>,
    /// Packages by path.
    pub packages: Vec<Package>,
    /// Inputs by name, of all selected packages and what they use.
    pub inputs: Vec<Input>,
    /// Data by full name.
    pub data: Vec<Data>,
    /// Package-level `let`s, each after those it reads.
    pub lets: Vec<Let>,
    /// The `@output` `let`s of the selected packages, by full name.
    pub outputs: Vec<LetId>,
    /// Functions, each after those it calls.
    pub functions: Vec<Function>,
    /// Relations, as they were declared.
    pub relations: Vec<Relation>,
    /// The rules of the selected packages, in contract order: by package path, then by name.
    pub rules: Vec<Rule>,
    /// The tests of the selected packages, by file and place.
    pub tests: Vec<test::Test>,
    /// The `let` that was made of the expression that the host asks for.
    pub query: Option<LetId>,
    /// All expressions; children before parents.
    pub exprs: Vec<Expr>,
    /// The type of each expression.
    pub expr_types: Vec<TypeId>,
    /// Where each expression was written.
    pub expr_spans: Vec<Span>,
    /// Texts: field names and literals, each once.
    pub strings: Vec<Box<str>>,
    /// The types of expressions, inputs and data.
    pub types: Types,
}

/// What findings need of a source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileInfo {
    /// The name shown.
    pub name: String,
    /// The byte at which each line begins.
    pub lines: Vec<u32>,
}

/// A package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its path (`k8s.pod_security.baseline`).
    pub path: String,
    /// Whether its rules are in force.
    pub selected: bool,
    /// Whether it is in force, or needed by one that is: only then its data must be given.
    pub reached: bool,
    /// The package that it is an instance of.
    pub instance_of: Option<String>,
    /// Whether it says `default deny`.
    pub default_deny: bool,
}

/// A declared input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name (`request`).
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// Where it is declared first.
    pub span: Span,
}

/// A declared datum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Its full name (`k8s.pod_security.version`).
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// Its default; reads no input.
    pub default: Option<ExprId>,
    /// Slots that the default needs.
    pub locals: u32,
    /// Where it is declared.
    pub span: Span,
}

/// A package-level `let`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Let {
    /// Its full name.
    pub name: String,
    /// Its value; evaluated at most once a decision.
    pub value: ExprId,
    /// Slots that the value needs.
    pub locals: u32,
    /// Whether its value depends on an input.
    pub reads_input: bool,
}

/// A function. It calls only functions before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its full name.
    pub name: String,
    /// Its parameters: the first slots of its frame.
    pub params: u32,
    /// Their types.
    pub param_types: Vec<TypeId>,
    /// All slots of its frame.
    pub locals: u32,
    /// Its result.
    pub body: ExprId,
}

/// A relation: the rows that its blocks yield, each once.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Its full name.
    pub name: String,
    /// The type of each column. A row of one column is the value itself, else a tuple.
    pub columns: Vec<TypeId>,
    /// What yields its rows.
    pub blocks: Vec<Block>,
    /// Whether its rows depend on an input.
    pub reads_input: bool,
    /// Relations that need one another have the same stratum; all others that it needs a lower one.
    pub stratum: u32,
    /// Where it is declared first.
    pub span: Span,
}

/// A block of a relation.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its clauses, in source order.
    pub clauses: Vec<Clause>,
    /// The row that each round gives.
    pub value: ExprId,
    /// Slots of its frame.
    pub locals: u32,
}

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleSeverity {
    /// For information.
    Info,
    /// Low.
    Low,
    /// Medium: where a rule states none.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl RuleSeverity {
    /// All, mildest first.
    pub const ALL: &[Self] = &[Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// As written in `@severity` and in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its package.
    pub package: PackageId,
    /// Its full name: package path and name.
    pub name: String,
    /// The first line of its documentation.
    pub title: String,
    /// The rest of its documentation.
    pub description: String,
    /// `@severity`.
    pub severity: RuleSeverity,
    /// `@controls`: framework and the ids there, in source order.
    pub controls: Vec<(String, Vec<String>)>,
    /// `@aliases`: `source:id`.
    pub aliases: Vec<String>,
    /// Where the name stands.
    pub span: Span,
    /// An `audit rule`: decided about data alone, no part of a decision on a request.
    pub audit: bool,
    /// Its clauses, in source order.
    pub clauses: Vec<Clause>,
    /// What it does where all clauses hold.
    pub effect: Effect,
    /// Slots of its frame.
    pub locals: u32,
}

/// A clause.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Which.
    pub kind: ClauseKind,
    /// Where.
    pub span: Span,
}

/// The kinds of clauses.
#[derive(Clone, Debug)]
pub enum ClauseKind {
    /// Go on only if the value is present, and bind it.
    Given {
        /// The slot.
        local: LocalId,
        /// An optional value.
        value: ExprId,
    },
    /// Once per element.
    For {
        /// What each element is bound to; `(k, v)` for maps and records.
        pattern: Pattern,
        /// A list, set, map, record or `any`.
        source: ExprId,
    },
    /// Bind.
    Let {
        /// What the value is bound to.
        pattern: Pattern,
        /// The value; may be absent.
        value: ExprId,
    },
    /// Go on only if the value is true.
    When(ExprId),
    /// Go on only if the value is false.
    Unless(ExprId),
}

/// What a value is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `_`
    Ignore,
    /// A slot.
    Bind(LocalId),
    /// A tuple, or key and value of a map's member.
    Tuple(Vec<Pattern>),
}

/// What a rule does.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Which.
    pub kind: EffectKind,
    /// Where it stands.
    pub span: Span,
    /// The message of `deny` and `warn`: a text.
    pub message: Option<ExprId>,
    /// The places after `at`: the first is the finding's own, the others are related.
    pub places: Vec<Place>,
    /// `fix` clauses, or the one `mutate`.
    pub edits: Vec<Edit>,
    /// Slots bound by `for` and `given`, innermost last: where a finding without a place of its own is reported.
    pub anchors: Vec<LocalId>,
}

/// The kinds of effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectKind {
    /// The request is not allowed.
    Deny,
    /// The request is allowed, and should be mended.
    Warn,
    /// In a `default deny` package: the request is allowed.
    Allow,
    /// The object is changed.
    Mutate,
}

/// A place in input or data: a value and the steps from it, which may be absent.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it starts: a local, an input, a datum or a `let`. A local bound by `let` to a pure path
    /// is replaced by that path.
    pub root: ExprId,
    /// Steps from there.
    pub steps: Vec<PlaceStep>,
    /// Where it is written.
    pub span: Span,
}

/// A step of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceStep {
    /// A field.
    Field(StringId),
    /// An index or a key.
    Index(ExprId),
}

/// An edit of the input's tree.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What is done there.
    pub action: EditAction,
    /// Where.
    pub place: Place,
    /// The new value, or the element appended; none for `remove`.
    pub value: Option<ExprId>,
}

/// The kinds of edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EditAction {
    /// Set the value, making missing parents.
    Set,
    /// Append to a list, made if missing.
    Add,
    /// Remove, if present.
    Remove,
}

/// An expression.
#[derive(Clone, Debug)]
pub enum Expr {
    /// Absent.
    Null,
    /// A constant.
    Bool(bool),
    /// A constant.
    Int(i64),
    /// A constant; finite.
    Float(f64),
    /// A constant.
    Text(StringId),
    /// A literal document: its text, which the engine reads. The content is where the text stands in
    /// the source, indentation included.
    Document {
        /// Its language.
        format: DocumentFormat,
        /// The text, without indentation.
        text: StringId,
        /// Between the quotes.
        content: Span,
    },
    /// A slot.
    Local(LocalId),
    /// An input.
    Input(InputId),
    /// A datum.
    Data(DataId),
    /// A package-level `let`.
    Let(LetId),
    /// A relation: the set of its rows.
    Relation(RelationId),
    /// A field of a record, a map or `any`; absent where it is missing or null.
    Field {
        /// The record.
        base: ExprId,
        /// The field's name.
        name: StringId,
        /// Whether the base may be absent; then so is the result.
        optional: bool,
    },
    /// An element of a list, or the value of a key; absent where there is none.
    Index {
        /// The list, map or `any`.
        base: ExprId,
        /// The index or key.
        index: ExprId,
        /// Whether the base may be absent.
        optional: bool,
    },
    /// A function.
    Call {
        /// Which.
        function: FunctionId,
        /// One value a parameter.
        arguments: Vec<ExprId>,
    },
    /// A builtin function or method (the receiver first).
    Builtin {
        /// Which.
        builtin: Builtin,
        /// Its arguments.
        arguments: Vec<ExprId>,
    },
    /// An operator; `and`, `or` and `??` evaluate the right side only where it is needed.
    Binary {
        /// Which.
        op: BinaryOp,
        /// Left side.
        left: ExprId,
        /// Right side.
        right: ExprId,
    },
    /// An operator.
    Unary {
        /// Which.
        op: UnaryOp,
        /// The operand.
        operand: ExprId,
    },
    /// Whether the value is of the type: for a record type, all its literal-typed fields hold.
    Is {
        /// The value; may be absent, then the result is false.
        value: ExprId,
        /// The type.
        ty: TypeId,
    },
    /// The value itself, which a condition before has shown to be of the type (by `is`, a `match` arm,
    /// or a literal field of a closed union). Nothing is tested.
    Narrow {
        /// The value.
        value: ExprId,
        /// What it is known to be; optional where it may still be absent.
        ty: TypeId,
    },
    /// An `any` that is used as what the type of the expression says: as a parameter, as the value of a `let`, as
    /// the result of a function. That is tested when it runs.
    As {
        /// The value.
        value: ExprId,
    },
    /// One of two values.
    If {
        /// A `bool`.
        condition: ExprId,
        /// Where it is true.
        then: ExprId,
        /// Where it is false.
        otherwise: ExprId,
    },
    /// The first arm that fits.
    Match {
        /// The value; may be absent.
        value: ExprId,
        /// Arms in source order; the checker has shown that one fits.
        arms: Vec<Arm>,
    },
    /// A tuple.
    Tuple(Vec<ExprId>),
    /// A list.
    List(Vec<ExprId>),
    /// A set.
    Set(Vec<ExprId>),
    /// A map; a later pair with an equal key is an error.
    Map(Vec<(ExprId, ExprId)>),
    /// A record.
    Record(Vec<(StringId, ExprId)>),
    /// Clauses, and what each round that passes them gives.
    Comprehension {
        /// What is made of the rounds.
        kind: ComprehensionKind,
        /// Clauses in source order.
        clauses: Vec<Clause>,
        /// The key of a map.
        key: Option<ExprId>,
        /// The value of a round.
        head: ExprId,
    },
    /// A text from parts: constants, and values printed as they are written.
    Interpolate(Vec<ExprId>),
}

/// What a comprehension makes of its rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComprehensionKind {
    /// A list of the values.
    List,
    /// A set of the values.
    Set,
    /// A map from key to value.
    Map,
    /// Whether one value is true; stops there.
    Any,
    /// Whether all values are true; stops at the first that is not.
    All,
    /// Whether no value is true; stops at the first that is.
    None,
    /// How many values are true.
    Count,
    /// The sum of numbers; 0 of none.
    Sum,
    /// The least value; absent of none.
    Min,
    /// The greatest value; absent of none.
    Max,
    /// The value of the only round, or absent: a function body without `for`.
    Yield,
}

/// An arm of a `match`.
#[derive(Clone, Debug)]
pub struct Arm {
    /// It fits where one of these does.
    pub tests: Vec<ArmTest>,
    /// The slot of the value, where the pattern is a name.
    pub binding: Option<LocalId>,
    /// A further condition.
    pub guard: Option<ExprId>,
    /// The result.
    pub value: ExprId,
}

/// A test of an arm.
#[derive(Clone, Debug, PartialEq)]
pub enum ArmTest {
    /// Always.
    Always,
    /// The value is absent.
    Null,
    /// Equal to a constant.
    Bool(bool),
    /// Equal to a constant.
    Int(i64),
    /// Equal to a constant.
    Text(StringId),
    /// As `is`.
    Type(TypeId),
}

impl Program {
    /// The expression; `Null` for an id of another program.
    pub fn expr(&self, id: ExprId) -> &Expr {
        self.exprs.get(id.index()).unwrap_or(&Expr::Null)
    }

    /// The type of an expression.
    pub fn type_of(&self, id: ExprId) -> TypeId {
        self.expr_types.get(id.index()).copied().unwrap_or(Types::ERROR)
    }

    /// The type of a field of a record.
    pub(crate) fn field(&mut self, record: TypeId, name: StringId) -> Option<TypeId> {
        let name = self.strings.get(name.index())?;
        self.types.field(record, name)
    }

    /// The text; empty for an id of another program.
    pub fn string(&self, id: StringId) -> &str {
        self.strings.get(id.index()).map_or("", |text| text)
    }

    /// Name and 1-based line of a span.
    pub fn file_line(&self, span: Span) -> (&str, u32) {
        self.files.get(span.file.0 as usize).map_or(("", 0), |file| {
            let line = file.lines.partition_point(|start| *start <= span.start);
            (file.name.as_str(), line as u32)
        })
    }
}

impl FileInfo {
    /// The name and the line starts of a text.
    pub fn new(name: &str, text: &str) -> Self {
        let mut lines = alloc::vec![0];
        lines.extend(text.match_indices('\n').map(|(at, _)| at as u32 + 1));
        Self {
            name: name.into(),
            lines,
        }
    }
}
