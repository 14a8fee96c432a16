//! Generated schemas and documents: what the schema admits, the type does.

use serde_json::Value;
use wardlaw::Engine;
use wardlaw_harness::random::Random;
use wardlaw_lang::Code;

use super::{generate, valid::Validator};

/// What came of a document as a datum of the type; data is checked wholly when it is loaded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Fits,
    Refused(String),
    /// The schema itself cannot be imported.
    NoType(String),
}

pub(super) fn load(schema: &str, part: &str, document: Value) -> Outcome {
    let policy = format!("package p\nimport schema \"s.json{part}\" as T\ndata d: T\nlet used = d\n");
    let built = Engine::builder()
        .schema("s.json", schema)
        .source("p.ward", policy)
        .data("p.d", document)
        .build();
    match built {
        Ok(_) => Outcome::Fits,
        Err(error)
            if error
                .diagnostics
                .iter()
                .any(|found| found.code == Code::BadSchema) =>
        {
            Outcome::NoType(error.to_string())
        }
        Err(error) => Outcome::Refused(error.to_string()),
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

#[test]
fn a_document_that_fits_a_schema_fits_its_type() {
    let (seed, schemas) = (setting("SEED", 1), setting("SCHEMAS", 1_500));
    let (mut fitting, mut admitted_only, mut refused, mut without) = (0, 0, 0, 0);
    for number in 0..schemas {
        let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(number));
        let schema = generate::schema(&mut random);
        let text = serde_json::to_string(&schema).unwrap();
        let validator = Validator::new(&schema);
        for _ in 0..6 {
            let document = generate::document(validator, &schema, &mut random, 6);
            let valid = validator.fits(&schema, &document, 40);
            match (load(&text, "", document.clone()), valid) {
                (Outcome::NoType(_), _) => {
                    without += 1;
                    break;
                }
                (Outcome::Fits, true) => fitting += 1,
                (Outcome::Fits, false) => admitted_only += 1,
                (Outcome::Refused(_), false) => refused += 1,
                (Outcome::Refused(why), true) => panic!(
                    "seed {seed}, schema {number}: the schema admits what its type refuses\n{text}\n{document}\n{why}"
                ),
            }
        }
    }
    println!(
        "{schemas} schemas, {without} of them without a type; {fitting} documents fit both, {refused} neither, \
         {admitted_only} only the type"
    );
    assert!(
        fitting > schemas && refused > schemas / 4,
        "too few documents that fit, or that do not"
    );
}
