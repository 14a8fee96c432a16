//! The peers: other engines with the same workloads, each used as its documentation says, with all that
//! can be prepared prepared before the clock runs. Without the feature `peers` there are none, and
//! nothing of them is compiled.

pub mod recorded;

#[cfg(feature = "peers")]
mod cedar;
#[cfg(feature = "peers")]
mod cel;
#[cfg(feature = "peers")]
mod rego;
#[cfg(feature = "peers")]
mod start;

use std::{collections::BTreeSet, fmt, time::Instant};

use serde_json::Value;

use crate::{Failure, checks::Column, workload::apps::App};

/// A peer with the policies and data of one workload.
pub trait Ask {
    /// What it says, as texts that all columns share.
    fn answer(&mut self) -> Result<BTreeSet<String>, Failure>;

    /// The same without looking at the answer: what is timed.
    fn run(&mut self) -> bool;
}

/// A peer that is loaded.
pub struct Peer {
    /// As in the table.
    pub name: &'static str,
    /// Nanoseconds from the text of the policies to the first answer.
    pub load: f64,
    /// What is asked.
    pub ask: Box<dyn Ask>,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A peer that was given the entities of an application; requests are named by their number.
pub trait Authorizer {
    /// As in the table.
    fn name(&self) -> &'static str;

    /// Whether the request is allowed.
    fn allows(&mut self, request: usize) -> bool;
}

/// Times loading, the first answer included: some prepare only then.
#[cfg_attr(not(feature = "peers"), expect(dead_code, reason = "no peers, no loading"))]
fn loaded<A: Ask + 'static>(
    name: &'static str,
    load: impl FnOnce() -> Result<A, Failure>,
) -> Result<Peer, Failure> {
    let started = Instant::now();
    let mut ask = load()?;
    ask.run();
    let load = started.elapsed().as_nanos() as f64;
    Ok(Peer {
        name,
        load,
        ask: Box::new(ask),
    })
}

/// Columns of W1 and W3.
#[cfg(feature = "peers")]
pub fn pods() -> Result<Vec<Box<dyn Column>>, Failure> {
    Ok(vec![
        Box::new(rego::Pods::machine()?),
        Box::new(rego::Pods::interpreter()?),
        Box::new(cel::Pods::new()?),
    ])
}

/// Columns of W2: they answer with the numbers of the rules that deny.
#[cfg(feature = "peers")]
pub fn rules(rules: usize, object: &Value) -> Result<Vec<Peer>, Failure> {
    let mut peers = rego::rules(rules, object)?;
    peers.extend(cedar::rules(rules, object)?);
    peers.extend(cel::rules(rules, object)?);
    Ok(peers)
}

/// Columns of W4: they answer with who can become more than it is.
#[cfg(feature = "peers")]
pub fn bindings(bindings: usize, cluster: &Value) -> Result<Vec<Peer>, Failure> {
    rego::bindings(bindings, cluster)
}

/// Columns of W5.
#[cfg(feature = "peers")]
pub fn authorizers(app: &App) -> Result<Vec<Box<dyn Authorizer>>, Failure> {
    let mut peers: Vec<Box<dyn Authorizer>> = vec![Box::new(cedar::Authorizer::new(app)?)];
    peers.extend(rego::authorizers(app)?);
    Ok(peers)
}

#[cfg(feature = "peers")]
pub use start::{STARTERS, start};

#[cfg(not(feature = "peers"))]
mod none {
    use super::{App, Authorizer, Column, Failure, Peer, Value};

    /// None.
    pub fn pods() -> Result<Vec<Box<dyn Column>>, Failure> {
        Ok(Vec::new())
    }

    /// None.
    pub fn rules(_rules: usize, _object: &Value) -> Result<Vec<Peer>, Failure> {
        Ok(Vec::new())
    }

    /// None.
    pub fn bindings(_bindings: usize, _cluster: &Value) -> Result<Vec<Peer>, Failure> {
        Ok(Vec::new())
    }

    /// None.
    pub fn authorizers(_app: &App) -> Result<Vec<Box<dyn Authorizer>>, Failure> {
        Ok(Vec::new())
    }

    /// None.
    pub const STARTERS: &[&str] = &[];

    /// None.
    pub fn start(name: &str, _json: &str) -> Result<(f64, f64), Failure> {
        Err(format!("no peer is called `{name}`").into())
    }
}

#[cfg(not(feature = "peers"))]
pub use none::{STARTERS, authorizers, bindings, pods, rules, start};
