//! W6: which peers start, and how.

use super::{cel, rego};
use crate::{Failure, start::timed};

/// Their names.
pub const STARTERS: &[&str] = &["regorus RVM", "regorus interpreter", "cel"];

/// See [`crate::start::start`].
pub fn start(name: &str, json: &str) -> Result<(f64, f64), Failure> {
    match name {
        "regorus RVM" => timed(json, rego::Pods::machine),
        "regorus interpreter" => timed(json, rego::Pods::interpreter),
        "cel" => timed(json, cel::Pods::new),
        other => Err(format!("no peer is called `{other}`").into()),
    }
}
