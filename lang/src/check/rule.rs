//! Rules: annotations, clauses, and the one effect.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    Applicability, Code, Diagnostic, Span,
    ir::{self, Effect, EffectKind, PackageId, RuleSeverity},
    suggest::nearest,
    syntax::ast::{self, ExprKind, ItemKind, StepKind},
};

use super::Checker;

/// What annotations say of a rule.
#[derive(Default)]
struct Annotations {
    severity: Option<RuleSeverity>,
    controls: Vec<(String, Vec<String>)>,
    aliases: Vec<String>,
}

impl<'a, 's> Checker<'a, 's> {
    /// Checks all rules of a package; those of a selected one go into the program.
    pub(super) fn rules(&mut self, package: usize) {
        let packages: &'a [_] = self.packages;
        let Some(source) = packages.get(package) else {
            return;
        };
        let mut allows = None;
        let mut rules = Vec::new();
        let mut whole = Vec::new();
        for (file, ast) in source.files.iter().enumerate() {
            for item in &ast.items {
                let ItemKind::Rule { name, audit, body } = &item.kind else {
                    continue;
                };
                let before = self.diagnostics.len();
                let rule = self.rule(package, file, item, *name, *audit, body);
                if !source.library
                    && !ast.broken
                    && !self.diagnostics.iter().skip(before).any(Diagnostic::is_error)
                {
                    whole.push(rules.len());
                }
                if rule.effect.kind == EffectKind::Allow && allows.is_none() {
                    allows = Some(rule.span);
                }
                rules.push(rule);
            }
        }
        self.equal_rules(&rules, &whole);
        if source.selected {
            self.program.rules.append(&mut rules);
        }
        let stated = source
            .files
            .iter()
            .flat_map(|file| &file.items)
            .any(|item| matches!(item.kind, ItemKind::Default { .. }));
        if let Some(span) = allows
            && !stated
        {
            let mut diagnostic = Diagnostic::new(
                Code::NoDefault,
                span,
                "a package with an `allow` rule must say what holds where none fires",
            )
            .with_help("add `default deny` below the package line");
            if let Some(line) = source.files.first().and_then(|file| file.package.as_ref()) {
                let end = Span {
                    start: line.span.end,
                    ..line.span
                };
                diagnostic = diagnostic.with_edit(end, "\n\ndefault deny", Applicability::Unsafe);
            }
            self.report(diagnostic);
        }
    }

