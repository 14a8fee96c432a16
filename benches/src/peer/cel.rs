//! cel, the Common Expression Language in Rust. It has values and expressions; variables, checks and
//! messages are what a host such as the API server builds of them.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use cel::{Context, Env, Program, Value, common::value::Val};
use serde_json::Value as Json;

use super::{Ask, Peer, loaded};
use crate::{
    Failure,
    checks::{Column, Failed, bit},
    workload::rules as many,
};

/// The 18 checks.
const PODS: &str = include_str!("../../policies/pods.cel");
/// It is linear: more take too long.
const LINEAR: usize = 10_000;

fn compile(env: &Env, text: &str) -> Result<Program, Failure> {
    env.compile(text)
        .map_err(|error| Failure::from(format!("cel: {error:?}: {text}")))
}

/// JSON as cel has it.
fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(int) => Value::Int(int),
            None => Value::Float(number.as_f64().unwrap_or(0.0)),
        },
        Json::String(text) => Value::String(Arc::new(text.clone())),
        Json::Array(elements) => Value::List(Arc::new(elements.iter().map(value).collect())),
        Json::Object(members) => {
            let members: HashMap<String, Value> = members
                .iter()
                .map(|(name, member)| (name.clone(), value(member)))
                .collect();
            Value::Map(members.into())
        }
    }
}

fn object(json: &Json) -> Result<Box<dyn Val>, Failure> {
    Box::<dyn Val>::try_from(value(json)).map_err(|error| Failure::from(format!("cel: {error:?}")))
}

/// A column of W1 and W3.
pub(super) struct Pods {
    env: Arc<Env>,
    variables: Vec<(&'static str, Program)>,
    checks: Vec<(&'static str, Program)>,
}

impl Pods {
    pub(super) fn new() -> Result<Self, Failure> {
        let env = Env::stdlib();
        let (mut variables, mut checks) = (Vec::new(), Vec::new());
        for line in PODS.lines().filter(|line| !line.starts_with('#')) {
            let (name, text) = line.split_once(" = ").ok_or("cel: a line without `=`")?;
            let program = compile(&env, text)?;
            match name.strip_prefix("let ") {
                Some(variable) => variables.push((variable, program)),
                None => checks.push((name, program)),
            }
        }
        Ok(Self {
            env: Arc::new(env),
            variables,
            checks,
        })
    }

    /// Runs all checks; the number of names that they give.
    fn decide(&self, root: &Context<'_, '_>, mut found: impl FnMut(&str, Option<usize>)) -> usize {
        let mut scope = root.new_inner_scope();
        for (name, program) in &self.variables {
            // Each sees those before it.
            let Ok(value) = Value::resolve_val(program.expression(), &scope).map(|value| value.into_owned())
            else {
                found(name, None);
                return 0;
            };
            scope.add_variable_as_val(*name, value);
        }
        let mut findings = 0;
        for (name, program) in &self.checks {
            let names = match program.execute(&scope) {
                Ok(Value::List(names)) => Some(names.len()),
                _ => None,
            };
            found(name, names);
            findings += names.unwrap_or(0);
        }
        findings
    }

    fn context(&self, json: &str) -> Result<Context<'static, 'static>, Failure> {
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.add_variable_as_val("object", object(&serde_json::from_str(json)?)?);
        Ok(context)
    }
}

impl Column for Pods {
    fn name(&self) -> &'static str {
        "cel"
    }

    fn failed(&mut self, json: &str) -> Failed {
        let mut failed = 0;
        let Ok(context) = self.context(json) else {
            return 1 << 31;
        };
        self.decide(&context, |name, names| match names {
            Some(0) => {}
            Some(_) => failed |= bit(name),
            None => failed |= 1 << 31,
        });
        failed
    }

    fn parsed<'a>(&'a mut self, json: &'a str) -> Box<dyn FnMut() -> usize + 'a> {
        let context = self.context(json);
        Box::new(move || {
            context
                .as_ref()
                .map_or(0, |context| self.decide(context, |_, _| {}))
        })
    }

    fn text(&mut self, json: &str) -> usize {
        self.context(json)
            .map_or(0, |context| self.decide(&context, |_, _| {}))
    }
}

/// W2: a loop over programs.
struct Rules {
    programs: Vec<Program>,
    context: Context<'static, 'static>,
}

impl Rules {
    fn denying(&self) -> impl Iterator<Item = usize> {
        let results = self.programs.iter().map(|program| program.execute(&self.context));
        results
            .enumerate()
            .filter(|(_, result)| *result != Ok(Value::Bool(true)))
            .map(|(rule, _)| rule)
    }
}

impl Ask for Rules {
    fn answer(&mut self) -> Result<BTreeSet<String>, Failure> {
        Ok(self.denying().map(|rule| rule.to_string()).collect())
    }

    fn run(&mut self) -> bool {
        self.denying().count() > 0
    }
}

/// W2.
pub(super) fn rules(rules: usize, json: &Json) -> Result<Vec<Peer>, Failure> {
    if rules > LINEAR {
        return Ok(Vec::new());
    }
    let texts = many::cel(rules);
    let peer = loaded("cel", || {
        let env = Arc::new(Env::stdlib());
        let programs = texts
            .iter()
            .map(|text| compile(&env, text))
            .collect::<Result<_, _>>()?;
        let mut context = Context::with_env(env);
        context.add_variable_as_val("object", object(json)?);
        Ok(Rules { programs, context })
    })?;
    Ok(vec![peer])
}
