//! Tests: what they bind and what they expect. Their clauses are read downwards, as a rule's are.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    builtin::{Builtin, Row},
    ir::{
        Clause, ClauseKind, DataId, EffectKind, InputId, PackageId,
        test::{Expectation, ExpectedEffect, Test, TestClause, TestClauseKind},
    },
    package::dotted,
    suggest::nearest,
    syntax::ast::{self, ExprKind, ItemKind, StepKind},
};

use super::Checker;

/// `with` and `for` clauses of one test: each is run inside the one before.
const MOST_NESTED: usize = 128;

impl<'a, 's> Checker<'a, 's> {
    /// Checks all tests of a package; those of a selected one go into the program.
    pub(super) fn tests(&mut self, package: usize) {
        let packages: &'a [_] = self.packages;
        let Some(source) = packages.get(package) else {
            return;
        };
        let mut titles: Vec<(&'a str, Span)> = Vec::new();
        for (file, ast) in source.files.iter().enumerate() {
            for item in &ast.items {
                let ItemKind::Test { title, clauses } = &item.kind else {
                    continue;
                };
                let literal = title.literal().filter(|literal| !literal.trim().is_empty());
                let Some(literal) = literal else {
                    self.report(
                        Diagnostic::new(Code::BadTest, title.span, "a test needs a title of plain text")
                            .with_help(
                                "say in a few words what holds: `test \"a privileged pod is denied\"`",
                            ),
                    );
                    continue;
                };
                if let Some((_, first)) = titles.iter().find(|(known, _)| *known == literal) {
                    self.report(
                        Diagnostic::new(Code::Duplicate, title.span, "two tests have this title")
                            .with_label(*first, "the first one")
                            .with_help("titles tell tests apart: write another"),
                    );
                }
                titles.push((literal, title.span));
                let test = self.test(package, file, literal, title.span, clauses);
                if source.selected {
                    self.program.tests.push(test);
                }
            }
        }
    }

    fn test(
        &mut self,
        package: usize,
        file: usize,
        title: &str,
        span: Span,
        clauses: &'a [ast::TestClause<'s>],
    ) -> Test {
        let (clauses, frame) = self.in_frame(package, file, |this| {
            this.frame.test = Some(Vec::new());
            let mut out = Vec::new();
            let mut broken = false;
            for clause in clauses {
                broken |= matches!(clause.kind, ast::TestClauseKind::Error);
                this.test_clause(clause, &mut out);
            }
            let expects = out
                .iter()
                .any(|clause| matches!(clause.kind, TestClauseKind::Expect(_)));
            if !expects && !broken {
                this.report(
                    Diagnostic::new(Code::BadTest, span, "the test expects nothing").with_help(
                        "end it with `expect deny RULE`, `expect no deny` or `expect` and a condition",
                    ),
                );
            }
            let nested = out.iter().filter(|clause| {
                !matches!(
                    clause.kind,
                    TestClauseKind::Expect(_) | TestClauseKind::Let { .. }
                )
            });
            if nested.count() > MOST_NESTED {
                let message = format!("a test has at most {MOST_NESTED} `with` and `for` clauses");
                this.report(Diagnostic::new(Code::TooDeep, span, message).with_help("make it several tests"));
            }
            this.close_scope(0);
            out
        });
        Test {
            package: PackageId(package as u32),
            title: title.to_owned(),
            span,
            clauses,
            locals: frame.slots(),
            files: frame.test.unwrap_or_default(),
        }
    }

