//! The syntax tree: what was written, with spans. Plain data; it knows no names, no types, no values.
//!
//! Text is borrowed from the source. Comments are not in the tree: the lexer keeps them aside
//! ([`crate::syntax::Parsed::comments`]). The depth of expressions, types and patterns is at most
//! [`crate::syntax::MAX_DEPTH`]: the parser replaces what nests deeper by [`ExprKind::Error`],
//! so that every walk of a tree may recurse.
#![expect(missing_docs, reason = "the syntax shown on a variant names its fields")]

use alloc::{borrow::Cow, boxed::Box, vec::Vec};

use crate::{
    span::Span,
    syntax::operator::{BinaryOp, UnaryOp},
};

/// A name with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'s> {
    /// The text of the name.
    pub text: &'s str,
    /// Where.
    pub span: Span,
}

/// Names joined by dots: `k8s.pod_security.baseline`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'s> {
    /// At least one.
    pub names: Vec<Name<'s>>,
    /// All of it.
    pub span: Span,
}

/// One file.
#[derive(Clone, Debug)]
pub struct File<'s> {
    /// The path after `package`; `None` where that line is missing or broken (a diagnostic says so).
    pub package: Option<Path<'s>>,
    /// The items that could be parsed, in source order.
    pub items: Vec<Item<'s>>,
    /// Names that stand in what could not be parsed, where they may have been declared: that they are
    /// unknown elsewhere follows from that mistake.
    pub lost: Vec<&'s str>,
    /// Whether there is an error in it: then it may say other than what was meant.
    pub broken: bool,
}

/// A declaration with its documentation and annotations.
#[derive(Clone, Debug)]
pub struct Item<'s> {
    /// The `///` lines above, each without the slashes and one space.
    pub docs: Vec<&'s str>,
    /// `@severity("high")` and so on.
    pub annotations: Vec<Annotation<'s>>,
    /// What is declared.
    pub kind: ItemKind<'s>,
    /// From its first keyword to its end; documentation and annotations not included.
    pub span: Span,
}

/// `@name(arguments)`.
#[derive(Clone, Debug)]
pub struct Annotation<'s> {
    /// The name after `@`.
    pub name: Name<'s>,
    /// Positional and named arguments.
    pub arguments: Vec<AnnotationArgument<'s>>,
    /// All of it.
    pub span: Span,
}

/// One argument of an annotation.
#[derive(Clone, Debug)]
pub struct AnnotationArgument<'s> {
    /// The name before `=`, if any.
    pub name: Option<Name<'s>>,
    /// The value.
    pub value: Expr<'s>,
}

/// The kinds of declarations.
#[derive(Clone, Debug)]
pub enum ItemKind<'s> {
    /// `import a.b [as c]`
    Import { path: Path<'s>, alias: Option<Name<'s>> },
    /// `import schema "file.json" as Name`
    ImportSchema {
        kind: Name<'s>,
        file: Text<'s>,
        alias: Name<'s>,
    },
    /// `input name: T`
    Input { name: Name<'s>, ty: Type<'s> },
    /// `data name: T [= e]`
    Data {
        name: Name<'s>,
        ty: Type<'s>,
        default: Option<Expr<'s>>,
    },
    /// `default allow` or `default deny`
    Default { allow: bool, span: Span },
    /// `type Name = T`
    Type { name: Name<'s>, ty: Type<'s> },
    /// `let name [: T] = e`
    Let {
        name: Name<'s>,
        ty: Option<Type<'s>>,
        value: Expr<'s>,
    },
    /// `fn name(p: T, …) [-> T] = e` or with clauses
    Fn {
        name: Name<'s>,
        params: Vec<Param<'s>>,
        result: Option<Type<'s>>,
        body: FnBody<'s>,
    },
    /// `[audit] rule name { … }`
    Rule {
        name: Name<'s>,
        audit: bool,
        body: Body<'s>,
    },
    /// `relation name(p: T, …) { … }`
    Relation {
        name: Name<'s>,
        params: Vec<Param<'s>>,
        body: Body<'s>,
    },
    /// `test "title" { … }`
    Test {
        title: Text<'s>,
        clauses: Vec<TestClause<'s>>,
    },
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Param<'s> {
    /// Its name.
    pub name: Name<'s>,
    /// Its declared type.
    pub ty: Type<'s>,
}

/// What a function does.
#[derive(Clone, Debug)]
pub enum FnBody<'s> {
    /// `= e`
    Expr(Expr<'s>),
    /// `{ clauses yield e }`
    Clauses(Body<'s>),
}

/// Clauses and effects between braces, as written; the checker says whether they fit the item.
#[derive(Clone, Debug)]
pub struct Body<'s> {
    /// In source order.
    pub steps: Vec<Step<'s>>,
    /// With the braces.
    pub span: Span,
}

/// A clause or an effect.
#[derive(Clone, Debug)]
pub struct Step<'s> {
    /// Which.
    pub kind: StepKind<'s>,
    /// From the keyword to the end.
    pub span: Span,
}

