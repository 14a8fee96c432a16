//! One cold start, in a process of its own: policies from text, one decision, and what each took.

use std::time::Instant;

use crate::{Failure, checks::Column, limit::value::HandValue, peer, ward, workload::pods::pods};

/// What starts without a peer. The first does nothing: it is the floor.
pub const OWN: &[&str] = &["nothing", "hand/Value", "wardlaw", "pss-restricted"];

/// Nanoseconds until the policies are loaded, and until the first decision has been made.
pub fn start(name: &str) -> Result<(f64, f64), Failure> {
    let object = pods().swap_remove(1);
    match name {
        "nothing" => Ok((0.0, 0.0)),
        "hand/Value" => timed(&object.json, || Ok(HandValue)),
        "wardlaw" => timed(&object.json, ward::Pods::checks),
        "pss-restricted" => timed(&object.json, || ward::Pods::library("pss-restricted")),
        other => peer::start(other, &object.json),
    }
}

/// Times loading and the first decision.
pub fn timed<C: Column>(
    json: &str,
    load: impl FnOnce() -> Result<C, Failure>,
) -> Result<(f64, f64), Failure> {
    let started = Instant::now();
    let mut column = load()?;
    let loaded = started.elapsed().as_nanos() as f64;
    let findings = column.text(json);
    let decided = started.elapsed().as_nanos() as f64;
    if findings == 0 {
        return Err(format!("{} finds nothing in the typical pod", column.name()).into());
    }
    Ok((loaded, decided))
}
