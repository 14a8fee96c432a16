//! From a text, a value or a document to a decision, where the policy itself says which input it is.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    Decided, Decision, Engine, Request,
    input::{Contents, Document, Identity, ReadError, contents, read_json, utf8},
};

/// Why there is no decision: what was given is no document, or not clearly one input of the policy. A host
/// that has to answer yes or no answers no.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InputError {
    /// It cannot be read.
    Read(ReadError),
    /// It holds so many Kubernetes objects, and a decision is about one.
    Objects {
        /// How many.
        found: usize,
    },
    /// The policy reads several inputs, or none: [`Request::input`] names each.
    Inputs {
        /// Their names.
        names: Vec<String>,
    },
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(f),
            Self::Objects { found } => {
                write!(
                    f,
                    "{found} objects in one document: decide each (`input::objects`)"
                )
            }
            Self::Inputs { names } if names.is_empty() => {
                f.write_str("the policy reads no input: decide with `Request::default()`")
            }
            Self::Inputs { names } => {
                write!(f, "the policy reads several inputs, bind each by its name: ")?;
                for (index, name) in names.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}`{name}`")?;
                }
                Ok(())
            }
        }
    }
}

impl core::error::Error for InputError {}

impl From<ReadError> for InputError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl Engine {
    /// The request that gives a document to the one input that the policy reads; the time, the input `now`,
    /// does not count. Where that is a Kubernetes admission request, the document is an AdmissionReview, an
    /// AdmissionRequest, or an object, which is then to be created; and of an AdmissionReview the input
    /// `request` is the request in it, whatever type the policy gives it.
    ///
    /// # Errors
    /// The policy reads several inputs or none, or the document holds several objects.
    pub fn request<'d>(&'d self, document: &'d Document<'d>) -> Result<Request<'d>, InputError> {
        let mut inputs = self.input_infos().filter(|input| input.name != "now");
        let (Some(input), None) = (inputs.next(), inputs.next()) else {
            let names = self.inputs().filter(|name| *name != "now").map(String::from);
            return Err(InputError::Inputs {
                names: names.collect(),
            });
        };
        let whole = Request::input(input.name, document);
        let Contents::Objects(objects) = contents(document) else {
            return Ok(whole);
        };
        match objects.as_slice() {
            [object] if input.admission || (input.name == "request" && object.request.is_some()) => {
                Ok(Request::object(document, object))
            }
            several if input.admission => Err(InputError::Objects { found: several.len() }),
            _ => Ok(whole),
        }
    }

    /// Decides about a JSON document, text or bytes, as [`Engine::request`] has it.
    ///
    /// # Errors
    /// It is not JSON, exceeds [`Limits::read`](crate::Limits::read), or is not clearly one input.
    pub fn decide_json(&self, json: impl AsRef<[u8]>) -> Result<Decision, InputError> {
        let document = read_json(utf8(json.as_ref())?, &self.limits.read)?;
        Ok(self.decide(&self.request(&document)?))
    }

    /// Decides about the one document of a YAML text, as [`Engine::request`] has it.
    /// [`input::read_stream`](crate::input::read_stream) reads texts of several documents.
    ///
    /// # Errors
    /// It is not YAML, holds several documents, exceeds [`Limits::read`](crate::Limits::read), or is not
    /// clearly one input.
    #[cfg(feature = "yaml")]
    pub fn decide_yaml(&self, yaml: impl AsRef<[u8]>) -> Result<Decision, InputError> {
        let document = crate::input::read_yaml(utf8(yaml.as_ref())?, &self.limits.read)?;
        Ok(self.decide(&self.request(&document)?))
    }

    /// Decides about a JSON value, as [`Engine::request`] has it.
    ///
    /// # Errors
    /// It is larger than a document may be, or is not clearly one input.
    pub fn decide_value(&self, value: &serde_json::Value) -> Result<Decision, InputError> {
        let document = Document::from_value_within(value, &self.limits.read)?;
        Ok(self.decide(&self.request(&document)?))
    }

    /// Decides about whatever can be serialised, as [`Engine::request`] has it. No text is made on the way.
    ///
    /// # Errors
    /// It has a part that JSON has no form for, is larger than a document may be, or is not clearly one input.
    #[cfg(feature = "serde")]
    pub fn decide_serialize(&self, value: &impl serde_core::Serialize) -> Result<Decision, InputError> {
        let document = Document::from_serialize_within(value, &self.limits.read)?;
        Ok(self.decide(&self.request(&document)?))
    }

    /// Lets the observer hear of a decision.
    pub(crate) fn observed<'o>(
        &self,
        object: impl FnOnce() -> Option<Identity<'o>>,
        decide: impl FnOnce() -> Decision,
    ) -> Decision {
        let Some(observer) = &self.observer else {
            return decide();
        };
        let began = observer.begin();
        let decision = decide();
        observer.decided(&Decided::new(began, &decision, object()));
        decision
    }
}
