//! The names of what can be written, and where it occurs in a file.

use wardlaw_lang::syntax::{
    ast::{
        ArmPattern, ArmPatternKind, DocumentFormat, ExpectedEffect, Expr, ExprKind, File, FnBody, ItemKind,
        PairKey, Pattern, Place, PlaceStep, Step, StepKind, TestClauseKind, TextPart, Type, TypeKind,
    },
    visit::{self, Visitor},
};

use super::Family;

constructs! {
    /// Declarations.
    item, ITEMS: ItemKind<'_> {
        ItemKind::Import { alias: None, .. } => "import",
        ItemKind::Import { alias: Some(_), .. } => "import … as",
        ItemKind::ImportSchema { .. } => "import schema",
        ItemKind::Input { .. } => "input",
        ItemKind::Data { default: None, .. } => "data",
        ItemKind::Data { default: Some(_), .. } => "data = default",
        ItemKind::Default { allow: true, .. } => "default allow",
        ItemKind::Default { allow: false, .. } => "default deny",
        ItemKind::Type { .. } => "type",
        ItemKind::Let { ty: None, .. } => "let",
        ItemKind::Let { ty: Some(_), .. } => "let: T",
        ItemKind::Fn { body: FnBody::Expr(_), result: None, .. } => "fn =",
        ItemKind::Fn { body: FnBody::Expr(_), result: Some(_), .. } => "fn -> T =",
        ItemKind::Fn { body: FnBody::Clauses(_), result: None, .. } => "fn { yield }",
        ItemKind::Fn { body: FnBody::Clauses(_), result: Some(_), .. } => "fn -> T { yield }",
        ItemKind::Rule { audit: false, .. } => "rule",
        ItemKind::Rule { audit: true, .. } => "audit rule",
        ItemKind::Relation { .. } => "relation",
        ItemKind::Test { .. } => "test",
    }
}

constructs! {
    /// Clauses and effects.
    step, STEPS: StepKind<'_> {
        StepKind::Given { .. } => "given",
        StepKind::For { .. } => "for",
        StepKind::Let { .. } => "let",
        StepKind::When { .. } => "when",
        StepKind::Unless { .. } => "unless",
        StepKind::Finding { deny: true, .. } => "deny",
        StepKind::Finding { deny: false, .. } => "warn",
        StepKind::Allow => "allow",
        StepKind::Yield { .. } => "yield",
        StepKind::Edit { mutate: false, value: Some(_), .. } => "fix p = e",
        StepKind::Edit { mutate: false, value: None, .. } => "fix remove",
        StepKind::Edit { mutate: true, value: Some(_), .. } => "mutate p = e",
        StepKind::Edit { mutate: true, value: None, .. } => "mutate remove",
        StepKind::Error => "-",
    }
}

constructs! {
    /// What values are bound to.
    pattern, PATTERNS: Pattern<'_> {
        Pattern::Name(_) => "name",
        Pattern::Tuple(..) => "(a, b)",
    }
}

constructs! {
    /// Steps of places.
    place_step, PLACES: PlaceStep<'_> {
        PlaceStep::Field(_) => ".f",
        PlaceStep::Index(_) => "[e]",
    }
}

constructs! {
    /// Clauses of tests.
    test_clause, TESTS: TestClauseKind<'_> {
        TestClauseKind::With { .. } => "with",
        TestClauseKind::For { .. } => "for",
        TestClauseKind::Let { .. } => "let",
        TestClauseKind::ExpectAllow => "expect allow",
        TestClauseKind::ExpectFinding { no: false, effect: ExpectedEffect::Deny, .. } => "expect deny",
        TestClauseKind::ExpectFinding { no: false, effect: ExpectedEffect::Warn, .. } => "expect warn",
        TestClauseKind::ExpectFinding { no: false, effect: ExpectedEffect::Error, .. } => "expect error",
        TestClauseKind::ExpectFinding { no: false, effect: ExpectedEffect::Mutate, .. } => "expect mutate",
        TestClauseKind::ExpectFinding { no: true, effect: ExpectedEffect::Deny, .. } => "expect no deny",
        TestClauseKind::ExpectFinding { no: true, effect: ExpectedEffect::Warn, .. } => "expect no warn",
        TestClauseKind::ExpectFinding { no: true, effect: ExpectedEffect::Error, .. } => "expect no error",
        TestClauseKind::ExpectFinding { no: true, effect: ExpectedEffect::Mutate, .. } => "expect no mutate",
        TestClauseKind::ExpectExpr(_) => "expect e",
        TestClauseKind::Error => "-",
    }
}

