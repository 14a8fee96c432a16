//! The YAML reader against Go's `sigs.k8s.io/yaml`, with which kubectl reads, on generated texts of less
//! than 500 bytes: where both read a text they read the same value, and where one refuses it the reason is
//! in the list below. `DOCUMENTS=1000000 SEED=7 cargo test -p wardlaw --test readers_yaml_random -- --nocapture`
//! makes it long. Needs Go, which builds the program in `go_yaml`; without it the test says so.
#![cfg(feature = "yaml")]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

#[path = "random/yaml.rs"]
mod generate;
mod random;

use std::{
    collections::BTreeMap,
    io::{BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use random::{Random, number};
use serde_json::Value;
use wardlaw::input::{Document, Kind, NodeId, ReadError, ReadErrorKind, ReadLimits, read_yaml};

/// Where the reader is meant to differ from Go's. No difference is of a value that both read, but for
/// `Huge`, whose digits are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Intended {
    /// An integer beyond the signed 64 bits is kept as it is written; Go rounds it to a float.
    Huge,
    /// Refused: an object has one key twice, as Go's strict reader finds, too.
    RepeatedKey,
    /// Refused: two keys that are one in JSON, such as `1` and `1.0`: which value Go keeps is chance.
    KeysAlike,
    /// Refused: line separators of Unicode, byte order marks and control characters inside the text.
    Character,
    /// Refused: an infinite number, a null or a list as a key, `!!binary` that is not text.
    NotJson,
    /// Refused: a `%` line.
    Directive,
    /// Refused: a second document, which Go does not look at.
    SecondDocument,
    /// Refused: what YAML 1.1 and 1.2 read differently.
    ReadersDiffer,
    /// Refused: what is not YAML 1.2, or not for the parser.
    Parser,
    /// Only read here: tabs where Go wants spaces.
    Tab,
    /// Only read here: `\/`, which YAML 1.2 took over from JSON.
    Slash,
    /// Only read here: `...` without a document before it.
    EndMark,
    /// Only read here: a key between brackets that goes over more than one line.
    LongKey,
    /// Only read here: `!!timestamp` before what begins like a date and is none.
    Timestamp,
}

/// Why Go alone reads a text.
fn refused_here(error: &ReadError) -> Option<Intended> {
    let says = |words: &str| error.message.starts_with(words);
    match error.kind {
        // A key that is the same in YAML, too, is what Go itself tells.
        ReadErrorKind::RepeatedKey => {
            let key = error.message.split('`').nth(1)?;
            let is_text =
                key.parse::<f64>().is_err() && !matches!(key, "true" | "false" | ".inf" | "-.inf" | ".nan");
            (!is_text).then_some(Intended::KeysAlike)
        }
        ReadErrorKind::Encoding => Some(Intended::Character),
        ReadErrorKind::NotJson => Some(Intended::NotJson),
        ReadErrorKind::Syntax if says("a `%` directive") => Some(Intended::Directive),
        ReadErrorKind::Syntax if says("a second document") => Some(Intended::SecondDocument),
        ReadErrorKind::Syntax if says("readers of YAML differ") => Some(Intended::ReadersDiffer),
        ReadErrorKind::Syntax if says("this is not YAML") => Some(Intended::Parser),
        _ => None,
    }
}

/// Why Go alone refuses a text.
fn read_here(text: &str, error: &str) -> Option<Intended> {
    let has = |part: &str| text.contains(part);
    let says = |words: &str| error.contains(words);
    if has("\t") && (says("tab character") || says("character that cannot start any token")) {
        Some(Intended::Tab)
    } else if has("\\/") && says("unknown escape character") {
        Some(Intended::Slash)
    } else if has("...") && says("did not find expected node content") {
        Some(Intended::EndMark)
    } else if text.contains(['{', '[']) && text.contains(['\n', '\r']) && says("did not find expected ',' or")
    {
        Some(Intended::LongKey)
    } else if has("!!timestamp") && says("as a !!timestamp") {
        Some(Intended::Timestamp)
    } else {
        None
    }
}

/// What Go makes of a text.
struct Verdict {
    /// JSON, or an error.
    json: Result<String, String>,
    repeats_a_key: bool,
}

struct Go {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Go {
    fn start() -> Result<Go, String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/go_yaml");
        let program = format!("{}/go_yaml", env!("CARGO_TARGET_TMPDIR"));
        // Where Go's own installation puts it, beside the path.
        let go = ["go", "/usr/local/go/bin/go"]
            .into_iter()
            .find(|go| Command::new(go).arg("version").output().is_ok())
            .ok_or("Go is not installed")?;
        let build = Command::new(go)
            .args(["build", "-o", &program, "."])
            .current_dir(folder)
            .output()
            .map_err(|error| error.to_string())?;
        if !build.status.success() {
            return Err(format!("go build: {}", String::from_utf8_lossy(&build.stderr)));
        }
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        Ok(Go {
            child,
            input,
            output: BufReader::new(output),
        })
    }

    fn read(&mut self, texts: &[String]) -> Vec<Verdict> {
        let mut message = (texts.len() as u32).to_le_bytes().to_vec();
        for text in texts {
            message.extend((text.len() as u32).to_le_bytes());
            message.extend(text.bytes());
        }
        let input = self.input.as_mut().unwrap();
        input.write_all(&message).unwrap();
        input.flush().unwrap();
        texts.iter().map(|_| self.verdict()).collect()
    }

    fn verdict(&mut self) -> Verdict {
        let mut header = [0; 5];
        self.output.read_exact(&mut header).unwrap();
        let [read, length @ ..] = header;
        let mut answer = vec![0; u32::from_le_bytes(length) as usize];
        self.output.read_exact(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        Verdict {
            json: if read == 0 { Err(answer) } else { Ok(answer) },
            repeats_a_key: read == 2,
        }
    }
}

fn same(document: &Document<'_>, node: NodeId, value: &Value, huge: &mut bool) -> bool {
    match value {
        Value::Null => document.kind(node) == Kind::Null,
        Value::Bool(value) => document.bool(node) == Some(*value),
        Value::String(value) => document.str(node) == Some(value),
        Value::Number(value) => match document.kind(node) {
            Kind::Int => {
                document.int(node) == value.as_i64()
                    || document.int(node) == Some(0) && value.as_f64() == Some(0.0)
            }
            Kind::Float => document.float(node) == value.as_f64() && value.as_i64().is_none(),
            Kind::Huge => {
                *huge = true;
                let written = document.number_text(node).unwrap_or_default();
                value.as_i64().is_none() && written.parse::<f64>().ok() == value.as_f64()
            }
            _ => false,
        },
        Value::Array(elements) => {
            document.kind(node) == Kind::List
                && document.len(node) == elements.len()
                && document
                    .children(node)
                    .zip(elements)
                    .all(|(child, element)| same(document, child, element, huge))
        }
        Value::Object(members) => {
            document.kind(node) == Kind::Object
                && document.len(node) == members.len()
                && document.children(node).all(|child| {
                    let member = document.key(child).and_then(|key| members.get(key));
                    member.is_some_and(|value| same(document, child, value, huge))
                })
        }
    }
}

/// What the comparison of one text shows.
enum Outcome {
    Alike,
    BothRefuse,
    Intended(Intended),
}

fn compare(text: &str, verdict: &Verdict) -> Result<Outcome, String> {
    let read = read_yaml(text, &ReadLimits::default());
    match (read, &verdict.json) {
        (Err(_), Err(_)) => Ok(Outcome::BothRefuse),
        (Err(error), Ok(_)) if error.kind == ReadErrorKind::RepeatedKey && verdict.repeats_a_key => {
            Ok(Outcome::Intended(Intended::RepeatedKey))
        }
        (Err(error), Ok(json)) => match refused_here(&error) {
            Some(intended) => Ok(Outcome::Intended(intended)),
            None => Err(format!("refused ({error}), but Go reads {json}")),
        },
        (Ok(document), Err(error)) => match read_here(text, error) {
            Some(intended) => Ok(Outcome::Intended(intended)),
            None => Err(format!(
                "read as {}, but Go refuses it: {error}",
                document.to_value(document.root())
            )),
        },
        (Ok(document), Ok(json)) => {
            let value: Value = serde_json::from_str(json).unwrap();
            let mut huge = false;
            // What a merge overrides is a key twice for Go's strict reader, and for no other.
            let repeats_a_key = verdict.repeats_a_key && !text.contains("<<");
            if repeats_a_key || !same(&document, document.root(), &value, &mut huge) {
                let repeats = if repeats_a_key { ", with a key twice" } else { "" };
                let read = document.to_value(document.root());
                return Err(format!("read as {read}, but Go reads {json}{repeats}"));
            }
            Ok(if huge {
                Outcome::Intended(Intended::Huge)
            } else {
                Outcome::Alike
            })
        }
    }
}

#[test]
fn generated_texts_are_read_as_by_go() {
    let mut go = match Go::start() {
        Ok(go) => go,
        Err(reason) => return println!("skipped: {reason}"),
    };
    let (documents, seed) = (number("DOCUMENTS", 10_000), number("SEED", 2026));
    let mut random = Random(seed);
    let mut counts: BTreeMap<Intended, u64> = BTreeMap::new();
    let (mut alike, mut refused, mut bytes, mut done) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    while done < documents {
        let texts: Vec<String> = (0..500.min(documents - done))
            .map(|_| generate::text(&mut random))
            .collect();
        for (text, verdict) in texts.iter().zip(go.read(&texts)) {
            done += 1;
            bytes += text.len();
            match compare(text, &verdict) {
                Ok(Outcome::Alike) => alike += 1,
                Ok(Outcome::BothRefuse) => refused += 1,
                Ok(Outcome::Intended(intended)) => *counts.entry(intended).or_default() += 1,
                Err(error) => wrong.push(format!("seed {seed}, document {done}: {text:?} is {error}")),
            }
        }
    }
    drop(go.input.take());
    assert!(go.child.wait().unwrap().success());
    println!(
        "{documents} documents, {bytes} bytes, seed {seed}: {alike} read alike, {refused} refused by both"
    );
    println!("intended differences: {counts:?}");
    wrong.sort_by_key(String::len);
    wrong.truncate(20);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(alike > documents / 5 && refused > documents / 5);
}
