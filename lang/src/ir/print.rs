//! Prints the IR: one line a clause, so that a rule can be read, compared and kept as a snapshot.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt::Write;

use crate::{ids, syntax::ast::DocumentFormat};

use super::{
    ArmTest, Clause, ClauseKind, ComprehensionKind, EditAction, EffectKind, Expr, ExprId, LocalId, Pattern,
    Place, PlaceStep, Program, Rule,
    verify::{clause_exprs, each_child},
};

/// The whole program.
pub fn print(program: &Program) -> String {
    let mut out = String::new();
    let printer = Printer { program };
    for input in &program.inputs {
        let _ = writeln!(out, "input {}: {}", input.name, program.types.display(input.ty));
    }
    for data in &program.data {
        let _ = write!(out, "data {}: {}", data.name, program.types.display(data.ty));
        if let Some(default) = data.default {
            let _ = write!(out, " = {}", printer.expr(default));
        }
        out.push('\n');
    }
    for entry in &program.lets {
        let _ = writeln!(out, "let {} = {}", entry.name, printer.expr(entry.value));
    }
    for output in &program.outputs {
        let name = program
            .lets
            .get(output.index())
            .map_or("?", |entry| entry.name.as_str());
        let _ = writeln!(out, "output {name}");
    }
    for function in &program.functions {
        let params: Vec<String> = (0..function.params).map(|slot| format!("${slot}")).collect();
        let _ = writeln!(
            out,
            "fn {}({}) = {}",
            function.name,
            params.join(", "),
            printer.expr(function.body)
        );
    }
    for relation in &program.relations {
        let columns: Vec<String> = relation
            .columns
            .iter()
            .map(|column| program.types.display(*column))
            .collect();
        for block in &relation.blocks {
            let _ = writeln!(
                out,
                "relation {}({}) [{}]",
                relation.name,
                columns.join(", "),
                relation.stratum
            );
            for clause in &block.clauses {
                let _ = writeln!(out, "    {}", printer.clause(clause));
            }
            let _ = writeln!(out, "    yield {}", printer.expr(block.value));
        }
    }
    for rule in &program.rules {
        let _ = writeln!(out, "rule {} [{}]", rule.name, rule.severity.name());
        out.push_str(&self::rule(program, rule));
    }
    out
}

/// The clauses and the effect of a rule, without its name: equal texts are equal rules, up to the names
/// that they bind.
pub fn rule(program: &Program, rule: &Rule) -> String {
    let printer = Printer { program };
    let mut out = String::new();
    for clause in &rule.clauses {
        let _ = writeln!(out, "    {}", printer.clause(clause));
    }
    let effect = &rule.effect;
    let kind = match effect.kind {
        EffectKind::Deny => "deny",
        EffectKind::Warn => "warn",
        EffectKind::Allow => "allow",
        EffectKind::Mutate => "mutate",
    };
    let _ = write!(out, "    {kind}");
    if let Some(message) = effect.message {
        let _ = write!(out, " {}", printer.expr(message));
    }
    let places: Vec<String> = effect.places.iter().map(|place| printer.place(place)).collect();
    if !places.is_empty() {
        let _ = write!(out, " at {}", places.join(", "));
    }
    out.push('\n');
    for edit in &effect.edits {
        let action = match edit.action {
            EditAction::Set => "set",
            EditAction::Add => "add",
            EditAction::Remove => "remove",
        };
        let _ = write!(out, "    fix {action} {}", printer.place(&edit.place));
        if let Some(value) = edit.value {
            let _ = write!(out, " = {}", printer.expr(value));
        }
        out.push('\n');
    }
    out
}