    fn test_clause(&mut self, clause: &'a ast::TestClause<'s>, out: &mut Vec<TestClause>) {
        let span = clause.span;
        let kind = match &clause.kind {
            ast::TestClauseKind::With { target, value } => match self.with(target, value) {
                Some(kind) => {
                    self.bound_once(&kind, target, out);
                    kind
                }
                None => return,
            },
            ast::TestClauseKind::For { generators } => {
                let step = ast::Step {
                    kind: StepKind::For {
                        generators: generators.clone(),
                    },
                    span,
                };
                let clauses = self.clauses(core::slice::from_ref(&step));
                out.extend(clauses.into_iter().filter_map(as_test_clause));
                return;
            }
            ast::TestClauseKind::Let { pattern, value } => {
                let step = ast::Step {
                    kind: StepKind::Let {
                        pattern: pattern.clone(),
                        value: value.clone(),
                    },
                    span,
                };
                let clauses = self.clauses(core::slice::from_ref(&step));
                out.extend(clauses.into_iter().filter_map(as_test_clause));
                return;
            }
            ast::TestClauseKind::ExpectAllow => TestClauseKind::Expect(Expectation::Allow),
            ast::TestClauseKind::ExpectFinding { no, effect, rule, at } => {
                let binds = out
                    .iter()
                    .any(|clause| matches!(clause.kind, TestClauseKind::Input { .. }));
                let rule = rule.as_ref().map(|rule| self.expected_rule(rule, *effect, binds));
                let at = at.as_ref().and_then(|at| self.expected_place(at));
                TestClauseKind::Expect(Expectation::Finding {
                    no: *no,
                    effect: *effect,
                    rule,
                    at,
                })
            }
            ast::TestClauseKind::ExpectExpr(condition) => {
                let condition = self.condition(condition);
                TestClauseKind::Expect(Expectation::Holds(condition.id))
            }
            ast::TestClauseKind::Error => return,
        };
        out.push(TestClause { kind, span });
    }

    fn bound_once(&mut self, kind: &TestClauseKind, target: &ast::Path<'s>, out: &[TestClause]) {
        let same = |other: &&TestClause| match (kind, &other.kind) {
            (TestClauseKind::Input { input: a, .. }, TestClauseKind::Input { input: b, .. }) => a == b,
            (TestClauseKind::Data { data: a, .. }, TestClauseKind::Data { data: b, .. }) => a == b,
            _ => false,
        };
        if let Some(first) = out.iter().find(same) {
            self.report(
                Diagnostic::new(
                    Code::Duplicate,
                    target.span,
                    format!("`{}` is bound twice", dotted(target)),
                )
                .with_label(first.span, "the first one holds to the test's end")
                .with_help("write a second test, or `for` with both values"),
            );
        }
    }

    /// `with NAME = e`
    fn with(&mut self, target: &ast::Path<'s>, value: &ast::Expr<'s>) -> Option<TestClauseKind> {
        let bound = self.with_target(target);
        let want = match bound {
            Some(Bound::Input(id)) => self.program.inputs.get(id.index()).map(|input| input.ty),
            Some(Bound::Data(id)) => self.program.data.get(id.index()).map(|data| data.ty),
            None => None,
        };
        let typed = self.expr(value, want);
        if let Some(want) = want {
            self.expect(&typed, want, format_args!("`{}`", dotted(target)));
        }
        Some(match bound? {
            Bound::Input(input) => TestClauseKind::Input {
                input,
                value: typed.id,
                review: want.is_some_and(|want| self.show(want) == "k8s.AdmissionRequest"),
            },
            Bound::Data(data) => TestClauseKind::Data {
                data,
                value: typed.id,
            },
        })
    }

