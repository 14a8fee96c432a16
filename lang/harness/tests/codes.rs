//! Every code has a page, every page is of a code, and its examples do what it says: the wrong one has
//! that code and no other, the mended one has nothing to complain of.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, fs, path::Path};

use wardlaw::{
    Engine,
    input::{NodeId, ReadLimits, read_json},
    testing::NoFiles,
};
use wardlaw_harness::corpus::{self, Case};
use wardlaw_lang::{Code, CompileInput, Sources, compile};

/// What no example of a page can show: it would be too long, work for too long, or need another build.
const NOT_SHOWN: &[Code] = &[Code::TooLong, Code::LoadLimit, Code::Unsupported];

/// Codes from here on are of settings; `cli/tests/config.rs` tries their examples.
const SETTINGS: u16 = 500;

/// The codes that an example has: when it is compiled, else when its data are loaded, else when its
/// tests are run.
fn codes(case: &Case) -> BTreeSet<String> {
    let mut sources = Sources::new();
    for (name, policy) in case.names.iter().zip(&case.policies) {
        sources.add(name, policy.as_str());
    }
    for schema in &case.schemas {
        let content = wardlaw::schema::read(&schema.name, &schema.text);
        sources.add_schema(&schema.name, schema.text.as_str(), content);
    }
    let compiled = compile(&CompileInput::new(&sources, wardlaw_stdlib::library()));
    if !compiled.diagnostics.is_empty() {
        return compiled
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.code.to_string())
            .collect();
    }
    let mut builder = Engine::builder().library(wardlaw_stdlib::library());
    for (name, policy) in case.names.iter().zip(&case.policies) {
        builder = builder.source(name, policy);
    }
    for schema in &case.schemas {
        builder = builder.schema(&schema.name, &schema.text);
    }
    for data in &case.data {
        let document = read_json(&data.text, &ReadLimits::default()).unwrap();
        builder = builder.data(&data.name, document.to_value(NodeId(0)));
    }
    let tested = case.policies.iter().any(|policy| policy.contains("\ntest "));
    let errors = if tested {
        match builder.tests() {
            Ok(suite) => {
                let mut codes = BTreeSet::new();
                for test in 0..suite.tests().count() {
                    suite.run(test, &NoFiles, &mut |result| {
                        codes.extend(result.failures.iter().map(|failure| failure.code.to_string()));
                    });
                }
                return codes;
            }
            Err(error) => error,
        }
    } else {
        match builder.build() {
            Ok(_) => return BTreeSet::new(),
            Err(error) => error,
        }
    };
    errors
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.to_string())
        .collect()
}

#[test]
fn every_code_has_a_page_whose_examples_are_true() {
    let mut wrong = Vec::new();
    let mut examples = 0;
    for code in Code::ALL {
        let page = code.page();
        let name = code.to_string();
        if !page.starts_with(&format!("# {code}: {}\n", code.title())) {
            wrong.push(format!(
                "{code}: the page does not begin with `# {code}: {}`",
                code.title()
            ));
        }
        let cases = corpus::parse(&name, page).unwrap();
        let sections: Vec<&str> = cases
            .iter()
            .filter_map(|case| case.name.split(": ").nth(1))
            .collect();
        if sections != ["Wrong", "Mended"] {
            wrong.push(format!("{code}: sections {sections:?}, not `Wrong` and `Mended`"));
            continue;
        }
        for (case, wanted) in cases
            .iter()
            .zip([BTreeSet::from([name.clone()]), BTreeSet::new()])
        {
            if case.policies.is_empty() {
                if !NOT_SHOWN.contains(code) && code.number() < SETTINGS {
                    wrong.push(format!("{}: no example", case.name));
                }
                continue;
            }
            examples += 1;
            let found = codes(case);
            if found != wanted {
                wrong.push(format!("{}: wanted {wanted:?}, found {found:?}", case.name));
            }
        }
    }
    println!("{} codes, {examples} examples", Code::ALL.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_is_of_a_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../codes");
    let known: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    let found: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(found, known);
}
