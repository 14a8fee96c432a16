//! Uses: which packages are in force, under which names, for which requests and with which data.

use alloc::{
    borrow::ToOwned,
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde_json::Value as Json;
use wardlaw_lang::{
    Code, Library, NamedSet, builtin::NAMESPACES, ir::Program, package::below, suggest::nearest,
};

use super::{
    matching::Match,
    origins::{At, Mistake},
    subject,
};
use crate::datum::Datum;

/// A package in force, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Use {
    /// The path of a package, a path above several, or a named set of the library.
    pub package: String,
    /// A name of its own: an instance of the package, which counts as a package. Its rules and its data
    /// are named by it; the package itself is not in force by this.
    pub name: Option<String>,
    /// Which requests it is about.
    pub matching: Match,
    /// Data of the package, by the name there.
    pub data: BTreeMap<String, Json>,
}

/// A datum that is given, and where.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) value: Datum,
    pub(crate) at: At,
}

/// What uses come to before anything is compiled.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    /// Paths of packages, and paths above them.
    pub(crate) select: Vec<String>,
    /// Package and name.
    pub(crate) instances: Vec<(String, String)>,
    /// Data by full name.
    pub(crate) data: BTreeMap<String, Given>,
}

fn find_set<'l>(library: &'l dyn Library, name: &str) -> Option<&'l NamedSet> {
    library.sets().iter().find(|set| set.name == name)
}

/// The setting of a use.
fn at(index: usize, part: &str) -> At {
    At::value(&["use", &index.to_string(), part])
}

/// Reads the uses, together with the data that are given by full name.
pub(super) fn select(
    uses: &[Use],
    data: &BTreeMap<String, Datum>,
    library: &dyn Library,
    wrong: &mut Vec<Mistake>,
) -> Selected {
    let mut selected = Selected::default();
    for (name, value) in data {
        let given = Given {
            value: value.clone(),
            at: At::value(&["data", name]),
        };
        selected.data.insert(name.clone(), given);
    }
    let mut named: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, used) in uses.iter().enumerate() {
        let set = find_set(library, &used.package);
        match (&used.name, set) {
            (Some(name), None) => {
                if let Some(earlier) = named.insert(name.as_str(), index) {
                    let message = format!("two instances are called `{name}`");
                    wrong.push(
                        Mistake::new(Code::Contradiction, at(index, "as"), name, message)
                            .beside(at(earlier, "as"), "the other one")
                            .with_help("give each a name of its own"),
                    );
                } else {
                    selected.instances.push((used.package.clone(), name.clone()));
                }
            }
            (Some(_), Some(set)) => {
                let message = format!("`{}` is a set of packages", set.name);
                let mistake = Mistake::new(Code::BadUse, at(index, "as"), set.name, message);
                wrong.push(mistake.with_help("`as` names an instance of one package"));
            }
            (None, Some(set)) => selected
                .select
                .extend(set.packages.iter().map(|package| String::from(*package))),
            (None, None) => selected.select.push(used.package.clone()),
        }
        let path = used.name.as_ref().unwrap_or(&used.package);
        for (name, value) in &used.data {
            let given = Given {
                value: value.clone().into(),
                at: at(index, "data").below(name),
            };
            if set.is_some() {
                let message = format!(
                    "`{}` is a set of packages: whose datum is `{name}`?",
                    used.package
                );
                let mistake = Mistake::new(Code::BadUse, given.at, name, message);
                wrong.push(mistake.with_help("give it by its full name, under `[data]`"));
                continue;
            }
            let full = format!("{path}.{name}");
            if let Some(other) = selected.data.get(&full) {
                let message = format!("the datum `{full}` is given twice");
                let mistake = Mistake::new(Code::Contradiction, given.at, name, message);
                wrong.push(
                    mistake
                        .beside(other.at.clone(), "here, too")
                        .with_help("keep one"),
                );
            } else {
                selected.data.insert(full, given);
            }
        }
    }
    set_data(uses, library, &mut selected, wrong);
    selected.select.sort_unstable();
    selected.select.dedup();
    selected.instances.sort_unstable();
    selected
}

/// The data of sets: what the host gives itself stands before them.
fn set_data(uses: &[Use], library: &dyn Library, selected: &mut Selected, wrong: &mut Vec<Mistake>) {
    let mut of_sets: BTreeMap<&str, (&str, Json, usize)> = BTreeMap::new();
    for (index, used) in uses.iter().enumerate() {
        let Some(set) = find_set(library, &used.package).filter(|_| used.name.is_none()) else {
            continue;
        };
        for (datum, text) in set.data {
            let value: Json = match serde_json::from_str(text) {
                Ok(value) => value,
                Err(error) => {
                    let message = format!("the set's datum `{datum}` is no JSON: {error}");
                    let mistake = Mistake::new(Code::BadData, at(index, "package"), *text, message);
                    wrong.push(mistake.with_help("mend the library"));
                    continue;
                }
            };
            if selected.data.contains_key(*datum) {
                continue;
            }
            match of_sets.get(datum) {
                Some((_, other, _)) if *other == value => {}
                Some((other, _, first)) => {
                    let message = format!(
                        "the sets `{other}` and `{}` disagree on the datum `{datum}`",
                        set.name
                    );
                    let mistake = Mistake::new(Code::Contradiction, at(index, "package"), set.name, message);
                    wrong.push(
                        mistake
                            .beside(at(*first, "package"), "the other set")
                            .with_help("choose one of them, or give the datum yourself"),
                    );
                }
                None => drop(of_sets.insert(datum, (set.name, value, index))),
            }
        }
    }
    for (datum, (_, value, index)) in of_sets {
        let given = Given {
            value: value.into(),
            at: at(index, "package"),
        };
        selected.data.insert(datum.to_owned(), given);
    }
}

