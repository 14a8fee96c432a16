//! `-p`: which sources, packages and named sets are meant. A plain name is looked up in the library
//! first, so that a folder `k8s` of manifests never shadows the package; `./k8s` names the folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use wardlaw_lang::{CompileInput, Library, Sources, compile, package::below, suggest::nearest};

use super::{is_remote, read_bounded, schemas, shown};
use crate::{
    config::Config,
    ui::{Failure, reason},
};

/// The set in force where none is named.
pub(crate) const DEFAULT_SET: &str = "pss-baseline";

/// A policy file longer than this is not one.
pub(crate) const LONGEST_SOURCE: u64 = 16 * 1024 * 1024;

/// A compiled policy longer than this is not one.
const LONGEST_COMPILED: u64 = 256 * 1024 * 1024;

/// Folders inside each other; a deeper tree is not one of policies.
const DEEPEST: usize = 64;

/// What is to be compiled and in force.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    /// Named sets.
    pub(crate) sets: Vec<&'static str>,
    /// Package prefixes of the library.
    pub(crate) packages: Vec<String>,
    /// The user's own files: name and text.
    pub(crate) sources: Vec<(String, String)>,
    /// A compiled policy, alone: name and bytes.
    pub(crate) compiled: Option<(String, Vec<u8>)>,
    /// The schemas that they import.
    pub(crate) schemas: Vec<schemas::Schema>,
    /// The folders that were named, or in which a named file lies: schemas are read in and below them.
    roots: Vec<PathBuf>,
    /// What the settings use, by name; their uses are in force only where nothing is named by `-p`.
    pub(crate) used: Vec<String>,
    /// Whether nothing was named by `-p`, so that all settings apply.
    pub(crate) configured: bool,
    /// Whether nothing was named at all, so that the default is in force.
    pub(crate) by_default: bool,
}

impl Selection {
    /// Reads the schemas that the sources need.
    fn with_schemas(mut self) -> Self {
        self.schemas = schemas::read(&self.sources, &self.roots);
        self
    }

    /// The selection in a few words, for the summary.
    pub(crate) fn title(&self) -> String {
        let mut names: Vec<&str> = self.used.iter().map(String::as_str).collect();
        names.extend(&self.sets);
        names.extend(self.packages.iter().map(String::as_str));
        let own = match self.sources.len() {
            0 => None,
            1 => self.sources.first().map(|(name, _)| name.clone()),
            files => Some(format!("{files} files")),
        };
        names.extend(own.as_deref());
        names.extend(self.compiled.iter().map(|(name, _)| name.as_str()));
        names.join(", ")
    }
}

/// Finds what `-p` names; without it, what the settings use.
pub(crate) fn select(
    named: &[String],
    config: Option<&Config>,
    library: &dyn Library,
) -> Result<Selection, Failure> {
    let mut selection = Selection {
        configured: named.is_empty(),
        ..Selection::default()
    };
    if let Some(config) = config.filter(|config| named.is_empty() && config.selects()) {
        for path in &config.policies {
            named_path(path, "policies", &mut selection)?;
        }
        let names = config.uses.iter();
        selection.used = names
            .map(|used| used.name.as_ref().unwrap_or(&used.package).clone())
            .collect();
        selection.used.sort_unstable();
    } else if named.is_empty() {
        selection.by_default = true;
        selection.sets.extend(find_set(DEFAULT_SET, library));
        if selection.sets.is_empty() {
            return Err(Failure::new("no policy is named").with_help("name one with `-p`"));
        }
    }
    if let Some(name) = named.iter().find(|name| is_compiled(name)) {
        if named.len() > 1 {
            return Err(
                Failure::new(format!("`-p {name}`: a compiled policy stands alone"))
                    .with_help("compile all together with `ward build`, or name the sources"),
            );
        }
        selection.compiled = Some((name.clone(), compiled(name)?));
        return Ok(selection);
    }
    for name in named {
        if is_remote(name.as_ref()) {
            return Err(Failure::new(format!(
                "`-p {name}`: a policy is never read from another machine"
            ))
            .with_help("fetch it first, and name the file or folder"));
        }
        if let Some(set) = find_set(name, library) {
            if !selection.sets.contains(&set) {
                selection.sets.push(set);
            }
        } else if is_package(name, library) {
            if !selection.packages.contains(name) {
                selection.packages.push(name.clone());
            }
        } else {
            let path = Path::new(name);
            if !path.exists() {
                return Err(unknown(name, library));
            }
            named_path(path, "-p", &mut selection)?;
        }
    }
    Ok(selection.with_schemas())
}

