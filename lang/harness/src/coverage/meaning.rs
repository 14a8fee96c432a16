//! The names of what a checked policy can mean, and where it occurs in its own files.

use wardlaw_lang::{
    ir::{ArmTest, ComprehensionKind, Edit, EditAction, EffectKind, Expr, Program, Rule, RuleSeverity},
    types::{Opaque, Type},
};

use super::{Family, builtin_name};

constructs! {
    /// What comprehensions make.
    comprehension, COMPREHENSIONS: ComprehensionKind {
        ComprehensionKind::List => "[…]",
        ComprehensionKind::Set => "{…}",
        ComprehensionKind::Map => "{[k]: …}",
        ComprehensionKind::Any => "any",
        ComprehensionKind::All => "all",
        ComprehensionKind::None => "none",
        ComprehensionKind::Count => "count",
        ComprehensionKind::Sum => "sum",
        ComprehensionKind::Min => "min",
        ComprehensionKind::Max => "max",
        ComprehensionKind::Yield => "fn without for",
    }
}

constructs! {
    /// What rules do.
    effect, EFFECTS: EffectKind {
        EffectKind::Deny => "deny",
        EffectKind::Warn => "warn",
        EffectKind::Allow => "allow",
        EffectKind::Mutate => "mutate",
    }
}

constructs! {
    /// What edits do.
    action, ACTIONS: EditAction {
        EditAction::Set => "set",
        EditAction::Add => "add",
        EditAction::Remove => "remove",
    }
}

constructs! {
    /// What arms test.
    arm_test, ARM_TESTS: ArmTest {
        ArmTest::Always => "_",
        ArmTest::Null => "null",
        ArmTest::Bool(_) => "bool",
        ArmTest::Int(_) => "int",
        ArmTest::Text(_) => "text",
        ArmTest::Type(_) => "type",
    }
}

constructs! {
    /// How serious rules are.
    severity, SEVERITIES: RuleSeverity {
        RuleSeverity::Info => "info",
        RuleSeverity::Low => "low",
        RuleSeverity::Medium => "medium",
        RuleSeverity::High => "high",
        RuleSeverity::Critical => "critical",
    }
}

constructs! {
    /// Types of values.
    ty, TYPES: Type {
        Type::Error | Type::Never | Type::Named(_) => "-",
        Type::Any => "any",
        Type::Null => "null",
        Type::Bool => "bool",
        Type::Int => "int",
        Type::Float => "float",
        Type::String => "string",
        Type::Literal(_) => "literal",
        Type::List(_) => "list",
        Type::Set(_) => "set",
        Type::Map(_) => "map",
        Type::Tuple(_) => "tuple",
        Type::Record(_) => "record",
        Type::Union(_) => "union",
        Type::Optional(_) => "optional",
        Type::Opaque(Opaque::Quantity) => "quantity",
        Type::Opaque(Opaque::Time) => "time",
        Type::Opaque(Opaque::Duration) => "duration",
        Type::Opaque(Opaque::Semver) => "semver",
        Type::Opaque(Opaque::Ip) => "ip",
        Type::Opaque(Opaque::Cidr) => "cidr",
        Type::Opaque(Opaque::Regex) => "regex",
        Type::Opaque(Opaque::Glob) => "glob",
        Type::Opaque(Opaque::Secret) => "secret",
        Type::Opaque(Opaque::PodSecurityVersion) => "pod security version",
    }
}

constructs! {
    /// What may stand above a rule or `let`.
    carried, CARRIED: Carried {
        Carried::Output => "@output",
        Carried::Controls => "@controls",
        Carried::Aliases => "@aliases",
        Carried::Title => "/// title",
        Carried::Description => "/// description",
    }
}

/// What is said above a rule or `let`, its severity aside.
enum Carried {
    Output,
    Controls,
    Aliases,
    Title,
    Description,
}

/// All families.
pub(super) const FAMILIES: &[Family] = &[
    ("effects", EFFECTS),
    ("edits", ACTIONS),
    ("comprehensions", COMPREHENSIONS),
    ("arm tests", ARM_TESTS),
    ("types of values", TYPES),
    ("severities", SEVERITIES),
    ("annotations", CARRIED),
];

/// Shows all that occurs in the first files of a program: those of the case, not of the library.
pub(super) fn walk(program: &Program, own_files: usize, add: &mut dyn FnMut(&'static str, String)) {
    let own = |file: wardlaw_lang::FileId| (file.0 as usize) < own_files;
    let spans = program.expr_spans.iter().zip(&program.expr_types);
    for (expr, (span, ty_id)) in program.exprs.iter().zip(spans) {
        if !own(span.file) {
            continue;
        }
        add("types of values", ty(program.types.get(*ty_id)).to_owned());
        match expr {
            Expr::Builtin { builtin, .. } => add("builtins", builtin_name(*builtin)),
            Expr::Comprehension { kind, .. } => add("comprehensions", comprehension(kind).to_owned()),
            Expr::Match { arms, .. } => {
                for test in arms.iter().flat_map(|arm| &arm.tests) {
                    add("arm tests", arm_test(test).to_owned());
                }
            }
            _ => {}
        }
    }
    if !program.outputs.is_empty() {
        add("annotations", carried(&Carried::Output).to_owned());
    }
    for one in program.rules.iter().filter(|rule| own(rule.span.file)) {
        rule(one, add);
    }
}

/// Without `..`, so that whatever else a rule comes to carry is thought of here.
fn rule(rule: &Rule, add: &mut dyn FnMut(&'static str, String)) {
    let Rule {
        package: _,
        name: _,
        title,
        description,
        severity: serious,
        controls,
        aliases,
        span: _,
        audit: _,
        clauses: _,
        effect: does,
        locals: _,
    } = rule;
    add("severities", severity(serious).to_owned());
    add("effects", effect(&does.kind).to_owned());
    for Edit { action: kind, .. } in &does.edits {
        add("edits", action(kind).to_owned());
    }
    let has = [
        (Carried::Controls, !controls.is_empty()),
        (Carried::Aliases, !aliases.is_empty()),
        (Carried::Title, !title.is_empty()),
        (Carried::Description, !description.is_empty()),
    ];
    for (what, _) in has.into_iter().filter(|(_, has)| *has) {
        add("annotations", carried(&what).to_owned());
    }
}
