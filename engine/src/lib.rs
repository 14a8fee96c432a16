//! The Wardlaw policy engine: from policies to decisions about documents. It knows values, documents, plans
//! and limits; it does not know files, terminals, clocks or networks, and no input makes it panic.
//! `no_std + alloc`.
//!
#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod artefact;
mod ask;
mod builder;
mod builtins;
mod data;
mod datum;
mod decide;
pub mod decision;
mod engine;
mod eval;
mod explain;
mod fault;
pub mod fix;
mod force;
mod hashed;
pub mod input;
mod limits;
mod observe;
mod own;
mod plan;
mod policy;
#[cfg(feature = "reference")]
mod reference;
mod request;
pub mod schema;
mod test_run;
mod value;

pub use artefact::PolicyError;
pub use ask::AskError;
pub use builder::{BuildError, Builder};
pub use datum::{DataFile, Datum};
pub use decide::InputError;
pub use decision::{Decision, Effect, Finding, Level, Severity};
pub use engine::{Engine, EvaluationError, InputInfo, Inventory, RuleInfo};
pub use explain::{Explained, Why};
pub use fault::ErrorKind;
pub use input::{Document, ReadError, ReadLimits};
pub use limits::Limits;
pub use observe::{Decided, Observer};
pub use policy::Policy;
pub use request::Request;
/// What errors are told with, and what a library of policies is; of the compiler.
pub use wardlaw_lang::{Diagnostic, Library, NoLibrary, Sources};

/// What is in force of a policy, and how: uses, levels, exemptions, as [`Builder`] takes them.
pub mod settings {
    pub use crate::{
        engine::ExemptionInfo,
        force::{Exemption, Match, Origins, Use, Whole},
    };
}

/// The tests of policies: [`Builder::tests`] gives a [`Suite`](testing::Suite) that runs them.
pub mod testing {
    pub use crate::test_run::{CaseResult, Failure, Files, NoFiles, Suite, TestFile, TestInfo};
}
