//! `[data]` and `data-file`: data by full name. TOML values become those of JSON; a date is its text.

use std::path::Path;

use serde_json::{Map, Value as Json};
use toml::de::DeValue;
use wardlaw_lang::Code;

use super::{
    Config,
    reader::{Reader, Value, record},
};
use crate::project::data as files;

/// Reads the table of data.
pub(super) fn read(reader: &mut Reader, value: &Value<'_>, config: &mut Config) {
    for (key, value) in reader.table("data", value).into_iter().flatten() {
        let name = key.get_ref().as_ref();
        if !files::is_full_name(name) {
            let message = format!("`{name}` is not the full name of a datum");
            let help = "write the package and the name, between quotes: `\"shop.authz.teams\" = …`";
            reader.wrong(Code::BadSetting, &key.span(), message, help);
        } else if let Some(json) = json(reader, value) {
            record(&mut config.origins, &["data", name], &key.span(), value);
            config.data.insert(name.to_owned(), json);
        }
    }
}

/// Reads the files of data that are named.
pub(super) fn read_files(reader: &mut Reader, value: &Value<'_>, folder: &Path, config: &mut Config) {
    for (path, at) in reader.placed_texts("data-file", value) {
        let members = match files::read_file(&folder.join(&path), "data-file") {
            Ok(members) => members,
            Err(failure) => {
                let help = failure
                    .help
                    .unwrap_or_else(|| "paths begin at the folder of this file".to_owned());
                reader.wrong(Code::BadSetting, &at, failure.message, help);
                continue;
            }
        };
        for (name, json) in members {
            // The place of what stands before it is the one to show.
            if !config.data.contains_key(&name) {
                config.origins.add(&["data", &name], at.clone(), at.clone());
            }
            if config.file_data.insert(name.clone(), json).is_some() {
                let message = format!("the datum `{name}` is in two files");
                reader.wrong(Code::Contradiction, &at, message, "keep it in one of them");
            }
        }
    }
}

/// A value as JSON. Recursion is bounded by the parser.
pub(super) fn json(reader: &mut Reader, value: &Value<'_>) -> Option<Json> {
    let mut refuse = |message: &str, help: &str| {
        reader.wrong(Code::BadSetting, &value.span(), message, help);
        None
    };
    match value.get_ref() {
        DeValue::String(text) => Some(Json::from(text.as_ref())),
        DeValue::Boolean(bool) => Some(Json::from(*bool)),
        DeValue::Datetime(date) => Some(Json::from(date.to_string())),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => Some(Json::from(integer)),
            Err(_) => refuse(
                "this integer is outside 64 bits",
                "write a text, or a number with a fraction",
            ),
        },
        DeValue::Float(float) => {
            let float = float
                .as_str()
                .parse()
                .ok()
                .filter(|float: &f64| float.is_finite());
            match float {
                Some(float) => Some(Json::from(float)),
                None => refuse("this is no finite number", "data know neither infinity nor `nan`"),
            }
        }
        DeValue::Array(items) => {
            let items: Vec<Option<Json>> = items.iter().map(|item| json(reader, item)).collect();
            items.into_iter().collect::<Option<Vec<Json>>>().map(Json::Array)
        }
        DeValue::Table(table) => {
            let members: Vec<Option<(String, Json)>> = table
                .iter()
                .map(|(key, value)| Some((key.get_ref().to_string(), json(reader, value)?)))
                .collect();
            members
                .into_iter()
                .collect::<Option<Map<String, Json>>>()
                .map(Json::Object)
        }
    }
}
