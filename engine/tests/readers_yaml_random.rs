//! The YAML reader against Go's `sigs.k8s.io/yaml`, which kubectl reads with, on generated texts of less
//! than 500 bytes. Needs Go, which builds the program in `go_yaml`; without it the test says so.
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
use wardlaw::input::{Document, Kind, NodeId, ReadLimits, read_yaml};

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

    /// What Go makes of the texts: JSON, or an error.
    fn read(&mut self, texts: &[String]) -> Vec<Result<String, String>> {
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

    fn verdict(&mut self) -> Result<String, String> {
        let mut header = [0; 5];
        self.output.read_exact(&mut header).unwrap();
        let [read, length @ ..] = header;
        let mut answer = vec![0; u32::from_le_bytes(length) as usize];
        self.output.read_exact(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        if read == 1 { Ok(answer) } else { Err(answer) }
    }
}

fn same(document: &Document<'_>, node: NodeId, value: &Value, huge: &mut bool) -> bool {
    match value {
        Value::Null => document.kind(node) == Kind::Null,
        Value::Bool(value) => document.bool(node) == Some(*value),
        Value::String(value) => document.str(node) == Some(value),
        Value::Number(value) => match document.kind(node) {
            Kind::Int => document.int(node) == value.as_i64() || document.int(node) == Some(0) && value.as_f64() == Some(0.0),
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
                && document.children(node).zip(elements).all(|(child, element)| same(document, child, element, huge))
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

#[test]
fn probe() {
    let mut go = match Go::start() {
        Ok(go) => go,
        Err(reason) => return println!("skipped: {reason}"),
    };
    let (documents, seed) = (number("DOCUMENTS", 10_000), number("SEED", 2026));
    let mut random = Random(seed);
    let mut left = documents;
    let mut counts: BTreeMap<String, (u64, Vec<String>)> = BTreeMap::new();
    while left > 0 {
        let batch = left.min(500);
        left -= batch;
        let texts: Vec<String> = (0..batch).map(|_| generate::text(&mut random)).collect();
        for (text, verdict) in texts.iter().zip(go.read(&texts)) {
            let read = read_yaml(text, &ReadLimits::default());
            let class = match (read, verdict) {
                (Err(_), Err(_)) => "both refuse".to_owned(),
                (Ok(document), Ok(json)) => {
                    let value: Value = serde_json::from_str(&json).unwrap();
                    let mut huge = false;
                    if same(&document, document.root(), &value, &mut huge) {
                        if huge { "alike, huge".to_owned() } else { "alike".to_owned() }
                    } else {
                        "DIFFER".to_owned()
                    }
                }
                (Err(error), Ok(_)) => format!("only Go reads: {:?} {}", error.kind, error.message),
                (Ok(_), Err(error)) => {
                    let error = error.split(": ").filter(|part| !part.starts_with("line ")).collect::<Vec<_>>().join(": ");
                    format!("only we read: {error}")
                }
            };
            let entry = counts.entry(class).or_default();
            entry.0 += 1;
            entry.1.push(text.clone());
            entry.1.sort_by_key(String::len);
            entry.1.truncate(4);
        }
    }
    for (class, (count, examples)) in &counts {
        println!("{count:>8} {class}");
        if !class.starts_with("both") && !class.starts_with("alike") {
            for example in examples {
                println!("             {example:?}");
            }
        }
    }
    drop(go.input.take());
    go.child.wait().unwrap();
}