    /// An input or datum by its path: its own name, or the package's name and its own.
    fn with_target(&mut self, target: &ast::Path<'s>) -> Option<Bound> {
        let (last, qualifier) = target.names.split_last()?;
        let imported = match qualifier {
            [alias] => self.used_import(alias.text),
            _ => None,
        };
        let own = self.scope(self.frame.package);
        if qualifier.is_empty() {
            if let Some(id) = own.and_then(|own| own.inputs.get(last.text)) {
                return Some(Bound::Input(*id));
            }
            if let Some(id) = own.and_then(|own| own.data.get(last.text)) {
                return Some(Bound::Data(*id));
            }
            // What an imported package reads is bound by the host, too.
            if let Some(id) = self.inputs.get(last.text) {
                return Some(Bound::Input(*id));
            }
        } else {
            if let Some(id) = imported
                .and_then(|package| self.scope(package))
                .and_then(|scope| scope.data.get(last.text))
            {
                return Some(Bound::Data(*id));
            }
            let full = dotted(target);
            if let Some(index) = self.program.data.iter().position(|data| data.name == full) {
                return Some(Bound::Data(DataId(index as u32)));
            }
        }
        let full = dotted(target);
        let known = self
            .program
            .inputs
            .iter()
            .map(|input| input.name.as_str())
            .chain(own.into_iter().flat_map(|own| own.data.keys().copied()))
            .chain(self.program.data.iter().map(|data| data.name.as_str()));
        let near = nearest(&full, known).map(String::from);
        let diagnostic = Diagnostic::new(
            Code::UnknownName,
            target.span,
            format!("there is no input or datum `{full}`"),
        );
        self.report(match near {
            Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")).with_edit(
                target.span,
                near,
                Applicability::Unsafe,
            ),
            None => {
                diagnostic.with_help("`with` binds an `input`, or a `data` by the package's name and its own")
            }
        });
        None
    }

    /// The full name of a rule of the test's package.
    fn expected_rule(&mut self, rule: &ast::Path<'s>, effect: ExpectedEffect, input: bool) -> String {
        let path = self
            .packages
            .get(self.frame.package)
            .map_or("", |package| package.path.as_str());
        let written = dotted(rule);
        let own = written
            .strip_prefix(path)
            .and_then(|rest| rest.strip_prefix('.'))
            .unwrap_or(&written);
        let full = format!("{path}.{own}");
        let default_deny = self
            .program
            .packages
            .get(self.frame.package)
            .is_some_and(|package| package.default_deny);
        if own == "default" && default_deny && effect != ExpectedEffect::Mutate {
            return full;
        }
        let known = self
            .scope(self.frame.package)
            .and_then(|scope| scope.rules.get(own))
            .is_some();
        if known {
            self.possible(rule.span, own, effect);
            self.decided(rule.span, own, input);
            return full;
        }
        let near = self
            .scope(self.frame.package)
            .and_then(|scope| nearest(own, scope.rules.keys().copied()))
            .map(String::from);
        let diagnostic = Diagnostic::new(
            Code::UnknownName,
            rule.span,
            format!("package `{path}` has no rule `{own}`"),
        );
        self.report(match near {
            Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")).with_edit(
                rule.span,
                near,
                Applicability::Unsafe,
            ),
            None => diagnostic.with_help("only the rules of the test's own package are in force"),
        });
        full
    }

    /// Audit rules are decided where no input is bound, all others where one is.
    fn decided(&mut self, span: Span, name: &str, input: bool) {
        let package = self.packages.get(self.frame.package);
        let items = package.into_iter().flat_map(|package| &package.files);
        let rules = items
            .flat_map(|file| &file.items)
            .filter_map(|item| match &item.kind {
                ItemKind::Rule { name, audit, .. } => Some((name.text, *audit)),
                _ => None,
            });
        let (mut own, mut audits) = (None, false);
        for (rule, audit) in rules {
            audits |= audit;
            if rule == name {
                own = Some(audit);
            }
        }
        // Without audit rules, every test is about an input, which may be optional.
        let (message, help) = match (own.filter(|_| audits), input) {
            (Some(true), true) => (
                format!("audit rule `{name}` is not decided where an input is bound"),
                "an audit rule is about data alone: expect it in a test that binds data only",
            ),
            (Some(false), false) => (
                format!("rule `{name}` is decided about an input, and none is bound"),
                "bind one before: `with request = …`",
            ),
            _ => return,
        };
        self.report(Diagnostic::new(Code::BadTest, span, message).with_help(help));
    }

    /// A rule has one effect: what it never does would be expected in vain, or held without it.
    fn possible(&mut self, span: Span, name: &str, effect: ExpectedEffect) {
        let package = self.packages.get(self.frame.package);
        let items = package.into_iter().flat_map(|package| &package.files);
        let body = items
            .flat_map(|file| &file.items)
            .find_map(|item| match &item.kind {
                ItemKind::Rule { name: own, body, .. } if own.text == name => Some(body),
                _ => None,
            });
        let kind = body.and_then(|body| {
            body.steps.iter().find_map(|step| match &step.kind {
                StepKind::Finding { deny: true, .. } => Some(EffectKind::Deny),
                StepKind::Finding { .. } => Some(EffectKind::Warn),
                StepKind::Allow => Some(EffectKind::Allow),
                StepKind::Edit { mutate: true, .. } => Some(EffectKind::Mutate),
                _ => None,
            })
        });
        let (wanted, does) = match (effect, kind) {
            (ExpectedEffect::Error, _) | (_, None) => return,
            (ExpectedEffect::Deny, Some(EffectKind::Deny))
            | (ExpectedEffect::Warn, Some(EffectKind::Warn)) => return,
            (ExpectedEffect::Deny, Some(EffectKind::Warn)) => ("denies", "warns"),
            (ExpectedEffect::Deny, Some(EffectKind::Allow)) => ("denies", "allows"),
            (ExpectedEffect::Deny, Some(EffectKind::Mutate)) => ("denies", "changes the object"),
            (ExpectedEffect::Warn, Some(EffectKind::Deny)) => ("warns", "denies"),
            (ExpectedEffect::Warn, Some(EffectKind::Allow)) => ("warns", "allows"),
            (ExpectedEffect::Warn, Some(EffectKind::Mutate)) => ("warns", "changes the object"),
            (ExpectedEffect::Mutate, Some(EffectKind::Mutate)) => return,
            (ExpectedEffect::Mutate, Some(EffectKind::Deny)) => ("changes the object", "denies"),
            (ExpectedEffect::Mutate, Some(EffectKind::Warn)) => ("changes the object", "warns"),
            (ExpectedEffect::Mutate, Some(EffectKind::Allow)) => ("changes the object", "allows"),
        };
        self.report(
            Diagnostic::new(
                Code::BadTest,
                span,
                format!("rule `{name}` never {wanted}: it {does}"),
            )
            .with_help("expect what the rule does"),
        );
    }

    /// A JSON pointer.
    fn expected_place(&mut self, at: &ast::Text<'s>) -> Option<String> {
        let pointer = at
            .literal()
            .filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        if pointer.is_none() {
            self.report(
                Diagnostic::new(Code::BadPlace, at.span, "this is no JSON pointer").with_help(
                    "a pointer is `/` and a name or index for each step: `\"/spec/containers/0\"`",
                ),
            );
        }
        pointer.map(String::from)
    }

    /// A builtin that only tests may call; keeps what a test asks of `files`.
    pub(super) fn in_test_only(&mut self, row: &Row, arguments: &[ast::Expr<'s>], name: Span) {
        if self.frame.test.is_none() {
            self.report(
                Diagnostic::new(
                    Code::TestOnly,
                    name,
                    format!("`{}` can be called in tests only", row.name),
                )
                .with_help("a policy reads no files and makes no requests: the host gives both"),
            );
            return;
        }
        if row.builtin != Builtin::Files {
            return;
        }
        let Some(argument) = arguments.first() else { return };
        let text = match &argument.kind {
            ExprKind::Text(text) => text.literal(),
            ExprKind::Raw(text) => Some(text.as_ref()),
            _ => None,
        };
        let Some(text) = text else {
            self.report(
                Diagnostic::new(
                    Code::BadTest,
                    argument.span,
                    "the pattern of `files` is a plain text",
                )
                .with_help("write it out: `files(\"fixtures/good/*.yaml\")`"),
            );
            return;
        };
        let id = self.string(text);
        if let Some(files) = &mut self.frame.test
            && !files.contains(&id)
        {
            files.push(id);
        }
    }
}

/// What `with` binds.
#[derive(Clone, Copy)]
enum Bound {
    Input(InputId),
    Data(DataId),
}

fn as_test_clause(clause: Clause) -> Option<TestClause> {
    let kind = match clause.kind {
        ClauseKind::For { pattern, source } => TestClauseKind::For { pattern, source },
        ClauseKind::Let { pattern, value } => TestClauseKind::Let { pattern, value },
        ClauseKind::Given { .. } | ClauseKind::When(_) | ClauseKind::Unless(_) => return None,
    };
    Some(TestClause {
        kind,
        span: clause.span,
    })
}