constructs! {
    /// Types.
    type_kind, TYPES: TypeKind<'_> {
        TypeKind::Basic(_) => "-",
        TypeKind::Named(_) => "Name",
        TypeKind::Text(_) => "\"text\"",
        TypeKind::Int(_) => "42",
        TypeKind::Bool(_) => "true",
        TypeKind::Null => "null",
        TypeKind::List(_) => "[T]",
        TypeKind::Set(_) => "{T}",
        TypeKind::Map(..) => "{[K]: V}",
        TypeKind::Record(_) => "{a: T}",
        TypeKind::Tuple(_) => "(A, B)",
        TypeKind::Optional(_) => "T?",
        TypeKind::Union(_) => "A | B",
        TypeKind::Error => "-",
    }
}

constructs! {
    /// Expressions.
    expr, EXPRS: ExprKind<'_> {
        ExprKind::Null => "null",
        ExprKind::Bool(_) => "true",
        ExprKind::Int(_) => "42",
        ExprKind::Float(_) => "1.5",
        ExprKind::Text(_) => "\"text\"",
        ExprKind::Raw(_) => "r\"raw\"",
        ExprKind::Document { format: DocumentFormat::Yaml, .. } => "yaml\"\"\"",
        ExprKind::Document { format: DocumentFormat::Json, .. } => "json\"\"\"",
        ExprKind::Name(_) => "name",
        ExprKind::Field { optional: false, .. } => "e.f",
        ExprKind::Field { optional: true, .. } => "e?.f",
        ExprKind::Index { optional: false, .. } => "e[i]",
        ExprKind::Index { optional: true, .. } => "e?[i]",
        ExprKind::Call { .. } => "f(e)",
        ExprKind::Aggregate { .. } => "-",
        ExprKind::Binary { .. } => "-",
        ExprKind::Unary { .. } => "-",
        ExprKind::Is { .. } => "is",
        ExprKind::If { .. } => "if",
        ExprKind::Match { .. } => "match",
        ExprKind::Tuple(_) => "(a, b)",
        ExprKind::Paren(_) => "(e)",
        ExprKind::List(_) => "[a]",
        ExprKind::Set(_) => "{a}",
        ExprKind::EmptyBraces => "{}",
        ExprKind::Object(_) => "{a: 1}",
        ExprKind::ListComprehension(_) => "[e for …]",
        ExprKind::SetComprehension(_) => "{e for …}",
        ExprKind::MapComprehension { .. } => "{[k]: v for …}",
        ExprKind::Error => "-",
    }
}

constructs! {
    /// Keys of objects.
    pair_key, KEYS: PairKey<'_> {
        PairKey::Literal(_) => "a:",
        PairKey::Computed(_) => "[e]:",
    }
}

constructs! {
    /// Parts of texts.
    text_part, TEXTS: TextPart<'_> {
        TextPart::Literal(_) => "text",
        TextPart::Expr(_) => "{e}",
    }
}

constructs! {
    /// Patterns of arms.
    arm_pattern, ARMS: ArmPatternKind<'_> {
        ArmPatternKind::Text(_) => "\"text\"",
        ArmPatternKind::Int(_) => "42",
        ArmPatternKind::Bool(_) => "true",
        ArmPatternKind::Null => "null",
        ArmPatternKind::Type(_) => "Type",
        ArmPatternKind::Name("_") => "_",
        ArmPatternKind::Name("bool" | "int" | "float" | "string") => "basic type",
        ArmPatternKind::Name(_) => "name",
    }
}

