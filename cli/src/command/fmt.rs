//! `ward fmt`: policies in the one format there is. Each file stands for itself: what is wrong with one
//! keeps no other from being formatted.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use wardlaw_lang::{Diagnostic, FileId, Sources, format};

use crate::{
    args::Fmt,
    output::{diagnostic, difference, escape, summary::count},
    project::{is_remote, policies, read_all, shown},
    ui::{Exit, Failure, Ui, reason},
};

/// The name of standard input in messages.
const STDIN: &str = "<stdin>";

/// Formats, or checks that it is so.
pub(crate) fn run(args: &Fmt, ui: &mut Ui) -> Exit {
    let mut work = Work {
        args,
        ui,
        exit: Exit::Clean,
        same: 0,
        changed: 0,
        failed: 0,
    };
    let mut files: Vec<PathBuf> = Vec::new();
    for path in &args.paths {
        if path.as_os_str() == "-" {
            work.stdin();
            continue;
        }
        match find(path) {
            Ok(found) => {
                let new: Vec<PathBuf> = found.into_iter().filter(|file| !files.contains(file)).collect();
                files.extend(new);
            }
            Err(failure) => work.fail(&failure),
        }
    }
    for file in &files {
        if let Err(failure) = work.file(file) {
            work.fail(&failure);
        }
    }
    work.finish();
    work.exit
}

/// The policy files that a path names.
fn find(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if is_remote(path.as_os_str()) {
        return Err(Failure::new(format!(
            "`{}`: a policy is never read from another machine",
            shown(path)
        )));
    }
    let metadata =
        fs::metadata(path).map_err(|error| Failure::new(format!("`{}`: {}", shown(path), reason(&error))))?;
    if metadata.is_dir() {
        return policies::files_below(path);
    }
    if path.extension().is_none_or(|extension| extension != "ward") {
        return Err(Failure::new(format!("`{}`: not a policy file", shown(path)))
            .with_help("policy files end in `.ward`"));
    }
    Ok(vec![path.to_path_buf()])
}

struct Work<'a> {
    args: &'a Fmt,
    ui: &'a mut Ui,
    exit: Exit,
    same: usize,
    changed: usize,
    failed: usize,
}

impl Work<'_> {
    fn fail(&mut self, failure: &Failure) {
        self.ui.fail(failure);
        self.failed += 1;
        self.exit = Exit::Wrong;
    }

    fn stdin(&mut self) {
        let text = match read_all(io::stdin().lock(), 0, policies::LONGEST_SOURCE) {
            Ok(Some(bytes)) => String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned()),
            Ok(None) => Err("it is too long for a policy".to_owned()),
            Err(error) => Err(reason(&error)),
        };
        let text = match text {
            Ok(text) => text,
            Err(what) => return self.fail(&Failure::new(format!("cannot read standard input: {what}"))),
        };
        let Some(formatted) = self.formatted(STDIN, &text) else {
            return;
        };
        if self.args.check {
            self.compare(STDIN, &text, &formatted);
        } else {
            self.ui.print(&formatted);
        }
    }

    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        let name = policies::name_of(path);
        let text = policies::text_of(path)?;
        let Some(formatted) = self.formatted(&name, &text) else {
            return Ok(());
        };
        if self.args.check || formatted == text {
            self.compare(&name, &text, &formatted);
            return Ok(());
        }
        replace(path, &formatted)
            .map_err(|error| Failure::new(format!("cannot write `{name}`: {}", reason(&error))))?;
        self.changed += 1;
        Ok(())
    }

    /// The text in the format; tells what is wrong where it has a mistake.
    fn formatted(&mut self, name: &str, text: &str) -> Option<String> {
        let diagnostics = match format(FileId(0), text) {
            Ok(formatted) => return Some(formatted),
            Err(diagnostics) => diagnostics,
        };
        let mut sources = Sources::new();
        sources.add(name, text);
        let mut out = String::new();
        diagnostic::write(&mut out, &diagnostics, &sources, self.ui.err_style());
        self.ui.tell(&out);
        let errors = diagnostics.iter().filter(|d| Diagnostic::is_error(d)).count();
        self.fail(&Failure::new(format!(
            "`{name}` is left as it is: {}",
            count(errors, "error")
        )));
        None
    }

    fn compare(&mut self, name: &str, text: &str, formatted: &str) {
        if formatted == text {
            self.same += 1;
            return;
        }
        self.changed += 1;
        self.exit = self.exit.max(Exit::Denied);
        let style = self.ui.out_style();
        let mut out = format!("{}\n", style.strong(&escape::line(name)));
        difference::write(&mut out, name, text, formatted, style);
        self.ui.print(&out);
    }

    fn finish(&mut self) {
        let all = self.same + self.changed + self.failed;
        if self.args.quiet || all == 0 {
            return;
        }
        let mut text = count(all, "file");
        let done = if self.args.check {
            "not formatted"
        } else {
            "formatted"
        };
        for (number, what) in [
            (self.changed, done),
            (self.failed, "failed"),
            (self.same, "unchanged"),
        ] {
            if number > 0 {
                let sign = if text.contains(':') { "," } else { ":" };
                text = format!("{text}{sign} {number} {what}");
            }
        }
        self.ui.tell(&format!("{text}\n"));
    }
}

/// Puts a new text in the place of a file, or leaves the file as it is: the text is written beside it
/// first. A symlink stays one, and the file keeps its permissions.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::from(io::ErrorKind::PermissionDenied));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = (|| {
        let mut file = fs::File::create_new(&beside)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(permissions)?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    })();
    if written.is_err() {
        // The error that is told is the first one.
        let _ = fs::remove_file(&beside);
    }
    written
}