/// Whether it is a file of `ward build`, by its name.
fn is_compiled(name: &str) -> bool {
    !is_remote(name.as_ref())
        && Path::new(name)
            .extension()
            .is_some_and(|extension| extension == "wardb")
}

fn compiled(name: &str) -> Result<Vec<u8>, Failure> {
    match read_bounded(Path::new(name), LONGEST_COMPILED) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(Failure::new(format!("`-p {name}`: too long for a policy"))),
        Err(error) => Err(Failure::new(format!("`-p {name}`: {}", reason(&error)))),
    }
}

/// The folder that a file lies in.
fn parent(file: &Path) -> &Path {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

/// The policies of a file or folder that `option` names.
fn named_path(path: &Path, option: &str, selection: &mut Selection) -> Result<(), Failure> {
    let name = shown(path);
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => folder(path, selection),
        Ok(metadata) if metadata.is_file() => {
            if path.extension().is_none_or(|extension| extension != "ward") {
                return Err(Failure::new(format!("`{option} {name}`: not a policy file"))
                    .with_help("policy files end in `.ward`; manifests are named without `-p`"));
            }
            selection.roots.push(parent(path).to_path_buf());
            source(path, selection)
        }
        Ok(_) => Err(Failure::new(format!(
            "`{option} {name}`: neither a file nor a folder"
        ))),
        Err(error) => Err(Failure::new(format!("`{option} {name}`: {}", reason(&error)))),
    }
}

/// The files of the settings' policies, as far as they can be read: they are not in force, but known.
pub(crate) fn texts(config: &Config) -> Vec<String> {
    let mut selection = Selection::default();
    for path in &config.policies {
        // What cannot be read holds no names.
        let _ = named_path(path, "policies", &mut selection);
    }
    selection.sources.into_iter().map(|(_, text)| text).collect()
}

/// Adds the files of the settings' policies that are not there yet, for whatever imports them.
pub(crate) fn add(config: &Config, selection: &mut Selection) -> Result<(), Failure> {
    let place = |name: &str| fs::canonicalize(name).ok();
    let known: Vec<PathBuf> = selection
        .sources
        .iter()
        .filter_map(|(name, _)| place(name))
        .collect();
    let mut more = Selection::default();
    for path in &config.policies {
        named_path(path, "policies", &mut more)?;
    }
    let is_new = |(name, _): &(String, String)| place(name).is_none_or(|place| !known.contains(&place));
    selection.sources.extend(more.sources.into_iter().filter(is_new));
    selection.roots.append(&mut more.roots);
    selection.schemas = schemas::read(&selection.sources, &selection.roots);
    Ok(())
}

