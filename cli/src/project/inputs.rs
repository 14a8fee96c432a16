//! The files that a path names: itself, or the manifests below a folder, in path order. Folders are
//! listed before anything is read, files are read one by one when their turn comes.

use std::{
    collections::HashSet,
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::{is_remote, read_all, read_bounded, shown};
use crate::ui::{Failure, reason};

/// Bytes of one file, all its documents together. A single document has a lower limit of its own.
pub(crate) const LONGEST_FILE: u64 = 256 * 1024 * 1024;

/// Folders inside each other.
const DEEPEST: usize = 256;

/// One file to check.
#[derive(Debug)]
pub(crate) struct Input {
    /// The name in results; `-` for standard input.
    pub(crate) name: String,
    /// Where it lies; none for standard input.
    path: Option<PathBuf>,
    /// Whether the command line names it, so that it must hold a manifest.
    pub(crate) named: bool,
    /// Why it cannot be read, where that is known already.
    broken: Option<String>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// Files in the order of the arguments, below a folder in path order.
    pub(crate) files: Vec<Input>,
    /// Symlinked folders that were left out.
    pub(crate) symlinks: Vec<String>,
}

/// Lists what the paths name. A path that does not exist is an input that cannot be read, so that the
/// others are still checked.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Inputs, Failure> {
    let mut inputs = Inputs::default();
    let mut seen: HashSet<PathBuf> = HashSet::new();
    for path in paths {
        if is_remote(path.as_os_str()) {
            return Err(Failure::new(format!(
                "`{}`: manifests are never read from another machine",
                shown(path)
            ))
            .with_help("fetch it and pipe it in: `curl … | ward check -`"));
        }
        if path.as_os_str() == "-" {
            // No file has the empty path.
            if seen.insert(PathBuf::new()) {
                inputs.files.push(Input {
                    name: "-".to_owned(),
                    path: None,
                    named: true,
                    broken: None,
                });
            }
            continue;
        }
        let mut found = Vec::new();
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => folder(path, &mut found, &mut inputs.symlinks),
            Ok(_) => found.push(Input::at(path.clone(), true)),
            Err(error) => found.push(Input {
                broken: Some(reason(&error)),
                ..Input::at(path.clone(), true)
            }),
        }
        // A file that is found twice is checked once.
        let key = |input: &Input| -> PathBuf {
            let parts = input.path.iter().flat_map(|path| path.components());
            parts.filter(|part| *part != Component::CurDir).collect()
        };
        inputs
            .files
            .extend(found.into_iter().filter(|input| seen.insert(key(input))));
    }
    Ok(inputs)
}

impl Input {
    fn at(path: PathBuf, named: bool) -> Self {
        let name = shown(&path);
        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        Self {
            name,
            path: Some(path),
            named,
            broken: None,
        }
    }

    /// The bytes of the file, or why there are none.
    pub(crate) fn read(&self) -> Result<Vec<u8>, String> {
        if let Some(reason) = &self.broken {
            return Err(format!("cannot be read: {reason}"));
        }
        let bytes = match &self.path {
            Some(path) => read_bounded(path, LONGEST_FILE),
            None => read_all(io::stdin().lock(), 0, LONGEST_FILE),
        };
        match bytes {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(format!(
                "longer than {} MiB: give it in parts",
                LONGEST_FILE >> 20
            )),
            Err(error) => Err(format!("cannot be read: {}", reason(&error))),
        }
    }

    /// The folder of the Helm chart that the file belongs to.
    pub(crate) fn chart(&self) -> Option<String> {
        let path = self.path.as_deref()?;
        let absolute = std::path::absolute(path).ok()?;
        let depth = absolute
            .ancestors()
            .skip(1)
            .position(|folder| folder.join("Chart.yaml").is_file())?;
        // As the user wrote it, as far as that reaches up.
        let own = path.ancestors().nth(depth + 1).unwrap_or(Path::new(""));
        if !own.as_os_str().is_empty() {
            return Some(shown(own));
        }
        Some(
            absolute
                .ancestors()
                .nth(depth + 1)
                .map_or_else(|| ".".to_owned(), shown),
        )
    }
}

/// The bytes of a file that is named, or of standard input for `-`; or why there are none.
pub(crate) fn read_named(file: &str) -> Result<Vec<u8>, String> {
    if is_remote(file.as_ref()) {
        return Err("is never read from another machine".to_owned());
    }
    Input {
        name: file.to_owned(),
        path: (file != "-").then(|| PathBuf::from(file)),
        named: true,
        broken: None,
    }
    .read()
}

/// All manifests below a folder. A folder that cannot be listed is an input that cannot be read.
fn folder(root: &Path, found: &mut Vec<Input>, symlinks: &mut Vec<String>) {
    let mut folders = vec![(root.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let broken = |reason| Input {
            broken: Some(reason),
            ..Input::at(folder.clone(), true)
        };
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                found.push(broken(reason(&error)));
                continue;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    found.push(broken(reason(&error)));
                    break;
                }
            };
            let (name, path) = (entry.file_name(), entry.path());
            let kind = entry.file_type();
            let hidden = name.as_encoded_bytes().starts_with(b".");
            if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
                if hidden || name == "node_modules" {
                    continue;
                }
                if depth < DEEPEST {
                    folders.push((path, depth + 1));
                } else {
                    found.push(broken("folders are nested too deeply".to_owned()));
                }
            } else if kind.as_ref().is_ok_and(fs::FileType::is_symlink) && path.is_dir() {
                // Not followed: it may lead back up.
                if !hidden {
                    symlinks.push(shown(&path));
                }
            } else if is_manifest(&path) && is_file(&path) {
                found.push(Input::at(path, false));
            }
        }
    }
    let key = |input: &Input| {
        input
            .path
            .as_ref()
            .map(|path| path.as_os_str().as_encoded_bytes().to_vec())
    };
    found.sort_by_cached_key(key);
    symlinks.sort();
}

fn is_manifest(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "yaml" || extension == "yml" || extension == "json")
}

/// A file, or what may be one: what cannot be examined is reported when it is read. Pipes and
/// devices in a folder are left alone, because reading one may never end.
fn is_file(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |metadata| metadata.is_file())
}
