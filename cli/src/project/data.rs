//! `--data` and `--data-file`: values for the data that policies declare.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;

use super::{is_remote, read_bounded, shown};
use crate::{
    args::Data,
    engine::{self, Datum},
    ui::{Failure, reason},
};

/// A file of data longer than this is refused.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Reads all data by full name. What is given by `--data` stands before what a file says.
pub(crate) fn read(args: &Data) -> Result<Vec<(String, Datum)>, Failure> {
    let (given, files) = (&args.data, &args.data_file);
    let mut data = BTreeMap::new();
    for pair in given {
        let Some((name, text)) = pair.split_once('=') else {
            return Err(Failure::new(format!("`--data {pair}`: no value"))
                .with_help("write `--data NAME=VALUE`; VALUE is JSON, else text"));
        };
        full_name(name, "--data")?;
        // Text that is not JSON is meant as text; JSON with a key twice is a mistake.
        let value = match engine::read_json_value(text) {
            Ok(value) => value,
            Err(problem) if problem.repeated_key => {
                return Err(Failure::new(format!("`--data {name}`: {}", problem.message)));
            }
            Err(_) => Value::String(text.to_owned()),
        };
        if data.insert(name.to_owned(), Datum::from(value)).is_some() {
            return Err(Failure::new(format!("`--data {name}` is given twice")));
        }
    }
    let mut from_files: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        for (name, value) in read_file(file, "--data-file")? {
            if let Some(other) = from_files.insert(name.clone(), shown(file)) {
                return Err(Failure::new(format!(
                    "datum `{name}` is in `{other}` and in `{}`",
                    shown(file)
                )));
            }
            data.entry(name).or_insert(value);
        }
    }
    Ok(data.into_iter().collect())
}

/// The data of one file, by full name; `option` is what names it.
pub(crate) fn read_file(file: &Path, option: &str) -> Result<Vec<(String, Datum)>, Failure> {
    let name = shown(file);
    let wrong = |what: String| Failure::new(format!("`{option} {name}`: {what}"));
    if is_remote(file.as_os_str()) {
        return Err(wrong("data is never read from another machine".to_owned()));
    }
    let bytes = read_bounded(file, LONGEST)
        .map_err(|error| wrong(reason(&error)))?
        .ok_or_else(|| wrong(format!("longer than {} MiB", LONGEST >> 20)))?;
    let data = engine::read_data_file(&name, &bytes).map_err(|problem| wrong(problem.to_string()))?;
    let Some(data) = data else {
        return Err(wrong("not an object".to_owned())
            .with_help("its keys are the full names of data: `{\"shop.authz.teams\": …}`"));
    };
    for (key, _) in &data {
        full_name(key, option)?;
    }
    Ok(data)
}

/// Whether a text can be a datum's full name: its package and its own, at least one point.
pub(crate) fn is_full_name(name: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && word
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    name.contains('.') && name.split('.').all(word)
}

fn full_name(name: &str, option: &str) -> Result<(), Failure> {
    if is_full_name(name) {
        return Ok(());
    }
    Err(
        Failure::new(format!("`{option}`: `{name}` is not the full name of a datum"))
            .with_help("write the package and the name: `shop.authz.teams`"),
    )
}
