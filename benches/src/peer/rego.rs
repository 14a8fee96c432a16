//! regorus, Rego in Rust: its tree interpreter and its register machine.

use std::collections::BTreeSet;

use regorus::{Engine, Rc, Value, languages::rego::compiler::Compiler, rvm::vm::RegoVM};

use serde_json::Value as Json;

use super::{Ask, Authorizer, Peer, loaded};
use crate::{
    Failure,
    checks::{Column, Failed, bit},
    workload::{apps::App, rules as many},
};

/// The 18 checks as one package.
const PODS: &str = include_str!("../../policies/pods.rego");
/// regorus' register machine compiles no more rules: its programs end at 65,535 instructions.
const MACHINE: usize = 1_000;
/// The interpreter is linear: more take too long.
const LINEAR: usize = 10_000;
/// As are nested loops, in the square.
const LOOPS: usize = 1_000;
/// W4, as one reads it.
const NESTED: &str = include_str!("../../policies/bindings_nested.rego");
/// W4, with an index written by hand.
const INDEXED: &str = include_str!("../../policies/bindings_indexed.rego");

/// One of the two ways in which regorus evaluates a rule.
#[derive(Debug)]
enum Evaluator {
    /// The tree interpreter.
    Interpreter(Box<Engine>, String),
    /// The register machine.
    Machine(Box<RegoVM>),
}

impl Evaluator {
    /// The interpreter, for one rule.
    fn interpreter(engine: &Engine, rule: &str) -> Self {
        Self::Interpreter(Box::new(engine.clone()), rule.to_owned())
    }

    /// The register machine, for one rule; it is allowed as many instructions as it needs.
    fn machine(engine: &Engine, rule: &str, data: Option<Value>) -> Result<Self, Failure> {
        let name: Rc<str> = rule.into();
        let compiled = engine
            .clone()
            .compile_with_entrypoint(&name)
            .map_err(first_line)?;
        let program = Compiler::compile_from_policy(&compiled, &[rule])
            .map_err(|error| first_line(format!("{error:?}")))?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_max_instructions(usize::MAX / 2);
        if let Some(data) = data {
            machine.set_data(data).map_err(first_line)?;
        }
        Ok(Self::Machine(Box::new(machine)))
    }

    /// The rule's value for an input.
    fn run(&mut self, input: Value) -> Result<Value, Failure> {
        match self {
            Self::Interpreter(engine, rule) => {
                engine.set_input(input);
                engine.eval_rule(rule.clone()).map_err(first_line)
            }
            Self::Machine(machine) => {
                machine.set_input(input);
                machine.execute().map_err(first_line)
            }
        }
    }
}

fn first_line(error: impl ToString) -> Failure {
    let text = error.to_string();
    let line: String = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("")
        .chars()
        .take(160)
        .collect();
    Failure::from(line)
}

/// An engine with some files.
fn engine<'t>(files: impl IntoIterator<Item = &'t str>) -> Result<Engine, Failure> {
    let mut engine = Engine::new();
    for (index, file) in files.into_iter().enumerate() {
        engine
            .add_policy(format!("policy{index}.rego"), file.to_owned())
            .map_err(first_line)?;
    }
    Ok(engine)
}

/// JSON as regorus has it.
fn value(json: &str) -> Result<Value, Failure> {
    Value::from_json_str(json).map_err(first_line)
}

/// Members of a set.
fn count(value: &Value) -> usize {
    value.as_set().map_or(0, |set| set.len())
}

/// Members of a set of texts.
fn texts(value: &Value) -> BTreeSet<String> {
    let members = value.as_set().map(|set| {
        set.iter()
            .filter_map(|text| Some(text.as_string().ok()?.to_string()))
    });
    members.map_or_else(|_| BTreeSet::new(), Iterator::collect)
}

/// A column of W1 and W3.
#[derive(Debug)]
pub(super) struct Pods {
    name: &'static str,
    evaluator: Evaluator,
}

impl Pods {
    /// By the interpreter.
    pub(super) fn interpreter() -> Result<Self, Failure> {
        let evaluator = Evaluator::interpreter(&engine([PODS])?, "data.pods.deny");
        Ok(Self {
            name: "regorus interpreter",
            evaluator,
        })
    }

    /// By the register machine.
    pub(super) fn machine() -> Result<Self, Failure> {
        let evaluator = Evaluator::machine(&engine([PODS])?, "data.pods.deny", None)?;
        Ok(Self {
            name: "regorus RVM",
            evaluator,
        })
    }
}

