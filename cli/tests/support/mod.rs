//! Runs the built command in a folder of its own.
#![expect(clippy::panic, reason = "a test's helpers fail as the test does")]
#![allow(dead_code, reason = "not every test file uses all of it")]

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use serde_json::Value;

/// A folder that is removed when the test is over.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("ward-test-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a temporary folder");
        Self(path)
    }

    /// With files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// `ward`, in this folder, without settings of whoever runs the tests.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ward"));
        command.current_dir(&self.0).args(args).stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs `ward` to its end.
    pub(crate) fn ward(&self, args: &[&str]) -> Run {
        Run::of(&self.command(args).output().expect("ward runs"))
    }

    /// Runs `ward` with a text on standard input.
    pub(crate) fn ward_with(&self, args: &[&str], input: impl AsRef<[u8]>) -> Run {
        let mut command = self.command(args);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("ward runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        // Whoever refuses the input may leave before it is all written.
        let _ = stdin.write_all(input.as_ref());
        drop(stdin);
        Run::of(&child.wait_with_output().expect("ward ends"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What came out.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit status; -1 for a signal.
    pub(crate) status: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Run {
    fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout.clone()).expect("output is UTF-8"),
            err: String::from_utf8(output.stderr.clone()).expect("messages are UTF-8"),
        }
    }

    /// The entries of `--format json`.
    #[track_caller]
    pub(crate) fn entries(&self) -> Vec<Value> {
        match serde_json::from_str(&self.out) {
            Ok(Value::Array(entries)) => entries,
            other => panic!("not an array: {other:?}\n{self:?}"),
        }
    }

    /// Asserts the exit status.
    #[track_caller]
    pub(crate) fn ends(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    /// Asserts what a stream says.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "no {text:?} in\n{}", self.err);
        self
    }

    /// Asserts what the results say.
    #[track_caller]
    pub(crate) fn shows(self, text: &str) -> Self {
        assert!(self.out.contains(text), "no {text:?} in\n{}", self.out);
        self
    }
}

/// A pod that the baseline standard denies.
pub(crate) const BAD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: bad
  namespace: default
spec:
  containers:
    - name: web
      image: nginx
      securityContext:
        privileged: true
";

/// A pod that the baseline standard allows.
pub(crate) const GOOD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: good
  namespace: default
spec:
  containers:
    - name: web
      image: nginx
";

/// A rule that denies objects by their name, and warns of another.
pub(crate) const POLICY: &str = "\
package acme.names

input request: k8s.AdmissionRequest

data banned: {string} = {\"bad\"}

/// Names that are banned.
@severity(\"high\")
rule banned_name {
    given object = request.object
    given name = object.metadata.name
    when  name in banned
    deny  \"the name `{name}` is banned\" at object.metadata.name
}

rule odd_name {
    given object = request.object
    given name = object.metadata.name
    when  name == \"odd\"
    warn  \"the name `{name}` is odd\" at object.metadata.name
}
";