    /// Warns of rules that say the same, up to the names they bind; `whole` are those without a mistake.
    fn equal_rules(&mut self, rules: &[ir::Rule], whole: &[usize]) {
        // Only rules with the same texts can be equal, so that few are printed.
        let some = whole.iter().filter_map(|index| rules.get(*index));
        let texts = ir::print::texts(&self.program, some.clone());
        let mut alike: Vec<(u32, usize, &ir::Rule)> = texts
            .zip(some)
            .enumerate()
            .map(|(index, (texts, rule))| (texts, index, rule))
            .collect();
        alike.sort_unstable_by_key(|(texts, index, _)| (*texts, *index));
        let alike = alike.chunk_by(|(a, ..), (b, ..)| a == b);
        let mut known: BTreeMap<String, &ir::Rule> = BTreeMap::new();
        for (.., rule) in alike.filter(|alike| alike.len() > 1).flatten() {
            // Bindings are numbered in the order of the body, so names do not count.
            let text = ir::print::rule(&self.program, rule);
            if let Some(first) = known.get(&text) {
                let short = first.name.rsplit('.').next().unwrap_or("");
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::EqualRules,
                        rule.span,
                        format!("this rule says the same as `{short}`"),
                    )
                    .with_label(first.span, "the same body and effect")
                    .with_help("remove one, or change what was copied"),
                );
            } else {
                known.insert(text, rule);
            }
        }
    }

    fn rule(
        &mut self,
        package: usize,
        file: usize,
        item: &'a ast::Item<'s>,
        name: ast::Name<'s>,
        audit: bool,
        body: &'a ast::Body<'s>,
    ) -> ir::Rule {
        let annotations = self.annotations(item);
        let before = self.diagnostics.len();
        let ((clauses, effect), frame) = self.in_frame(package, file, |this| {
            let at = body
                .steps
                .iter()
                .position(|step| is_effect(&step.kind))
                .unwrap_or(body.steps.len());
            let (steps, effects) = body.steps.split_at(at);
            let clauses = this.clauses(steps);
            let effect = this.effect(effects, body);
            this.close_scope(0);
            (clauses, effect)
        });
        let incomplete = body.steps.iter().any(|step| matches!(step.kind, StepKind::Error));
        if incomplete {
            self.forget_unused(before);
        }
        self.check_relations();
        let broken = incomplete || self.diagnostics.iter().skip(before).any(Diagnostic::is_error);
        let reads_input = frame.reads_input || self.reads_input(&clauses, effect.as_ref());
        if reads_input && audit && effect.is_some() && !broken {
            self.report(
                Diagnostic::new(
                    Code::AuditReadsInput,
                    name.span,
                    format!("audit rule `{}` reads an input", name.text),
                )
                .with_help("an audit rule is decided about data alone; write `rule` for what is to be said of an input"),
            );
        }
        if !reads_input && !audit && effect.is_some() && !broken {
            self.report(
                Diagnostic::new(
                    Code::NoInput,
                    name.span,
                    format!("rule `{}` reads no input", name.text),
                )
                .with_help(
                    "a rule decides about an input; what is to be said of data alone is an `audit rule`",
                ),
            );
        }
        if let Some(effect) = &effect
            && audit
            && (effect.kind == EffectKind::Allow || !effect.edits.is_empty())
        {
            self.report(
                Diagnostic::new(
                    Code::BadBody,
                    effect.span,
                    "an audit rule says `deny` or `warn`, and no more",
                )
                .with_help("it is about data: no request is there to be allowed, mended or changed"),
            );
        }
        let path = self.packages.get(package).map_or("", |p| p.path.as_str());
        let (title, description) = documentation(&item.docs);
        ir::Rule {
            package: PackageId(package as u32),
            name: format!("{path}.{}", name.text),
            title,
            description,
            severity: annotations.severity.unwrap_or(RuleSeverity::Medium),
            controls: annotations.controls,
            aliases: annotations.aliases,
            span: name.span,
            audit,
            clauses,
            effect: effect.unwrap_or(Effect {
                kind: EffectKind::Deny,
                span: body.span,
                message: None,
                places: Vec::new(),
                edits: Vec::new(),
                anchors: Vec::new(),
            }),
            locals: frame.slots(),
        }
    }

    /// The effect and the fixes beside it. `None` where a diagnostic stands for it.
    fn effect(&mut self, steps: &'a [ast::Step<'s>], body: &ast::Body<'s>) -> Option<Effect> {
        let mut effect: Option<Effect> = None;
        let mut edits = Vec::new();
        for step in steps {
            match &step.kind {
                StepKind::Finding {
                    deny,
                    message,
                    places,
                } => {
                    let message = self.message(message);
                    let places = places.iter().map(|place| self.place(place).0).collect();
                    let kind = if *deny { EffectKind::Deny } else { EffectKind::Warn };
                    self.one_effect(&mut effect, kind, step, Some(message), places);
                }
                StepKind::Allow => self.one_effect(&mut effect, EffectKind::Allow, step, None, Vec::new()),
                StepKind::Edit {
                    mutate: true,
                    action,
                    place,
                    value,
                } => {
                    edits.extend(self.edit(*action, place, value.as_deref()));
                    self.one_effect(&mut effect, EffectKind::Mutate, step, None, Vec::new());
                }
                StepKind::Edit {
                    action, place, value, ..
                } => {
                    let edit = self.edit(*action, place, value.as_deref());
                    edits.extend(edit);
                    let finding = effect
                        .as_ref()
                        .is_some_and(|effect| matches!(effect.kind, EffectKind::Deny | EffectKind::Warn));
                    if !finding {
                        self.report(
                            Diagnostic::new(
                                Code::BadBody,
                                step.span,
                                "a `fix` stands after the `deny` or `warn` that it mends",
                            )
                            .with_help("move it below"),
                        );
                    }
                }
                StepKind::Yield { value } => {
                    self.expr(value, None);
                    self.report(
                        Diagnostic::new(Code::BadBody, step.span, "a rule yields nothing")
                            .with_help("end it with `deny`, `warn` or `allow`"),
                    );
                }
                StepKind::Error => {}
                _ => self.report(
                    Diagnostic::new(Code::BadBody, step.span, "a clause stands before the effect")
                        .with_help("move it up, above `deny`, `warn` or `allow`"),
                ),
            }
        }
        let broken = body.steps.iter().any(|step| matches!(step.kind, StepKind::Error));
        if effect.is_none() && steps.is_empty() && !broken {
            self.report(
                Diagnostic::new(Code::BadBody, body.span, "the rule has no effect")
                    .with_help("end it with `deny \"…\"`, `warn \"…\"` or `allow`"),
            );
        }
        let mut effect = effect?;
        effect.edits = edits;
        Some(effect)
    }

    fn one_effect(
        &mut self,
        effect: &mut Option<Effect>,
        kind: EffectKind,
        step: &ast::Step<'s>,
        message: Option<ir::ExprId>,
        places: Vec<ir::Place>,
    ) {
        if let Some(first) = effect {
            self.report(
                Diagnostic::new(Code::BadBody, step.span, "a rule has one effect")
                    .with_label(first.span, "the first one")
                    .with_help("write a second rule"),
            );
            return;
        }
        *effect = Some(Effect {
            kind,
            span: step.span,
            message,
            places,
            edits: Vec::new(),
            anchors: self.frame.anchors.clone(),
        });
    }

    /// Annotations of an item that is no rule: only a `let` has one.
    pub(super) fn item_annotations(&mut self, item: &ast::Item<'s>) {
        if matches!(item.kind, ItemKind::Rule { .. }) {
            return;
        }
        for annotation in &item.annotations {
            let name = annotation.name;
            let output = name.text == "output" && matches!(item.kind, ItemKind::Let { .. });
            if !output {
                self.report(
                    Diagnostic::new(
                        Code::BadAnnotation,
                        name.span,
                        format!("`@{}` means nothing here", name.text),
                    )
                    .with_help(
                        "rules have `@severity`, `@controls` and `@aliases`; a `let` may have `@output`",
                    ),
                );
            } else if !annotation.arguments.is_empty() {
                self.report(
                    Diagnostic::new(
                        Code::BadAnnotation,
                        annotation.span,
                        "`@output` takes no argument",
                    )
                    .with_help("the output has the full name of the `let`"),
                );
            }
        }
    }

    fn annotations(&mut self, item: &ast::Item<'s>) -> Annotations {
        let mut found = Annotations::default();
        for annotation in &item.annotations {
            let span = annotation.span;
            match annotation.name.text {
                "severity" => {
                    let text = match annotation.arguments.as_slice() {
                        [argument] if argument.name.is_none() => literal(&argument.value),
                        _ => None,
                    };
                    match text
                        .and_then(|text| RuleSeverity::ALL.iter().find(|severity| severity.name() == text))
                    {
                        Some(severity) => found.severity = Some(*severity),
                        None => self.report(
                            Diagnostic::new(Code::BadAnnotation, span, "`@severity` takes one level")
                                .with_help("one of \"info\", \"low\", \"medium\", \"high\" and \"critical\""),
                        ),
                    }
                }
                "controls" => {
                    for argument in &annotation.arguments {
                        match (&argument.name, literals(&argument.value)) {
                            (Some(name), Some(ids)) => found.controls.push((name.text.into(), ids)),
                            _ => self.report(
                                Diagnostic::new(
                                    Code::BadAnnotation,
                                    argument.value.span,
                                    "`@controls` takes `framework = \"id\"`",
                                )
                                .with_help(
                                    "several ids of one framework are a list: `cis = [\"5.2.2\", \"5.2.3\"]`",
                                ),
                            ),
                        }
                    }
                }
                "aliases" => {
                    for argument in &annotation.arguments {
                        match literal(&argument.value) {
                            Some(id) if id.contains(':') && argument.name.is_none() => {
                                found.aliases.push(id.into());
                            }
                            _ => self.report(
                                Diagnostic::new(
                                    Code::BadAnnotation,
                                    argument.value.span,
                                    "an alias is `\"source:id\"`",
                                )
                                .with_help("for example \"trivy:KSV-0017\""),
                            ),
                        }
                    }
                }
                other => {
                    let near = nearest(other, ["severity", "controls", "aliases"]);
                    let diagnostic = Diagnostic::new(
                        Code::BadAnnotation,
                        annotation.name.span,
                        format!("there is no annotation `@{other}`"),
                    );
                    self.report(match near {
                        Some(near) => diagnostic.with_note(format!("did you mean `@{near}`?")),
                        None => diagnostic.with_help("rules have `@severity`, `@controls` and `@aliases`"),
                    });
                }
            }
        }
        found
    }
}

fn is_effect(kind: &StepKind<'_>) -> bool {
    matches!(
        kind,
        StepKind::Finding { .. } | StepKind::Allow | StepKind::Yield { .. } | StepKind::Edit { .. }
    )
}

fn literal<'a>(expr: &'a ast::Expr<'_>) -> Option<&'a str> {
    match &expr.kind {
        ExprKind::Text(text) => text.literal(),
        ExprKind::Raw(text) => Some(text),
        _ => None,
    }
}

fn literals(expr: &ast::Expr<'_>) -> Option<Vec<String>> {
    match &expr.kind {
        ExprKind::List(members) => members
            .iter()
            .map(|member| literal(member).map(ToString::to_string))
            .collect(),
        _ => literal(expr).map(|text| alloc::vec![text.to_string()]),
    }
}

/// The first line, and what follows the blank line after it.
fn documentation(docs: &[&str]) -> (String, String) {
    let Some((title, rest)) = docs.split_first() else {
        return (String::new(), String::new());
    };
    (title.trim().into(), rest.join("\n").trim().into())
}
