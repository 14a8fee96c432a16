//! What a host asks for by name: the value of a `let`, the rows of a relation, the result of a function.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde_json::Value as Json;
use wardlaw_lang::suggest::nearest;

use crate::{
    Engine, EvaluationError, data,
    eval::Machine,
    input::Document,
    plan::{Asked, OpId, declared::Declared},
    request::Request,
    value::{DocId, NodeRef, Value},
};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskError {
    /// Nothing has that full name; a similar one that something has.
    Unknown {
        /// The nearest name.
        nearest: Option<String>,
    },
    /// So many arguments are wanted: none for a `let` or relation.
    Arguments {
        /// How many.
        wanted: usize,
    },
    /// An argument is not of its type.
    Argument {
        /// Which, from 0.
        index: usize,
        /// Where in it: a JSON pointer.
        path: String,
        /// What is wrong.
        message: String,
    },
    /// What the evaluation met.
    Evaluation(EvaluationError),
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { nearest: Some(name) } => {
                write!(f, "nothing has that name; did you mean `{name}`?")
            }
            Self::Unknown { nearest: None } => f.write_str("nothing has that name"),
            Self::Arguments { wanted } => write!(f, "{wanted} arguments are wanted"),
            Self::Argument { index, path, message } => write!(f, "argument {index} at `{path}`: {message}"),
            Self::Evaluation(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for AskError {}

impl Engine {
    /// The full names that [`Engine::ask`] knows, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.plan.asked.keys().map(String::as_str)
    }

    /// The value of a `let`, the rows of a relation (a list in their order), or the result of a function, by
    /// full name (`shop.authz.visible`); null where it is absent. Arguments are checked wholly.
    ///
    /// # Errors
    /// A name that nothing has, wrong arguments, or what the evaluation met.
    pub fn ask(&self, name: &str, arguments: &[Json], request: &Request<'_>) -> Result<Json, AskError> {
        let Some(asked) = self.plan.asked.get(name) else {
            return Err(AskError::Unknown {
                nearest: nearest(name, self.names()).map(ToString::to_string),
            });
        };
        let params = match asked {
            Asked::Function(_, params) => params.as_slice(),
            Asked::Let(_) | Asked::Relation(_) => &[],
        };
        if params.len() != arguments.len() {
            return Err(AskError::Arguments { wanted: params.len() });
        }
        let mut given = Vec::with_capacity(arguments.len());
        for (index, (argument, (ty, _))) in arguments.iter().zip(params).enumerate() {
            let wrong = |path, message| AskError::Argument { index, path, message };
            let document =
                Document::from_value(argument).map_err(|error| wrong(String::new(), error.to_string()))?;
            let Some(mut types) = self.plan.all_types() else {
                let message = "the types of the compiled policy contradict themselves: build it again";
                return Err(wrong(String::new(), message.to_string()));
            };
            let mut checks = self.plan.checks.clone();
            let declared = Declared::of(&mut types, *ty);
            let shape = checks.add_shape(&mut types, &declared);
            let found = data::wrong(&checks, &document, shape);
            if let Some((path, message)) = found.into_iter().next() {
                return Err(wrong(path, message));
            }
            given.push(document);
        }
        let mut documents = request.documents();
        let first = self.plan.documents.len().saturating_add(documents.len());
        documents.extend(&given);
        let mut machine = Machine::new(&self.plan, documents, self.limits);
        request.bind(&mut machine);
        let answer = machine.answer(|machine| match asked {
            Asked::Let(index) => machine.package_let(*index),
            Asked::Relation(index) => machine.relation_value(OpId(0), *index),
            Asked::Function(index, params) => {
                let mut values = Vec::with_capacity(params.len());
                for (number, (document, (_, check))) in given.iter().zip(params).enumerate() {
                    let doc = DocId(first.saturating_add(number) as u32);
                    let node = document.root();
                    let value = match machine.world.node(doc, node) {
                        Value::Null => Value::Null,
                        _ => machine.read(NodeRef { doc, node }, *check, true)?,
                    };
                    values.push(value);
                }
                machine.apply(*index, &values)
            }
        });
        let answer = answer.map_err(|faults| AskError::Evaluation(self.evaluation_error(&machine, &faults)));
        machine.leave();
        answer
    }
}
