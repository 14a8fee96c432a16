//! Published schemas: each can be imported, in bounded time, and none without being counted. They lie
//! beside the checkout (`../shared/schemas`), and are no part of it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use wardlaw::Engine;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/schemas");
    if !root.exists() {
        println!("skipped: no published schemas at {}", root.display());
        return;
    }
    let files = files(&root);
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