/// All families.
pub(super) const FAMILIES: &[Family] = &[
    ("items", ITEMS),
    ("clauses", STEPS),
    ("bindings", PATTERNS),
    ("places", PLACES),
    ("test clauses", TESTS),
    ("types", TYPES),
    ("expressions", EXPRS),
    ("keys", KEYS),
    ("texts", TEXTS),
    ("arms", ARMS),
];

/// Shows all that occurs in a file.
pub(super) fn walk(file: &File<'_>, add: &mut dyn FnMut(&'static str, &'static str)) {
    let mut walk = Walk { add };
    for one in &file.items {
        (walk.add)("items", item(&one.kind));
        match &one.kind {
            ItemKind::Input { ty, .. } | ItemKind::Data { ty, .. } | ItemKind::Type { ty, .. } => walk.ty(ty),
            ItemKind::Let { ty, .. } => ty.iter().for_each(|ty| walk.ty(ty)),
            ItemKind::Fn { params, result, .. } => {
                params.iter().for_each(|param| walk.ty(&param.ty));
                result.iter().for_each(|ty| walk.ty(ty));
            }
            ItemKind::Relation { params, .. } => params.iter().for_each(|param| walk.ty(&param.ty)),
            ItemKind::Test { clauses, .. } => {
                for clause in clauses {
                    (walk.add)("test clauses", test_clause(&clause.kind));
                }
            }
            ItemKind::Import { .. }
            | ItemKind::ImportSchema { .. }
            | ItemKind::Default { .. }
            | ItemKind::Rule { .. } => {}
        }
    }
    visit::file(file, &mut walk);
}

struct Walk<'w> {
    add: &'w mut dyn FnMut(&'static str, &'static str),
}

impl Walk<'_> {
    fn ty(&mut self, ty: &Type<'_>) {
        (self.add)("types", type_kind(&ty.kind));
        match &ty.kind {
            TypeKind::List(inner) | TypeKind::Set(inner) | TypeKind::Optional(inner) => self.ty(inner),
            TypeKind::Map(key, value) => {
                self.ty(key);
                self.ty(value);
            }
            TypeKind::Record(fields) => fields.iter().for_each(|(_, ty)| self.ty(ty)),
            TypeKind::Tuple(parts) | TypeKind::Union(parts) => parts.iter().for_each(|ty| self.ty(ty)),
            TypeKind::Basic(_)
            | TypeKind::Named(_)
            | TypeKind::Text(_)
            | TypeKind::Int(_)
            | TypeKind::Bool(_)
            | TypeKind::Null
            | TypeKind::Error => {}
        }
    }

    fn binding(&mut self, bound: &Pattern<'_>) {
        (self.add)("bindings", pattern(bound));
        if let Pattern::Tuple(parts, _) = bound {
            parts.iter().for_each(|part| self.binding(part));
        }
    }
}

impl<'s> Visitor<'s> for Walk<'_> {
    fn expr(&mut self, value: &Expr<'s>) {
        (self.add)("expressions", expr(&value.kind));
        match &value.kind {
            ExprKind::Binary { op, .. } => (self.add)("operators", op.symbol()),
            ExprKind::Unary { op, .. } => (self.add)("signs", op.symbol()),
            ExprKind::Is { ty, .. } => self.ty(ty),
            ExprKind::Text(text) => {
                for part in &text.parts {
                    (self.add)("texts", text_part(part));
                }
            }
            ExprKind::Object(pairs) => {
                for pair in pairs {
                    (self.add)("keys", pair_key(&pair.key));
                }
            }
            _ => {}
        }
    }

    fn place(&mut self, place: &Place<'s>) {
        for step in &place.steps {
            (self.add)("places", place_step(step));
        }
    }

    fn step(&mut self, value: &Step<'s>) {
        (self.add)("clauses", step(&value.kind));
        match &value.kind {
            StepKind::For { generators } => {
                generators
                    .iter()
                    .for_each(|generator| self.binding(&generator.pattern));
            }
            StepKind::Let { pattern, .. } => self.binding(pattern),
            _ => {}
        }
    }

    fn pattern(&mut self, value: &ArmPattern<'s>) {
        (self.add)("arms", arm_pattern(&value.kind));
    }
}