impl Column for Pods {
    fn name(&self) -> &'static str {
        self.name
    }

    fn failed(&mut self, json: &str) -> Failed {
        let Ok(denied) = value(json).and_then(|input| self.evaluator.run(input)) else {
            return 1 << 31;
        };
        let checks = denied.as_set().into_iter().flat_map(|set| set.iter());
        checks.fold(0, |failed, denied| {
            failed | denied["check"].as_string().map_or(1 << 31, |check| bit(check))
        })
    }

    fn parsed<'a>(&'a mut self, json: &'a str) -> Box<dyn FnMut() -> usize + 'a> {
        let input = value(json).unwrap_or(Value::Null);
        Box::new(move || {
            self.evaluator
                .run(input.clone())
                .map_or(0, |denied| count(&denied))
        })
    }

    fn text(&mut self, json: &str) -> usize {
        let denied = value(json).and_then(|input| self.evaluator.run(input));
        denied.map_or(0, |denied| count(&denied))
    }
}

/// One rule of an engine and an input for it.
struct Asked {
    evaluator: Evaluator,
    input: Value,
    /// Makes a text of the answer shorter.
    cut: fn(String) -> String,
}

impl Ask for Asked {
    fn answer(&mut self) -> Result<BTreeSet<String>, Failure> {
        let answer = self.evaluator.run(self.input.clone())?;
        Ok(texts(&answer).into_iter().map(self.cut).collect())
    }

    fn run(&mut self) -> bool {
        self.evaluator.run(self.input.clone()).is_ok()
    }
}

/// The number in `policy 17: …`.
fn number(message: String) -> String {
    let number = message.trim_start_matches("policy ").split(':').next();
    number.map(str::to_owned).unwrap_or(message)
}

/// W2.
pub(super) fn rules(rules: usize, object: &Json) -> Result<Vec<Peer>, Failure> {
    const RULE: &str = "data.rules.deny";
    let files = many::rego(rules);
    let files = || files.iter().map(String::as_str);
    let input = value(&object.to_string())?;
    let mut peers = Vec::new();
    if rules <= LINEAR {
        peers.push(loaded("regorus interpreter", || {
            let evaluator = Evaluator::interpreter(&engine(files())?, RULE);
            Ok(Asked {
                evaluator,
                input: input.clone(),
                cut: number,
            })
        })?);
    }
    if rules <= MACHINE {
        peers.push(loaded("regorus RVM", || {
            let evaluator = Evaluator::machine(&engine(files())?, RULE, None)?;
            Ok(Asked {
                evaluator,
                input: input.clone(),
                cut: number,
            })
        })?);
    }
    Ok(peers)
}

/// W4.
pub(super) fn bindings(bindings: usize, cluster: &Json) -> Result<Vec<Peer>, Failure> {
    const RULE: &str = "data.bindings.escalates";
    let json = cluster.to_string();
    let columns = [
        ("regorus RVM, indexed by hand", INDEXED, true),
        ("regorus interpreter, indexed by hand", INDEXED, false),
        ("regorus RVM, nested loops", NESTED, true),
        ("regorus interpreter, nested loops", NESTED, false),
    ];
    let mut peers = Vec::new();
    for (name, policy, machine) in columns {
        if policy == NESTED && bindings > LOOPS {
            continue;
        }
        peers.push(loaded(name, || {
            let mut engine = engine([policy])?;
            let data = value(&json)?;
            let evaluator = if machine {
                Evaluator::machine(&engine, RULE, Some(data))?
            } else {
                engine.add_data(data).map_err(first_line)?;
                Evaluator::interpreter(&engine, RULE)
            };
            Ok(Asked {
                evaluator,
                input: Value::new_object(),
                cut: |text| text,
            })
        })?);
    }
    Ok(peers)
}

/// W5: the policy with the graph as its data, and an input for each request.
struct Requests {
    name: &'static str,
    evaluator: Evaluator,
    inputs: Vec<Value>,
}

impl Authorizer for Requests {
    fn name(&self) -> &'static str {
        self.name
    }

    fn allows(&mut self, request: usize) -> bool {
        self.evaluator
            .run(self.inputs[request].clone())
            .is_ok_and(|allowed| allowed == Value::Bool(true))
    }
}

/// W5.
pub(super) fn authorizers(app: &App) -> Result<Vec<Box<dyn Authorizer>>, Failure> {
    let rule = format!("data.{}.allow", app.name);
    let mut engine = engine([app.rego])?;
    let data = Value::from(app.graph());
    let machine = Evaluator::machine(&engine, &rule, Some(data.clone()))?;
    engine.add_data(data).map_err(first_line)?;
    let inputs: Vec<Value> = app.inputs().into_iter().map(Value::from).collect();
    Ok(vec![
        Box::new(Requests {
            name: "regorus RVM",
            evaluator: machine,
            inputs: inputs.clone(),
        }),
        Box::new(Requests {
            name: "regorus interpreter",
            evaluator: Evaluator::interpreter(&engine, &rule),
            inputs,
        }),
    ])
}
