//! The files that policies import as schemas, and those that these refer to: read from the project's
//! folders, never beyond them.

use std::{fs, path::PathBuf};

use wardlaw_lang::{FileId, schema, syntax};

use super::read_bounded;
use crate::{engine, ui::reason};

/// Bytes of one schema.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Schemas of one project.
const MOST: usize = 1_000;

/// A schema: the name by which it is imported, and its text or why there is none.
pub(crate) type Schema = (String, Result<String, String>);

/// All schemas that the policies need, directly or through other schemas.
pub(crate) fn read(sources: &[(String, String)], roots: &[PathBuf]) -> Vec<Schema> {
    let mut wanted: Vec<String> = sources
        .iter()
        .filter(|(_, text)| text.contains("import"))
        .flat_map(|(name, text)| schema::imports(name, &syntax::parse(FileId(0), text).file))
        .collect();
    let roots: Vec<PathBuf> = roots
        .iter()
        .filter_map(|root| fs::canonicalize(root).ok())
        .collect();
    let mut found: Vec<Schema> = Vec::new();
    while let Some(name) = wanted.pop() {
        if found.iter().any(|(other, _)| *other == name) {
            continue;
        }
        if found.len() == MOST {
            found.push((name, Err(format!("the policies need more than {MOST} schemas"))));
            break;
        }
        let text = text(&name, &roots);
        if let Ok(text) = &text {
            wanted.extend(engine::schema_files(&name, text));
        }
        found.push((name, text));
    }
    found.sort();
    found
}

/// The text of a schema. Where a link leads counts, not where it lies.
fn text(name: &str, roots: &[PathBuf]) -> Result<String, String> {
    let path = fs::canonicalize(name).map_err(|error| reason(&error))?;
    if !roots.iter().any(|root| path.starts_with(root)) {
        return Err("it lies outside of the project".to_owned());
    }
    // A pipe or a device would be read for ever.
    if !path.is_file() {
        return Err("it is no file".to_owned());
    }
    let bytes = read_bounded(&path, LONGEST)
        .map_err(|error| reason(&error))?
        .ok_or_else(|| format!("it is longer than {} MiB", LONGEST >> 20))?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}