/// The hashes of rules' texts in the order in which they are printed: what equal rules share, and most others do not.
pub(crate) fn texts<'p>(
    program: &'p Program,
    rules: impl Iterator<Item = &'p Rule>,
) -> impl Iterator<Item = u32> {
    let (mut found, mut stack) = (Vec::new(), Vec::new());
    rules.map(move |rule| {
        found.clear();
        stack.extend(rule.clauses.iter().flat_map(clause_exprs));
        stack.extend(rule.effect.message);
        stack.reverse();
        while let Some(id) = stack.pop() {
            let expr = program.expr(id);
            if let Expr::Text(text) | Expr::Field { name: text, .. } = expr {
                found.push(text.0);
            }
            each_child(expr, |child| stack.push(child));
        }
        ids::hash(found.as_slice())
    })
}

struct Printer<'a> {
    program: &'a Program,
}

impl Printer<'_> {
    fn clause(&self, clause: &Clause) -> String {
        match &clause.kind {
            ClauseKind::Given { local, value } => format!("given {} = {}", slot(*local), self.expr(*value)),
            ClauseKind::For { pattern, source } => {
                format!("for {} in {}", show_pattern(pattern), self.expr(*source))
            }
            ClauseKind::Let { pattern, value } => {
                format!("let {} = {}", show_pattern(pattern), self.expr(*value))
            }
            ClauseKind::When(condition) => format!("when {}", self.expr(*condition)),
            ClauseKind::Unless(condition) => format!("unless {}", self.expr(*condition)),
        }
    }

    fn place(&self, place: &Place) -> String {
        let mut out = self.expr(place.root);
        for step in &place.steps {
            let _ = match step {
                PlaceStep::Field(name) => write!(out, ".{}", self.program.string(*name)),
                PlaceStep::Index(index) => write!(out, "[{}]", self.expr(*index)),
            };
        }
        out
    }

    fn list(&self, ids: &[ExprId]) -> String {
        let all: Vec<String> = ids.iter().map(|id| self.expr(*id)).collect();
        all.join(", ")
    }

    fn expr(&self, id: ExprId) -> String {
        let program = self.program;
        let name = |name: Option<&str>| name.unwrap_or("?").to_string();
        match program.expr(id) {
            Expr::Null => "null".into(),
            Expr::Bool(bool) => bool.to_string(),
            Expr::Int(int) => int.to_string(),
            Expr::Float(float) => format!("{float:?}"),
            Expr::Text(text) => format!("{:?}", program.string(*text)),
            Expr::Document { format, text, .. } => {
                let prefix = match format {
                    DocumentFormat::Yaml => "yaml",
                    DocumentFormat::Json => "json",
                };
                format!("{prefix}{:?}", program.string(*text))
            }
            Expr::Local(local) => slot(*local),
            Expr::Input(id) => name(program.inputs.get(id.index()).map(|input| input.name.as_str())),
            Expr::Data(id) => name(program.data.get(id.index()).map(|data| data.name.as_str())),
            Expr::Let(id) => name(program.lets.get(id.index()).map(|entry| entry.name.as_str())),
            Expr::Relation(id) => name(
                program
                    .relations
                    .get(id.index())
                    .map(|relation| relation.name.as_str()),
            ),
            Expr::Field { base, name, optional } => {
                format!(
                    "{}{}.{}",
                    self.expr(*base),
                    if *optional { "?" } else { "" },
                    program.string(*name)
                )
            }
            Expr::Index {
                base,
                index,
                optional,
            } => {
                format!(
                    "{}{}[{}]",
                    self.expr(*base),
                    if *optional { "?" } else { "" },
                    self.expr(*index)
                )
            }
            Expr::Call { function, arguments } => {
                let callee = name(
                    program
                        .functions
                        .get(function.index())
                        .map(|function| function.name.as_str()),
                );
                format!("{callee}({})", self.list(arguments))
            }
            Expr::Builtin { builtin, arguments } => format!("{}!({})", builtin.name(), self.list(arguments)),
            Expr::Binary { op, left, right } => {
                format!("({} {} {})", self.expr(*left), op.symbol(), self.expr(*right))
            }
            Expr::Unary { op, operand } => format!("({} {})", op.symbol(), self.expr(*operand)),
            Expr::Is { value, ty } => format!("({} is {})", self.expr(*value), program.types.display(*ty)),
            Expr::Narrow { value, ty } => format!("{}<{}>", self.expr(*value), program.types.display(*ty)),
            Expr::As { value } => {
                let ty = program.types.display(program.type_of(id));
                format!("({} as {ty})", self.expr(*value))
            }
            Expr::If {
                condition,
                then,
                otherwise,
            } => {
                format!(
                    "if {} then {} else {}",
                    self.expr(*condition),
                    self.expr(*then),
                    self.expr(*otherwise)
                )
            }
            Expr::Match { value, arms } => {
                let arms: Vec<String> = arms
                    .iter()
                    .map(|arm| {
                        let tests: Vec<String> = arm.tests.iter().map(|test| self.test(test)).collect();
                        let binding = arm
                            .binding
                            .map(|local| format!(" as {}", slot(local)))
                            .unwrap_or_default();
                        let guard = arm
                            .guard
                            .map(|guard| format!(" when {}", self.expr(guard)))
                            .unwrap_or_default();
                        format!(
                            "{}{binding}{guard} => {}",
                            tests.join(" | "),
                            self.expr(arm.value)
                        )
                    })
                    .collect();
                format!("match {} {{ {} }}", self.expr(*value), arms.join(", "))
            }
            Expr::Tuple(members) => format!("({})", self.list(members)),
            Expr::List(members) => format!("[{}]", self.list(members)),
            Expr::Set(members) => format!("{{{}}}", self.list(members)),
            Expr::Map(pairs) => {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(key, value)| format!("[{}]: {}", self.expr(*key), self.expr(*value)))
                    .collect();
                format!("{{{}}}", pairs.join(", "))
            }
            Expr::Record(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| format!("{}: {}", program.string(*name), self.expr(*value)))
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
            Expr::Comprehension {
                kind,
                clauses,
                key,
                head,
            } => {
                let clauses: Vec<String> = clauses.iter().map(|clause| self.clause(clause)).collect();
                let key = key
                    .map(|key| format!("[{}]: ", self.expr(key)))
                    .unwrap_or_default();
                format!(
                    "{}({key}{} | {})",
                    comprehension(*kind),
                    self.expr(*head),
                    clauses.join("; ")
                )
            }
            Expr::Interpolate(parts) => format!("text({})", self.list(parts)),
        }
    }

    fn test(&self, test: &ArmTest) -> String {
        match test {
            ArmTest::Always => "_".into(),
            ArmTest::Null => "null".into(),
            ArmTest::Bool(bool) => bool.to_string(),
            ArmTest::Int(int) => int.to_string(),
            ArmTest::Text(text) => format!("{:?}", self.program.string(*text)),
            ArmTest::Type(ty) => self.program.types.display(*ty),
        }
    }
}

fn show_pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Ignore => "_".into(),
        Pattern::Bind(local) => slot(*local),
        Pattern::Tuple(members) => {
            let members: Vec<String> = members.iter().map(show_pattern).collect();
            format!("({})", members.join(", "))
        }
    }
}

fn slot(local: LocalId) -> String {
    format!("${}", local.0)
}

/// What a comprehension makes of its rounds, in a word.
pub const fn comprehension(kind: ComprehensionKind) -> &'static str {
    match kind {
        ComprehensionKind::List => "list",
        ComprehensionKind::Set => "set",
        ComprehensionKind::Map => "map",
        ComprehensionKind::Any => "any",
        ComprehensionKind::All => "all",
        ComprehensionKind::None => "none",
        ComprehensionKind::Count => "count",
        ComprehensionKind::Sum => "sum",
        ComprehensionKind::Min => "min",
        ComprehensionKind::Max => "max",
        ComprehensionKind::Yield => "yield",
    }
}
