//! Published schemas, each imported; documents made for them, and manifests that people wrote. They lie
//! beside the checkout (`../shared`), and are no part of it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use wardlaw::{
    Engine,
    input::{Format, ReadLimits, identity, objects, read_stream},
};
use wardlaw_harness::random::Random;

use super::{
    generate,
    property::{Outcome, load},
    valid::Validator,
};

/// A folder beside the checkout; says where it is not there.
fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared")
        .join(name);
    if folder.exists() {
        return Some(folder);
    }
    println!("skipped: there is no {}", folder.display());
    None
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The parts of a document that an import can name: its definitions, else itself.
fn parts(schema: &Value) -> Vec<String> {
    let definitions = ["/definitions", "/components/schemas"]
        .iter()
        .find_map(|at| schema.pointer(at)?.as_object());
    definitions.map_or_else(
        || vec![String::new()],
        |map| map.keys().map(|name| format!("#{name}")).collect(),
    )
}

#[test]
fn every_published_schema_can_be_imported() {
    let Some(root) = shared("schemas") else { return };
    let files = files(&root, &["json"]);
    let (mut imports, mut warnings) = (0, BTreeMap::<String, usize>::new());
    for path in &files {
        let text = fs::read_to_string(path).unwrap();
        let Ok(schema) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        // All parts of one file as one policy, so that what they share is made once.
        let parts = parts(&schema);
        imports += parts.len();
        let lines = parts.iter().enumerate();
        let lines: Vec<String> = lines
            .map(|(index, part)| {
                format!("import schema \"s.json{part}\" as T{index}\ninput i{index}: T{index}\n")
            })
            .collect();
        let policy = format!("package p\n{}", lines.concat());
        let engine = Engine::builder()
            .library(wardlaw_stdlib::library())
            .schema("s.json", text)
            .source("p.ward", policy)
            .build()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for warning in engine.warnings() {
            *warnings.entry(warning.code.to_string()).or_default() += 1;
            println!("{}: {}", path.display(), warning.message);
        }
    }
    println!("{} files, {imports} imports, warnings: {warnings:?}", files.len());
    assert!(imports > 0, "no schema found");
}

#[test]
fn documents_made_for_published_schemas_fit_their_types() {
    let Some(root) = shared("schemas") else { return };
    let mut random = Random::new(3);
    let (mut schemas, mut fitting, mut neither, mut admitted_only) = (0, 0, 0, 0);
    for path in files(&root, &["json"]) {
        let text = fs::read_to_string(&path).unwrap();
        let Ok(schema) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let validator = Validator::new(&schema);
        let parts = parts(&schema);
        // Of the large files a few parts, others each time the seed is another.
        let each = (parts.len() / 12).max(1);
        let start = random.below(each);
        for part in parts.iter().skip(start).step_by(each) {
            schemas += 1;
            let place = match part.strip_prefix('#') {
                Some(name) => ["definitions", "components/schemas"]
                    .iter()
                    .find_map(|at| schema.pointer(&format!("/{at}/{name}")))
                    .unwrap(),
                None => &schema,
            };
            for _ in 0..3 {
                let document = generate::document(validator, place, &mut random, 12);
                let valid = validator.fits(place, &document, 200);
                match (load(&text, part, document.clone()), valid) {
                    (Outcome::NoType(why), _) => panic!("{}{part}: {why}", path.display()),
                    (Outcome::Fits, true) => fitting += 1,
                    (Outcome::Fits, false) => admitted_only += 1,
                    (Outcome::Refused(_), false) => neither += 1,
                    (Outcome::Refused(why), true) => {
                        panic!("{}{part}: the type refuses {document}\n{why}", path.display())
                    }
                }
            }
        }
    }
    println!(
        "{schemas} schemas; {fitting} documents fit both, {neither} neither, {admitted_only} only the type"
    );
    assert!(fitting > schemas, "too few documents fit");
}

#[test]
fn manifests_of_custom_resources_fit_their_types() {
    let (Some(schemas), Some(fixtures)) = (shared("schemas/crds"), shared("fixtures")) else {
        return;
    };
    let (mut manifests, mut kinds, mut invalid) = (0, BTreeMap::<String, usize>::new(), 0);
    for path in files(&fixtures, &["yaml", "yml"]) {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let stream = read_stream(&text, Format::Auto, &ReadLimits::default());
        for document in stream.filter_map(|item| item.result.ok()) {
            for manifest in objects(&document) {
                let object = identity(&document, manifest.object);
                let (Some(api_version), Some(kind)) = (object.api_version, object.kind) else {
                    continue;
                };
                let Some((group, version)) = api_version.split_once('/') else {
                    continue;
                };
                let name = format!("{group}__{}_{version}.json", kind.to_lowercase());
                let Ok(text) = fs::read_to_string(schemas.join(&name)) else {
                    continue;
                };
                let schema: Value = serde_json::from_str(&text).unwrap();
                let value = document.to_value(manifest.object);
                manifests += 1;
                *kinds.entry(name).or_default() += 1;
                // Texts of formats that the validator does not know by heart count as invalid.
                let valid = Validator::new(&schema).fits(&schema, &value, 200);
                invalid += usize::from(!valid);
                if let (Outcome::Refused(why), true) = (load(&text, "", value), valid) {
                    panic!("{}: {why}", path.display());
                }
            }
        }
    }
    println!(
        "{manifests} manifests of {} kinds, {invalid} of them invalid",
        kinds.len()
    );
    assert!(manifests > invalid, "no manifest was tried");
}
