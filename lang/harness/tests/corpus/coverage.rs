//! Every construct, operator, builtin, code and promise has a case. Printed by `cargo corpus`.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::Value;
use wardlaw::{
    Engine, Request,
    input::{ReadLimits, read_json},
    testing::{Files, TestFile},
};
use wardlaw_harness::{
    corpus::Case,
    coverage::{Coverage, builtin_name},
};
use wardlaw_lang::{Code, builtin::BUILTINS};

use super::{all_cases, builder, compiled};

/// Codes that no policy alone can show, and what shows them.
const ELSEWHERE: &[(Code, &str)] = &[
    (Code::TooLong, "lang/tests/syntax_robust.rs"),
    (Code::BadLiteral, "engine/tests/test_run.rs"),
    // Given by engines that are built without their reader of YAML.
    (Code::Unsupported, "engine/src/builder.rs"),
    (Code::SplitPackage, "lang/tests/check.rs"),
    (Code::BadData, "engine/tests/language.rs"),
    (Code::LoadLimit, "engine/tests/relations.rs"),
    (Code::Expectation, "engine/tests/test_run.rs"),
    (Code::TestFault, "engine/tests/test_run.rs"),
    (Code::BadFix, "engine/tests/test_run.rs"),
    (Code::BadSetting, "cli/tests/config.rs"),
    (Code::UnknownSetting, "cli/tests/config.rs"),
    (Code::UnknownRule, "engine/tests/in_force.rs"),
    (Code::BadUse, "engine/tests/in_force.rs"),
    (Code::BadLevel, "engine/tests/in_force.rs"),
    (Code::BadExemption, "engine/tests/in_force.rs"),
    (Code::Contradiction, "engine/tests/in_force.rs"),
];

/// The blocks of a case by name, as the files that its tests read.
struct Blocks<'c>(&'c Case);

impl Files for Blocks<'_> {
    fn files(&self, _: &str, pattern: &str) -> Result<Vec<TestFile>, String> {
        let named = self.0.inputs.iter().filter(|block| block.name == pattern);
        Ok(named
            .map(|block| TestFile {
                name: block.name.clone(),
                text: block.text.clone(),
            })
            .collect())
    }
}

/// Whether a case shows what something does: it states a decision, or has tests that are run.
fn shows(case: &Case) -> bool {
    case.decision.is_some() || is_tested(case)
}

fn is_tested(case: &Case) -> bool {
    let has_test = |policy: &String| policy.lines().any(|line| line.starts_with("test "));
    case.expected.iter().all(|expected| expected.severity != "error") && case.policies.iter().any(has_test)
}

#[test]
fn everything_has_a_case() {
    let cases = all_cases();
    let mut coverage = Coverage::default();
    for (index, case) in cases.iter().enumerate() {
        for expected in &case.expected {
            coverage.add("codes", &expected.code, index);
        }
        for number in 1..=7 {
            if case.name.starts_with(&format!("promises: {number} ")) {
                coverage.add("promises", number.to_string(), index);
            }
        }
        if !shows(case) {
            continue;
        }
        for policy in &case.policies {
            coverage.source(policy, index);
        }
        if let Some(program) = &compiled(case).program {
            coverage.program(program, case.policies.len(), index);
        }
    }
    let mut wrong = examples(&mut coverage, cases.len());
    for code in Code::ALL.iter().filter(|code| has_example(**code)) {
        coverage.add("codes", code.to_string(), cases.len());
    }
    for (code, place) in ELSEWHERE {
        let in_cases = cases.iter().flat_map(|case| &case.expected);
        if in_cases
            .into_iter()
            .any(|expected| expected.code == code.to_string())
        {
            wrong.push(format!("{code} has a case: it need not be shown by {place}"));
        }
        coverage.add("codes", code.to_string(), cases.len());
    }
    println!("{} cases\n{}", cases.len(), coverage.table());
    let missing = coverage.missing();
    assert!(missing.is_empty(), "without a case:\n{}", missing.join("\n"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the page of a code has an example, which is compiled where pages are tested.
fn has_example(code: Code) -> bool {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../codes/{code}.md"));
    let text = fs::read_to_string(page).unwrap_or_default();
    text.split("## Wrong")
        .nth(1)
        .is_some_and(|wrong| wrong.contains("```ward"))
}

/// Evaluates the examples of all builtins on both evaluators; what is wrong.
fn examples(coverage: &mut Coverage, from: usize) -> Vec<String> {
    let mut policy =
        String::from("package t\ninput request: int\nrule r { when request == 0  deny \"x\" }\n");
    let rows = BUILTINS
        .iter()
        .flat_map(|row| row.examples.iter().map(move |example| (row, example)));
    let examples: Vec<_> = rows.collect();
    for (index, (_, (expression, _))) in examples.iter().enumerate() {
        let _ = writeln!(policy, "@output let e{index} = json.print([{expression}])");
    }
    let engine = Engine::builder()
        .library(wardlaw_stdlib::library())
        .source("t.ward", policy)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let document = read_json("1", &ReadLimits::default()).unwrap();
    let request = Request::input("request", &document);
    let decisions = [engine.decide(&request), engine.decide_by_reference(&request)];
    let mut wrong = Vec::new();
    for (index, (row, (expression, wanted))) in examples.iter().enumerate() {
        for decision in &decisions {
            let found = &decision.to_json()["outputs"][format!("t.e{index}")];
            if *found != Value::String(format!("[{wanted}]")) {
                wrong.push(format!("{expression} is {found}, not [{wanted}]"));
            }
        }
        coverage.add("builtins", builtin_name(row.builtin), from + index);
    }
    wrong
}

#[test]
fn the_tests_of_cases_pass() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for case in all_cases().iter().filter(|case| is_tested(case)) {
        let suite = builder(case)
            .tests()
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        for index in 0..suite.tests().count() {
            suite.run(index, &Blocks(case), &mut |result| {
                count += 1;
                let failures = result.failures.iter();
                wrong.extend(failures.map(|failure| format!("{}: {failure:?}", case.name)));
            });
        }
    }
    println!("{count} cases of tests");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
