//! Files that tests read with `files("…")`: in or below the folder of the test, never beyond it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{read_bounded, shown};
use crate::{
    engine::{Files, TestFile},
    ui::reason,
};

/// Bytes of one file.
const LONGEST: u64 = 8 * 1024 * 1024;

/// Files of one pattern.
const MOST: usize = 10_000;

/// Folders inside each other, below `**`.
const DEEPEST: usize = 64;

/// The files on this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fixtures;

impl Files for Fixtures {
    fn files(&self, test: &str, pattern: &str) -> Result<Vec<TestFile>, String> {
        let steps: Vec<&str> = pattern.split('/').collect();
        if pattern.is_empty() || pattern.contains(['\\', ':']) {
            return Err("a pattern is the path of a file, with `/` and perhaps `*`".to_owned());
        }
        if steps
            .iter()
            .any(|step| step.is_empty() || *step == "." || *step == "..")
        {
            return Err("a test reads files in or below its own folder only".to_owned());
        }
        let folder = Path::new(test).parent().unwrap_or(Path::new(""));
        let mut found = vec![folder.to_path_buf()];
        for (index, step) in steps.iter().enumerate() {
            let last = index + 1 == steps.len();
            found = next(&found, step, last)?;
            if found.len() > MOST {
                return Err(format!("it names more than {MOST} files"));
            }
        }
        found.sort_by(|a, b| {
            a.as_os_str()
                .as_encoded_bytes()
                .cmp(b.as_os_str().as_encoded_bytes())
        });
        found.dedup();
        found.iter().map(|path| read(path)).collect()
    }
}

/// One step of a pattern further: folders, or at the end files. Links are not followed into folders.
fn next(folders: &[PathBuf], step: &str, last: bool) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    for folder in folders {
        if step == "**" {
            below(folder, last, &mut found)?;
        } else if step.contains('*') {
            for (name, path, is_folder) in entries(folder)? {
                let hidden = name.starts_with('.') && !step.starts_with('.');
                if !hidden && is_folder != last && matches(step, &name) {
                    found.push(path);
                }
            }
        } else {
            let path = folder.join(step);
            let is_folder = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
            if (last && path.is_file()) || (!last && is_folder) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The folder and all folders below it; at the end of a pattern all files there.
fn below(root: &Path, files: bool, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let mut folders = vec![(root.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        if depth > DEEPEST || found.len() > MOST {
            return Err("folders are nested too deeply, or hold too many files".to_owned());
        }
        for (name, path, is_folder) in entries(&folder)? {
            if name.starts_with('.') {
                continue;
            }
            if is_folder {
                folders.push((path, depth + 1));
            } else if files {
                found.push(path);
            }
        }
        if !files {
            found.push(folder);
        }
    }
    Ok(())
}

/// Name, path and whether it is a folder, of each folder and file.
fn entries(folder: &Path) -> Result<Vec<(String, PathBuf, bool)>, String> {
    let own = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let read = || -> std::io::Result<Vec<(String, PathBuf, bool)>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(own)? {
            let entry = entry?;
            let is_folder = entry.file_type()?.is_dir();
            let path = folder.join(entry.file_name());
            if is_folder || path.is_file() {
                entries.push((entry.file_name().to_string_lossy().into_owned(), path, is_folder));
            }
        }
        Ok(entries)
    };
    read().map_err(|error| format!("cannot read `{}`: {}", shown(own), reason(&error)))
}

fn read(path: &Path) -> Result<TestFile, String> {
    let name = shown(path);
    let bytes = read_bounded(path, LONGEST)
        .map_err(|error| format!("`{name}`: {}", reason(&error)))?
        .ok_or_else(|| format!("`{name}`: longer than {} MiB", LONGEST >> 20))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("`{name}`: not UTF-8"))?;
    Ok(TestFile { name, text })
}

/// Whether a name is what a pattern says; `*` is any run of characters. Linear in both: of all stars
/// only the last one is ever tried anew.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = name.strip_prefix(parts.next().unwrap_or("")) else {
        return false;
    };
    let mut rest = rest;
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{Files, Fixtures, matches};

    #[test]
    fn stars_stand_for_any_run_of_characters() {
        for (pattern, name) in [("*.yaml", "a.yaml"), ("a*b*c", "axxbyc"), ("*", "x"), ("a*", "a")] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.yaml", "a.yml"), ("a*b*c", "axxc"), ("a*a", "a"), ("a", "ab")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_test_does_not_leave_its_folder() {
        for pattern in [
            "../x.yaml",
            "/etc/passwd",
            "a/../../b",
            "",
            "C:\\x",
            "a//b",
            "./a",
        ] {
            assert!(Fixtures.files("p/a.ward", pattern).is_err(), "{pattern}");
        }
    }
}
