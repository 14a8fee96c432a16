//! `ward.toml`: what is in force and with which data, levels, exemptions. It is looked for in the working
//! directory and above it, as other tools of a project do; never in or above what is checked, so that
//! whoever writes the manifests cannot bring exemptions along. What its values mean is the engine's
//! matter; here it is read, and everything keeps its place.

mod data;
mod exempt;
mod levels;
mod reader;
mod uses;

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use serde_json::Value;
use wardlaw::{
    Level,
    settings::{Exemption, Origins, Use},
};
use wardlaw_lang::{Code, Diagnostic, Sources};

use crate::{
    args::Settings,
    engine::Datum,
    project::{is_remote, read_bounded, shown},
    ui::{Failure, reason},
};
use reader::Reader;

/// The name of the file.
const NAME: &str = "ward.toml";

/// A file of settings longer than this is not one.
const LONGEST: u64 = 1024 * 1024;

/// What a file of settings says.
#[derive(Debug, Default)]
pub(crate) struct Config {
    /// Its name, as messages show it.
    pub(crate) name: String,
    /// The files and folders of policies, as they are reached from the working directory.
    pub(crate) policies: Vec<PathBuf>,
    /// The packages that are used, in the order of the file.
    pub(crate) uses: Vec<Use>,
    /// Data by full name.
    pub(crate) data: BTreeMap<String, Value>,
    /// Data of files, which stand behind all others.
    pub(crate) file_data: BTreeMap<String, Datum>,
    /// Levels by the name of a rule or package.
    pub(crate) levels: BTreeMap<String, Level>,
    /// Exemptions, in the order of the file.
    pub(crate) exemptions: Vec<Exemption>,
    /// The line of each exemption.
    pub(crate) lines: Vec<u32>,
    /// Where each setting stands.
    pub(crate) origins: Origins,
    /// What is wrong with it.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether something is wrong with what is in force: then nothing can be said of rules and data.
    pub(crate) unclear: bool,
    /// Its text.
    pub(crate) sources: Sources,
}

impl Config {
    /// Whether it says what is in force.
    pub(crate) fn selects(&self) -> bool {
        !self.uses.is_empty() || !self.policies.is_empty()
    }

    /// Whether it gives data.
    pub(crate) fn gives_data(&self) -> bool {
        let beside = self.uses.iter().any(|used| !used.data.is_empty());
        beside || !self.data.is_empty() || !self.file_data.is_empty()
    }

    /// The full names of the data of the file and of files that it names.
    pub(crate) fn data_names(&self) -> impl Iterator<Item = &String> {
        self.data.keys().chain(self.file_data.keys())
    }

    /// Data of files that nothing stands before.
    pub(crate) fn data_of_files(&self) -> impl Iterator<Item = (&String, &Datum)> {
        self.file_data.iter().filter(|(name, _)| !self.gives(name))
    }

    /// Whether a datum is given by name, here or beside a use.
    fn gives(&self, name: &str) -> bool {
        let beside = |used: &Use| {
            let path = used.name.as_ref().unwrap_or(&used.package);
            let own = name
                .strip_prefix(path.as_str())
                .and_then(|rest| rest.strip_prefix('.'));
            own.is_some_and(|own| used.data.contains_key(own))
        };
        self.data.contains_key(name) || self.uses.iter().any(beside)
    }
}

/// The settings that apply: those of a file that is named, else of the nearest `ward.toml`, if any.
pub(crate) fn load(args: &Settings) -> Result<Option<Config>, Failure> {
    let path = match &args.config {
        _ if args.no_config => return Ok(None),
        Some(path) => path.clone(),
        None => match find() {
            Some(path) => path,
            None => return Ok(None),
        },
    };
    let name = shown(&path);
    let wrong = |what: &str| Failure::new(format!("cannot read `{name}`: {what}"));
    let bytes = read_bounded(&path, LONGEST)
        .map_err(|error| wrong(&reason(&error)))?
        .ok_or_else(|| wrong("the file is too long for settings"))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok(Some(read(&name, &text, folder)))
}

/// The nearest file of settings in the working directory or above it, named as it is reached from there.
fn find() -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    let mut up = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join(NAME).is_file() {
            return Some(up.join(NAME));
        }
        up.push("..");
    }
    None
}

/// Reads a text; `folder` is where its paths begin.
fn read(name: &str, text: &str, folder: &Path) -> Config {
    const KEYS: &[&str] = &["policies", "use", "data", "data-file", "levels", "exempt"];
    let mut config = Config {
        name: name.to_owned(),
        origins: Origins::new(name, text),
        ..Config::default()
    };
    let file = config.sources.add(name, text);
    let mut reader = Reader::new(file, text);
    let table = reader.parse(text);
    for (key, value) in &table {
        let before = reader.diagnostics.len();
        match key.get_ref().as_ref() {
            "policies" => {
                for (path, at) in reader.placed_texts("policies", value) {
                    if is_remote(path.as_ref()) {
                        let message = format!("`{path}`: a policy is never read from another machine");
                        reader.wrong(
                            Code::BadSetting,
                            &at,
                            message,
                            "fetch it first, and name the file or folder",
                        );
                    } else if !folder.join(&path).exists() {
                        let message = format!("`{path}`: no such file or folder");
                        reader.wrong(
                            Code::BadSetting,
                            &at,
                            message,
                            "paths begin at the folder of this file",
                        );
                    }
                    config.policies.push(folder.join(path));
                }
            }
            "use" => uses::read(&mut reader, value, &mut config),
            "data" => data::read(&mut reader, value, &mut config),
            "data-file" => data::read_files(&mut reader, value, folder, &mut config),
            "levels" => levels::read(&mut reader, value, &mut config),
            "exempt" => {
                exempt::read(&mut reader, value, &mut config);
                continue;
            }
            _ => reader.unknown("`ward.toml`", key, KEYS),
        }
        config.unclear |= reader.diagnostics.len() > before && key.get_ref() != "levels";
    }
    let mut diagnostics = reader.diagnostics;
    config.unclear |= diagnostics
        .iter()
        .any(|diagnostic| diagnostic.code == Code::Syntax);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    config.diagnostics = diagnostics;
    config
}