/// Uses of packages that do not exist, and names that no instance can have.
pub(super) fn check_names(
    uses: &[Use],
    loaded: &[String],
    library: &dyn Library,
    wrong: &mut Vec<Mistake>,
) -> Vec<String> {
    let mut missing = Vec::new();
    let in_library = library.packages();
    let known: Vec<&str> = loaded
        .iter()
        .map(String::as_str)
        .chain(in_library.iter().map(|package| package.path))
        .collect();
    for (index, used) in uses.iter().enumerate() {
        let (package, before) = (used.package.as_str(), wrong.len());
        if find_set(library, package).is_none() {
            let exact = known.contains(&package);
            let above = known.iter().any(|path| below(path, package));
            if !exact && (used.name.is_some() || !above) {
                let mistake =
                    |message| Mistake::new(Code::UnknownPackage, at(index, "package"), package, message);
                let sets = library.sets().iter().map(|set| set.name);
                let near = nearest(package, known.iter().copied().chain(sets));
                wrong.push(if above {
                    mistake(format!("`{package}` stands above several packages"))
                        .with_help("`as` names an instance of one package")
                } else if package.contains('-') {
                    mistake(format!("the library has no set `{package}`"))
                        .with_nearest(near, "sets are named by the library")
                } else {
                    mistake(format!("there is no package `{package}`")).with_nearest(
                        near,
                        "name a package of the policy or of the library, or a set of the library",
                    )
                });
            } else if !exact && !used.data.is_empty() {
                let message = format!("`{package}` stands above several packages: whose data are these?");
                let mistake = Mistake::new(Code::BadUse, at(index, "data"), package, message);
                wrong.push(mistake.with_help("give them by their full names, under `[data]`"));
            }
        }
        if let Some(name) = &used.name {
            let mistake = |message| Mistake::new(Code::BadUse, at(index, "as"), name, message);
            if known.contains(&name.as_str()) {
                wrong.push(
                    mistake(format!("`{name}` is a package already"))
                        .with_help("give the instance a name of its own"),
                );
            } else if !is_path(name) {
                wrong.push(
                    mistake(format!("`{name}` is no path of a package"))
                        .with_help("write names joined by points, such as `acme.team_label`"),
                );
            } else if NAMESPACES.contains(&name.as_str()) {
                wrong.push(
                    mistake(format!("`{name}` is a builtin namespace"))
                        .with_help("give the instance a name of its own"),
                );
            }
        }
        if wrong.len() > before {
            missing.push(used.name.as_ref().unwrap_or(&used.package).clone());
        }
    }
    missing
}

/// Whether a text can stand after `package`.
fn is_path(text: &str) -> bool {
    text.split('.').all(|name| {
        let mut letters = name.chars();
        letters
            .next()
            .is_some_and(|first| first.is_ascii_lowercase() || first == '_')
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

/// What each package's requests must match, by the package's index.
pub(super) fn matches(
    uses: &[Use],
    program: &Program,
    library: &dyn Library,
    wrong: &mut Vec<Mistake>,
) -> BTreeMap<u32, Match> {
    let mut found: BTreeMap<u32, (Match, usize)> = BTreeMap::new();
    let requests = program
        .inputs
        .iter()
        .any(|input| subject::is_request(&input.name, &program.types.display(input.ty)));
    let paths = program.packages.iter().map(|package| package.path.as_str());
    let by_path: BTreeMap<&str, u32> = paths.zip(0_u32..).collect();
    for (index, used) in uses.iter().enumerate() {
        let matching = used.matching.clone().sorted();
        let mistake = |code, message| Mistake::new(code, at(index, "match"), used.package.as_str(), message);
        if !matching.is_empty() && !requests {
            let message = format!(
                "`{}` reads no `k8s.AdmissionRequest`: nothing can match",
                used.package
            );
            wrong.push(mistake(Code::BadUse, message).with_help("leave out `match`"));
            continue;
        }
        let named = |path: &str| by_path.get(path).copied();
        let meant: Vec<u32> = match (&used.name, find_set(library, &used.package)) {
            (Some(name), _) => named(name).into_iter().collect(),
            (None, Some(set)) => set.packages.iter().filter_map(|path| named(path)).collect(),
            (None, None) => by_path
                .range(used.package.as_str()..)
                .take_while(|(path, _)| path.starts_with(&used.package))
                .filter(|(path, _)| below(path, &used.package))
                .map(|(_, position)| *position)
                .collect(),
        };
        for position in meant {
            let Some(package) = program.packages.get(position as usize) else {
                continue;
            };
            if !package.selected || package.instance_of.is_some() != used.name.is_some() {
                continue;
            }
            if package.default_deny && !matching.is_empty() {
                let message = format!("`{}` denies by default: it is about every request", package.path);
                wrong.push(
                    mistake(Code::BadUse, message)
                        .with_help("leave out `match`: a request that it leaves out would be allowed"),
                );
            }
            match found.get(&position) {
                Some((other, _)) if *other == matching => {}
                Some((_, first)) => {
                    let message = format!("`{}` is used twice, for different requests", package.path);
                    wrong.push(
                        Mistake::new(
                            Code::Contradiction,
                            at(index, "package"),
                            used.package.as_str(),
                            message,
                        )
                        .beside(at(*first, "package"), "the other use")
                        .with_help("use it once, or give each use a name of its own with `as`"),
                    );
                }
                None => drop(found.insert(position, (matching.clone(), index))),
            }
        }
    }
    found
        .into_iter()
        .map(|(position, (matching, _))| (position, matching))
        .filter(|(_, matching)| !matching.is_empty())
        .collect()
}
