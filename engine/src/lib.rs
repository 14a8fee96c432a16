//! The Wardlaw policy engine: from a checked policy to decisions about documents.
//!
//! ```
//! use wardlaw::{Engine, Request, input};
//!
//! let engine = Engine::builder()
//!     .source("ports.ward", r#"
//!         package ports
//!         input service: { port: int }
//!         rule privileged { when service.port < 1024 deny "port {service.port} is privileged" at service.port }
//!     "#)
//!     .build()?;
//! let document = input::read_json(r#"{ "port": 80 }"#, &input::ReadLimits::default())?;
//! let decision = engine.decide(&Request::input("service", &document));
//! assert!(!decision.allowed);
//! assert_eq!(decision.findings[0].path, "/port");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It knows values, documents, plans and limits. It does not know files, terminals, clocks or networks,
//! and no input makes it panic: a wrong input, an exceeded limit and an error of its own are `error`
//! findings, which deny. `no_std + alloc`.
#![no_std]

extern crate alloc;

mod ask;
mod builder;
mod builtins;
mod data;
mod datum;
mod decide;
mod decision;
mod engine;
mod eval;
mod fault;
pub mod fix;
mod force;
pub mod input;
mod limits;
mod observe;
mod plan;
mod policy;
#[cfg(feature = "reference")]
mod reference;
mod request;
pub mod schema;
mod test_run;
mod value;

pub use ask::AskError;
pub use builder::{BuildError, Builder};
pub use datum::{DataFile, Datum};
pub use decide::InputError;
pub use decision::{
    Conflict, Decision, Effect, ErrorInfo, Exempt, Finding, Level, RelatedPlace, Severity, Skipped, Source,
};
pub use engine::{Engine, EvaluationError, ExemptionInfo, InputInfo, Inventory, RuleInfo};
pub use fault::ErrorKind;
pub use fix::{PatchError, PatchOp, PatchOperation};
pub use force::{Exemption, Match, Origins, Use, Whole};
pub use limits::Limits;
pub use observe::{Decided, Observer};
pub use policy::Policy;
pub use request::Request;
pub use test_run::{CaseResult, Failure, Files, NoFiles, Suite, TestFile, TestInfo};