/// The policies of files and folders. Of a file, the others of its folder come with it; its own name is
/// given back, as the sources have it.
pub(crate) fn below_paths(paths: &[PathBuf]) -> Result<(Selection, Vec<String>), Failure> {
    let mut selection = Selection::default();
    let mut named = Vec::new();
    for path in paths {
        if is_remote(path.as_os_str()) {
            return Err(Failure::new(format!(
                "`{}`: a policy is never read from another machine",
                shown(path)
            ))
            .with_help("fetch it first, and name the file or folder"));
        }
        let metadata = fs::metadata(path)
            .map_err(|error| Failure::new(format!("`{}`: {}", shown(path), reason(&error))))?;
        if metadata.is_dir() {
            let before = selection.sources.len();
            folder(path, &mut selection)?;
            let added = selection.sources.get(before..).unwrap_or(&[]);
            named.extend(added.iter().map(|(name, _)| name.clone()));
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "ward") {
            return Err(Failure::new(format!("`{}`: not a policy file", shown(path)))
                .with_help("policy files end in `.ward`"));
        }
        let parent = parent(path);
        selection.roots.push(parent.to_path_buf());
        let entries = fs::read_dir(parent)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| Failure::new(format!("cannot read `{}`: {}", shown(parent), reason(&error))))?;
        let mut files: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "ward") && file.is_file());
        files.sort();
        for file in &files {
            source(file, &mut selection)?;
        }
        named.push(name_of(path));
    }
    Ok((selection.with_schemas(), named))
}

fn find_set(name: &str, library: &dyn Library) -> Option<&'static str> {
    library
        .sets()
        .iter()
        .find(|set| set.name == name)
        .map(|set| set.name)
}

fn is_package(prefix: &str, library: &dyn Library) -> bool {
    library
        .packages()
        .iter()
        .any(|package| below(package.path, prefix))
}

/// Adds all policy files below a folder.
fn folder(path: &Path, selection: &mut Selection) -> Result<(), Failure> {
    selection.roots.push(path.to_path_buf());
    for file in &files_below(path)? {
        source(file, selection)?;
    }
    Ok(())
}