/// Clauses and effects.
#[derive(Clone, Debug)]
pub enum StepKind<'s> {
    /// `given x = e`
    Given { name: Name<'s>, value: Expr<'s> },
    /// `for p in e, q in f`
    For { generators: Vec<Generator<'s>> },
    /// `let p = e`
    Let { pattern: Pattern<'s>, value: Expr<'s> },
    /// `when e`
    When { condition: Expr<'s> },
    /// `unless e`
    Unless { condition: Expr<'s> },
    /// `deny m [at p, …]` and `warn m [at p, …]`
    Finding {
        deny: bool,
        message: Expr<'s>,
        places: Vec<Place<'s>>,
    },
    /// `allow`
    Allow,
    /// `yield e`
    Yield { value: Expr<'s> },
    /// `fix set p = e` and `mutate set p = e`; the action is one of set, add, remove (the checker says).
    Edit {
        mutate: bool,
        action: Name<'s>,
        place: Box<Place<'s>>,
        value: Option<Box<Expr<'s>>>,
    },
    /// Something that did not parse; a diagnostic stands for it.
    Error,
}

/// `p in e`
#[derive(Clone, Debug)]
pub struct Generator<'s> {
    /// What each element is bound to.
    pub pattern: Pattern<'s>,
    /// What is walked.
    pub source: Expr<'s>,
}

/// What a value is bound to: a name (`_` binds nothing), or a tuple of patterns.
#[derive(Clone, Debug)]
pub enum Pattern<'s> {
    /// A name.
    Name(Name<'s>),
    /// `(a, b)`: at least two.
    Tuple(Vec<Pattern<'s>>, Span),
}

/// A name followed by fields and indices.
#[derive(Clone, Debug)]
pub struct Place<'s> {
    /// The name it starts from.
    pub root: Name<'s>,
    /// Fields and indices.
    pub steps: Vec<PlaceStep<'s>>,
    /// All of it.
    pub span: Span,
}

/// A step of a place; `?.` and `?[` are read as `.` and `[`.
#[derive(Clone, Debug)]
pub enum PlaceStep<'s> {
    /// `.f`
    Field(Name<'s>),
    /// `[e]`
    Index(Expr<'s>),
}

/// A clause of a test.
#[derive(Clone, Debug)]
pub struct TestClause<'s> {
    /// Which.
    pub kind: TestClauseKind<'s>,
    /// All of it.
    pub span: Span,
}

/// Clauses of a test.
#[derive(Clone, Debug)]
pub enum TestClauseKind<'s> {
    /// `with a.b = e`
    With { target: Path<'s>, value: Expr<'s> },
    /// `for p in e`
    For { generators: Vec<Generator<'s>> },
    /// `let p = e`
    Let { pattern: Pattern<'s>, value: Expr<'s> },
    /// `expect allow`
    ExpectAllow,
    /// `expect [no] deny|warn|error|mutate [rule] [at "/p"]`
    ExpectFinding {
        no: bool,
        effect: ExpectedEffect,
        rule: Option<Path<'s>>,
        at: Option<Text<'s>>,
    },
    /// `expect e`
    ExpectExpr(Expr<'s>),
    /// Something that did not parse.
    Error,
}

/// What a test may expect of rules: findings, and changes of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedEffect {
    /// `deny`
    Deny,
    /// `warn`
    Warn,
    /// `error`
    Error,
    /// `mutate`
    Mutate,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct Type<'s> {
    /// Which.
    pub kind: TypeKind<'s>,
    /// All of it.
    pub span: Span,
    /// 1 + the depth of the deepest part.
    pub depth: u16,
}

/// The kinds of types.
#[derive(Clone, Debug)]
pub enum TypeKind<'s> {
    /// A basic type by its lower-case name: `bool int float string any quantity …`
    Basic(Name<'s>),
    /// `Name` or `pkg.Name`
    Named(Path<'s>),
    /// `"Always"`
    Text(Text<'s>),
    /// `42`
    Int(i64),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `[T]`
    List(Box<Type<'s>>),
    /// `{T}`
    Set(Box<Type<'s>>),
    /// `{[K]: V}`
    Map(Box<Type<'s>>, Box<Type<'s>>),
    /// `{a: T, "b-c": U}`, and `{}`
    Record(Vec<(Key<'s>, Type<'s>)>),
    /// `(A, B)`
    Tuple(Vec<Type<'s>>),
    /// `T?`
    Optional(Box<Type<'s>>),
    /// `A | B`: at least two
    Union(Vec<Type<'s>>),
    /// Something that did not parse.
    Error,
}

/// A field name in a record, or a key text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key<'s> {
    /// The text of the key.
    pub text: Cow<'s, str>,
    /// Where.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr<'s> {
    /// Which.
    pub kind: ExprKind<'s>,
    /// All of it.
    pub span: Span,
    /// 1 + the depth of the deepest operand.
    pub depth: u16,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind<'s> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `42`
    Int(i64),
    /// `1.5`
    Float(f64),
    /// `"text {e}"`, `"""block"""`
    Text(Text<'s>),
    /// `r"…"`
    Raw(Cow<'s, str>),
    /// `yaml"""…"""`, `json"""…"""`: the text between the quotes, dedented
    Document {
        format: DocumentFormat,
        text: Cow<'s, str>,
        content: Span,
    },
    /// A name: local, parameter, let, input, data, package alias or builtin namespace.
    Name(&'s str),
    /// `e.f`, `e?.f`
    Field {
        base: Box<Expr<'s>>,
        field: Name<'s>,
        optional: bool,
    },
    /// `e[i]`, `e?[i]`
    Index {
        base: Box<Expr<'s>>,
        index: Box<Expr<'s>>,
        optional: bool,
    },
    /// `f(a, b)`
    Call {
        callee: Box<Expr<'s>>,
        arguments: Vec<Expr<'s>>,
    },
    /// `any(e for p in xs …)`
    Aggregate {
        callee: Box<Expr<'s>>,
        comprehension: Box<Comprehension<'s>>,
    },
    /// `a + b`, `a and b`, `a in b` …
    Binary {
        op: BinaryOp,
        left: Box<Expr<'s>>,
        right: Box<Expr<'s>>,
        op_span: Span,
    },
    /// `not a`, `-a`
    Unary { op: UnaryOp, operand: Box<Expr<'s>> },
    /// `e is T`
    Is { value: Box<Expr<'s>>, ty: Box<Type<'s>> },
    /// `if c then a else b`
    If {
        condition: Box<Expr<'s>>,
        then: Box<Expr<'s>>,
        otherwise: Box<Expr<'s>>,
    },
    /// `match e { … }`
    Match {
        value: Box<Expr<'s>>,
        arms: Vec<Arm<'s>>,
    },
    /// `(a, b)`
    Tuple(Vec<Expr<'s>>),
    /// `(e)`: kept, because it decides whether `??` beside an operator is allowed
    Paren(Box<Expr<'s>>),
    /// `[a, b]`
    List(Vec<Expr<'s>>),
    /// `{a, b}`
    Set(Vec<Expr<'s>>),
    /// `{}`: the empty set, map or record
    EmptyBraces,
    /// `{a: 1, "b-c": 2, [k]: v}`
    Object(Vec<Pair<'s>>),
    /// `[e for …]`
    ListComprehension(Box<Comprehension<'s>>),
    /// `{e for …}`
    SetComprehension(Box<Comprehension<'s>>),
    /// `{[k]: v for …}`
    MapComprehension {
        key: Box<PairKey<'s>>,
        comprehension: Box<Comprehension<'s>>,
    },
    /// Something that did not parse, or nests too deeply.
    Error,
}

/// The languages of document literals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentFormat {
    /// `yaml"""…"""`
    Yaml,
    /// `json"""…"""`
    Json,
}

/// `head for p in xs clauses…`
#[derive(Clone, Debug)]
pub struct Comprehension<'s> {
    /// What each round gives (the value, for a map).
    pub head: Expr<'s>,
    /// `for` first, then any of `for given let when unless`.
    pub steps: Vec<Step<'s>>,
}

/// A pair of an object.
#[derive(Clone, Debug)]
pub struct Pair<'s> {
    /// Its key.
    pub key: PairKey<'s>,
    /// Its value.
    pub value: Expr<'s>,
}

/// A key of an object.
#[derive(Clone, Debug)]
pub enum PairKey<'s> {
    /// `a` or `"b-c"`
    Literal(Key<'s>),
    /// `[e]`
    Computed(Expr<'s>),
}

/// An arm of a `match`.
#[derive(Clone, Debug)]
pub struct Arm<'s> {
    /// At least one, joined by `|`.
    pub patterns: Vec<ArmPattern<'s>>,
    /// `when e`
    pub guard: Option<Expr<'s>>,
    /// After `=>`.
    pub value: Expr<'s>,
    /// All of it.
    pub span: Span,
}

/// A pattern of an arm.
#[derive(Clone, Debug)]
pub struct ArmPattern<'s> {
    /// Which.
    pub kind: ArmPatternKind<'s>,
    /// Where.
    pub span: Span,
}

/// The kinds of patterns.
#[derive(Clone, Debug)]
pub enum ArmPatternKind<'s> {
    /// `"text"`
    Text(Cow<'s, str>),
    /// `42`, `-1`
    Int(i64),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `k8s.Pod`
    Type(Path<'s>),
    /// `_`, a name that binds the value, or a basic type (`string`)
    Name(&'s str),
}

/// A text with its interpolations.
#[derive(Clone, Debug)]
pub struct Text<'s> {
    /// In order; adjacent literals are joined.
    pub parts: Vec<TextPart<'s>>,
    /// With the quotes.
    pub span: Span,
}

/// A part of a text.
#[derive(Clone, Debug)]
pub enum TextPart<'s> {
    /// Literal text, escapes resolved.
    Literal(Cow<'s, str>),
    /// `{e}`
    Expr(Box<Expr<'s>>),
}

impl Text<'_> {
    /// The text, where nothing is interpolated.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [TextPart::Literal(text)] => Some(text),
            _ => None,
        }
    }
}

impl Pattern<'_> {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Pattern::Name(name) => name.span,
            Pattern::Tuple(_, span) => *span,
        }
    }
}
