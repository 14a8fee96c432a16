//! Pages whose commands are run: what a page shows is what the command prints.
//!
//! A block ```` ```console ```` holds commands after `$ `, each followed by what it prints to both
//! streams; `…` stands for any text, and alone on a line for any lines. A block with a file name
//! (```` ```ward pods.ward ````) is that file.

use std::{fs, path::Path, process::Command};

/// What blocks with a file name are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Files {
    /// Written into the folder: the page makes what it speaks of.
    Written,
    /// Excerpts of files that lie in the folder.
    Quoted,
}

/// What a page shows wrongly, one line each, and the page as it would be right.
pub(crate) struct Checked {
    pub(crate) wrong: Vec<String>,
    pub(crate) mended: String,
    pub(crate) commands: usize,
}

/// Runs the commands of a page in a folder.
pub(crate) fn check(name: &str, page: &str, folder: &Path, files: Files) -> Checked {
    let mut checked = Checked {
        wrong: Vec::new(),
        mended: String::new(),
        commands: 0,
    };
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        checked.mended.push_str(line);
        checked.mended.push('\n');
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut text = body.join("\n");
        text.push('\n');
        match info.split(' ').collect::<Vec<_>>().as_slice() {
            ["console"] => text = console(name, &body, folder, &mut checked),
            // Commands of other tools, and output that a command shows on a terminal only.
            ["sh" | "text" | "json"] => {}
            [_, file] if files == Files::Quoted => {
                let whole = fs::read_to_string(folder.join(file)).unwrap_or_default();
                if !whole.contains(&text) {
                    checked
                        .wrong
                        .push(format!("{name}: `{file}` does not hold:\n{text}"));
                }
            }
            [_, file] => {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
                fs::write(path, &text).expect("a file");
            }
            other => checked
                .wrong
                .push(format!("{name}: nothing runs a block {other:?}")),
        }
        checked.mended.push_str(&text);
        checked.mended.push_str("```\n");
    }
    checked
}

/// The block as it would be right.
fn console(name: &str, body: &[&str], folder: &Path, checked: &mut Checked) -> String {
    let mut right = String::new();
    let mut lines = body.iter().peekable();
    while let Some(line) = lines.next() {
        let Some(command) = line.strip_prefix("$ ") else {
            checked
                .wrong
                .push(format!("{name}: output before a command: {line}"));
            continue;
        };
        let mut shown: Vec<&str> = Vec::new();
        while let Some(output) = lines.next_if(|line| !line.starts_with("$ ")) {
            shown.push(output);
        }
        checked.commands += 1;
        let printed = run(command, folder);
        let printed: Vec<&str> = printed.lines().collect();
        right.push_str(&format!("$ {command}\n"));
        if fits(&shown, &printed) {
            shown.iter().for_each(|line| right.push_str(&format!("{line}\n")));
        } else {
            checked.wrong.push(format!(
                "{name}: `{command}` prints\n{}\nnot\n{}",
                printed.join("\n"),
                shown.join("\n")
            ));
            printed
                .iter()
                .for_each(|line| right.push_str(&format!("{}\n", timeless(line))));
        }
    }
    right
}

fn run(command: &str, folder: &Path) -> String {
    let ward = Path::new(env!("CARGO_BIN_EXE_ward"));
    let mut path = vec![ward.parent().expect("a folder").to_path_buf()];
    path.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(folder)
        .env("PATH", std::env::join_paths(path).expect("a path"));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"] {
        shell.env_remove(name);
    }
    let output = shell.output().expect("sh runs");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// Whether lines are as shown; white space at their ends does not count.
fn fits(shown: &[&str], printed: &[&str]) -> bool {
    match shown {
        [] => printed.is_empty(),
        ["…", rest @ ..] => (0..=printed.len()).any(|skipped| fits(rest, &printed[skipped..])),
        [first, rest @ ..] => printed
            .split_first()
            .is_some_and(|(line, others)| line_fits(first.trim_end(), line.trim_end()) && fits(rest, others)),
    }
}

fn line_fits(shown: &str, printed: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = printed.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// A line without what changes from run to run and from version to version: the time that something
/// took, the digests and the fuel of a decision.
fn timeless(line: &str) -> String {
    if let Some((before, _)) = line.split_once(",\"policy\":\"sha256:") {
        return format!("{before},…}}");
    }
    match line.rsplit_once(" (") {
        Some((before, time)) if time.ends_with(" ms)") || time.ends_with(" s)") => format!("{before} (…)"),
        _ => line.to_owned(),
    }
}
