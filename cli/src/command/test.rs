//! `ward test`: the tests of policies, each case with its result and its time.

use std::{collections::BTreeSet, mem, slice, time::Instant};

use crate::{
    args::{Format, Test},
    engine::{self, Suite},
    output::{
        cases::{self, Case},
        diagnostic,
        summary::count,
    },
    project::{
        data,
        fixtures::Fixtures,
        packages::{self, Apart},
        policies,
        schemas::Schema,
    },
    ui::{Exit, Failure, Ui},
};

/// Runs the tests.
pub(crate) fn run(args: &Test, ui: &mut Ui) -> Result<Exit, Failure> {
    let (mut selection, named) = policies::below_paths(&args.paths)?;
    if let Some(config) = super::settings(&args.settings, ui)? {
        policies::add(&config, &mut selection)?;
    }
    let packages = packages::apart(&selection, &named, &data::read(&args.data)?);
    let suites = suites(&packages, &selection.schemas, ui)?;
    let mut out = Report {
        args,
        passed: 0,
        failed: 0,
        ui,
    };
    if args.format == Format::Json {
        out.ui.print(cases::OPEN);
    }
    let (begun, mut tests) = (Instant::now(), 0_usize);
    for (package, suite) in &suites {
        let mut heading = true;
        for (index, test) in suite.tests().enumerate() {
            let file = suite.engine().sources().name(test.span.file);
            let wanted = args.filter.as_ref().is_none_or(|text| {
                test.title.contains(text.as_str()) || test.package.contains(text.as_str())
            });
            if test.package != package || !wanted || !named.iter().any(|name| name == file) {
                continue;
            }
            tests += 1;
            let mut case_begun = Instant::now();
            suite.run(index, &Fixtures, &mut |result| {
                let case = Case {
                    test,
                    result: &result,
                    time: case_begun.elapsed(),
                    sources: suite.engine().sources(),
                };
                out.case(&case, &mut heading);
                case_begun = Instant::now();
            });
        }
    }
    let (passed, failed) = (out.passed, out.failed);
    if args.format == Format::Json {
        ui.print(cases::CLOSE);
    }
    if passed + failed == 0 {
        let help = match &args.filter {
            Some(_) => "no package or title holds the text of `--filter`",
            None => "tests are `test \"title\" { … }` beside the rules, or in `*_test.ward`",
        };
        ui.fail(&Failure::new("no test was run").with_help(help));
        return Ok(Exit::Denied);
    }
    if !args.quiet {
        let text = cases::summary(tests, passed, failed, begun.elapsed(), ui.err_style());
        ui.tell(&text);
    }
    Ok(if failed > 0 { Exit::Denied } else { Exit::Clean })
}

/// The suites of the packages, each with the path of its package; all that is wrong with any is told
/// once.
fn suites(packages: &[Apart], schemas: &[Schema], ui: &mut Ui) -> Result<Vec<(String, Suite)>, Failure> {
    let mut suites = Vec::new();
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut errors = 0;
    for apart in packages {
        let built = engine::suite(apart, schemas).tests();
        let (diagnostics, sources) = match &built {
            Ok(suite) => (suite.engine().warnings(), suite.engine().sources()),
            Err(error) => (error.diagnostics.as_slice(), &error.sources),
        };
        for one in diagnostics {
            let mut text = String::new();
            diagnostic::write(&mut text, slice::from_ref(one), sources, ui.err_style());
            if told.insert(text.clone()) {
                ui.tell(&text);
                errors += usize::from(one.is_error());
            }
        }
        if let Ok(suite) = built {
            suites.push((apart.package.clone(), suite));
        }
    }
    if suites.len() < packages.len() {
        let errors = count(errors, "error");
        return Err(Failure::new(format!("the policy cannot be used: {errors}")));
    }
    Ok(suites)
}

/// Results on their way out.
struct Report<'r> {
    args: &'r Test,
    passed: usize,
    failed: usize,
    ui: &'r mut Ui,
}

impl Report<'_> {
    /// A case; the first of a package has its name above it.
    fn case(&mut self, case: &Case<'_>, heading: &mut bool) {
        let first = self.passed + self.failed == 0;
        let passed = case.result.passed();
        if passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        let mut text = String::new();
        match self.args.format {
            Format::Json => {
                if !first {
                    text.push_str(cases::BETWEEN);
                }
                cases::json(&mut text, case);
            }
            Format::Human if self.args.quiet && passed => {}
            Format::Human => {
                if mem::take(heading) {
                    cases::package(&mut text, case.test.package, self.ui.out_style());
                }
                cases::human(&mut text, case, self.ui.out_style());
            }
        }
        self.ui.print(&text);
    }
}
