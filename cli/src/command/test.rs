//! `ward test`: the tests of policies, each case with its result and its time.

use std::time::{Duration, Instant};

use crate::{
    args::{Format, Test},
    engine::{self, CaseResult, Suite},
    output::cases::{self, Case},
    project::{data, fixtures::Fixtures, policies},
    ui::{Exit, Failure, Ui},
};

/// Runs the tests.
pub(crate) fn run(args: &Test, ui: &mut Ui) -> Result<Exit, Failure> {
    let (selection, named) = policies::below_paths(&args.paths)?;
    let data = data::read(&args.data)?;
    let suite = super::built(engine::builder(&selection, data).tests(), ui)?;
    super::tell_warnings(suite.engine(), ui);
    let mut out = Report {
        args,
        suite: &suite,
        passed: 0,
        failed: 0,
        package: String::new(),
        ui,
    };
    if args.format == Format::Json {
        out.ui.print(cases::OPEN);
    }
    let (begun, mut tests) = (Instant::now(), 0_usize);
    for (index, test) in suite.tests().enumerate() {
        let file = suite.engine().sources().name(test.span.file);
        let wanted = args
            .filter
            .as_ref()
            .is_none_or(|text| test.title.contains(text.as_str()) || test.package.contains(text.as_str()));
        if !wanted || !named.iter().any(|name| name == file) {
            continue;
        }
        tests += 1;
        let mut case_begun = Instant::now();
        suite.run(index, &Fixtures, &mut |result| {
            out.case(index, &result, case_begun.elapsed());
            case_begun = Instant::now();
        });
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

/// Results on their way out.
struct Report<'r> {
    args: &'r Test,
    suite: &'r Suite,
    passed: usize,
    failed: usize,
    /// The package whose tests are being listed.
    package: String,
    ui: &'r mut Ui,
}

impl Report<'_> {
    fn case(&mut self, index: usize, result: &CaseResult, time: Duration) {
        let Some(test) = self.suite.tests().nth(index) else {
            return;
        };
        let first = self.passed + self.failed == 0;
        if result.passed() {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        let case = Case {
            test,
            result,
            time,
            sources: self.suite.engine().sources(),
        };
        let mut text = String::new();
        match self.args.format {
            Format::Json => {
                if !first {
                    text.push_str(cases::BETWEEN);
                }
                cases::json(&mut text, &case);
            }
            Format::Human if self.args.quiet && result.passed() => {}
            Format::Human => {
                if self.package != test.package {
                    cases::package(&mut text, test.package, self.ui.out_style());
                    test.package.clone_into(&mut self.package);
                }
                cases::human(&mut text, &case, self.ui.out_style());
            }
        }
        self.ui.print(&text);
    }
}
