//! The parser, through its public face.

use std::{fs, path::PathBuf};
use wardlaw_lang::{FileId, syntax::parse};

/// The worked policies of the design; `None` where they are not at hand.
fn worked_policies() -> Option<Vec<(PathBuf, String)>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/policies");
    let folder = if folder.is_dir() {
        folder
    } else {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/design/policies")
    };
    let mut files: Vec<_> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "ward"))
        .collect();
    files.sort();
    Some(
        files
            .into_iter()
            .map(|path| {
                let text = fs::read_to_string(&path).unwrap();
                (path, text)
            })
            .collect(),
    )
}

#[test]
fn worked_policies_parse() {
    let Some(files) = worked_policies() else {
        println!("skipped");
        return;
    };
    for (path, text) in &files {
        let parsed = parse(FileId(0), text);
        for d in &parsed.diagnostics {
            println!("{path:?} {d:?}");
        }
        assert!(parsed.diagnostics.is_empty());
        assert!(!parsed.file.items.is_empty(), "{path:?}");
    }
    println!("{} files", files.len());
}