/// All `*.ward` below a folder, by path, at least one; hidden folders and symlinked folders are left out.
pub(crate) fn files_below(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![(path.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| Failure::new(format!("cannot read `{}`: {}", shown(&folder), reason(&error))))?;
        for entry in entries {
            let path = entry.path();
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !hidden && depth < DEEPEST {
                folders.push((path, depth + 1));
            } else if path.extension().is_some_and(|extension| extension == "ward") && path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort_by(|a, b| {
        a.as_os_str()
            .as_encoded_bytes()
            .cmp(b.as_os_str().as_encoded_bytes())
    });
    if files.is_empty() {
        return Err(Failure::new(format!("no policy in `{}`", shown(path)))
            .with_help("policy files end in `.ward`; manifests are named without `-p`"));
    }
    Ok(files)
}

fn source(path: &Path, selection: &mut Selection) -> Result<(), Failure> {
    let name = name_of(path);
    if selection.sources.iter().any(|(other, _)| *other == name) {
        return Ok(());
    }
    let text = text_of(path)?;
    selection.sources.push((name, text));
    Ok(())
}

/// A policy file's name in messages and results.
pub(crate) fn name_of(path: &Path) -> String {
    let name = shown(path);
    name.strip_prefix("./").unwrap_or(&name).to_owned()
}

/// Reads a policy file.
pub(crate) fn text_of(path: &Path) -> Result<String, Failure> {
    let wrong = |what: &str| Failure::new(format!("cannot read `{}`: {what}", name_of(path)));
    let bytes = read_bounded(path, LONGEST_SOURCE)
        .map_err(|error| wrong(&reason(&error)))?
        .ok_or_else(|| wrong("the file is too long for a policy"))?;
    String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8"))
}

/// The failure for a name that nothing has.
fn unknown(name: &str, library: &dyn Library) -> Failure {
    let is_path = name.contains(['/', '\\'])
        || Path::new(name)
            .extension()
            .is_some_and(|extension| extension == "ward");
    if is_path {
        return Failure::new(format!("`-p {name}`: no such file or folder"));
    }
    let failure = Failure::new(format!("unknown policy `{name}`"));
    if let Some((rule, package)) = rule_called(name, library) {
        let what = if rule == name {
            "a rule".to_owned()
        } else {
            format!("the rule `{rule}`")
        };
        return failure.with_help(format!("`{name}` is {what}; name its package: `-p {package}`"));
    }
    if let Some(near) = suggestion(name, library) {
        return failure.with_help(format!("did you mean `{near}`?"));
    }
    let sets: Vec<String> = library
        .sets()
        .iter()
        .map(|set| format!("`{}`", set.name))
        .collect();
    failure.with_help(format!(
        "name a `.ward` file, a folder, a set ({}) or a package of the library such as `k8s.pod_security`",
        sets.join(", ")
    ))
}

/// The rule of the library that has this name, or this id in another tool, and its package. The library
/// is compiled for it, which is worth it only where the command fails anyway.
fn rule_called(name: &str, library: &dyn Library) -> Option<(String, String)> {
    let sources = Sources::new();
    let select: Vec<String> = library
        .packages()
        .iter()
        .map(|package| package.path.to_owned())
        .collect();
    let program = compile(&CompileInput {
        sources: &sources,
        library,
        select: &select,
        own: false,
        instances: &[],
    })
    .program?;
    let mut rules = program.rules.iter();
    let rule = rules.find(|rule| rule.name == name || rule.aliases.iter().any(|alias| alias == name))?;
    let package = program.packages.get(rule.package.index())?;
    Some((rule.name.clone(), package.path.clone()))
}

fn suggestion(name: &str, library: &dyn Library) -> Option<&'static str> {
    let mut names: Vec<&'static str> = library.sets().iter().map(|set| set.name).collect();
    for package in library.packages() {
        // Every prefix is a name, too.
        for (at, _) in package.path.match_indices('.') {
            names.extend(package.path.get(..at));
        }
        names.push(package.path);
    }
    names.sort_unstable();
    names.dedup();
    nearest(name, names)
}

#[cfg(test)]
mod tests {
    use wardlaw_lang::{LibraryPackage, NamedSet};

    use super::{Library, select};

    #[derive(Debug)]
    struct Two;

    static PACKAGES: [LibraryPackage; 2] = [
        LibraryPackage {
            path: "k8s.pod_security.baseline",
            files: &[],
        },
        LibraryPackage {
            path: "k8s.workload",
            files: &[],
        },
    ];

    impl Library for Two {
        fn package(&self, path: &str) -> Option<&'static LibraryPackage> {
            PACKAGES.iter().find(|package| package.path == path)
        }

        fn packages(&self) -> Vec<&'static LibraryPackage> {
            PACKAGES.iter().collect()
        }

        fn sets(&self) -> &'static [NamedSet] {
            &[NamedSet {
                name: "pss-baseline",
                title: "",
                packages: &[],
                data: &[],
            }]
        }

        fn types(&self, _: &str) -> Option<&'static [u8]> {
            None
        }
    }

    fn help(name: &str) -> String {
        let failure = select(&[name.to_owned()], None, &Two).expect_err("unknown");
        format!("{} / {}", failure.message, failure.help.unwrap_or_default())
    }

    #[test]
    fn names_are_sets_and_prefixes_of_packages() {
        let named = ["pss-baseline", "k8s", "k8s.pod_security", "k8s"].map(str::to_owned);
        let selection = select(&named, None, &Two).unwrap();
        assert_eq!(selection.sets, ["pss-baseline"]);
        assert_eq!(selection.packages, ["k8s", "k8s.pod_security"]);
    }

    #[test]
    fn nothing_named_is_the_default() {
        let selection = select(&[], None, &Two).unwrap();
        assert!(selection.by_default);
        assert_eq!(selection.title(), "pss-baseline");
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        assert!(help("pss-baselin").ends_with("did you mean `pss-baseline`?"));
        assert!(help("k8s.pod_securty").contains("`k8s.pod_security`"));
        assert!(help("zzzzzz").contains("name a `.ward` file"));
        assert!(help("x/y.ward").contains("no such file"));
    }

    #[test]
    fn other_machines_are_refused() {
        assert!(help("https://example.com/a.ward").contains("never read from another machine"));
        assert!(help("\\\\host\\share\\a.ward").contains("never read from another machine"));
    }
}
