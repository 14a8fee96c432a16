//! What one decision may use. Everything that is limited is limited here.

use crate::input::ReadLimits;

/// Limits of one decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Elements drawn by `for`, comprehensions and relations, all rules together. When they end, each unfinished
    /// rule has an `error` finding.
    pub fuel: u64,
    /// Findings of one rule; one more is an `error` finding, and the rule ends.
    pub findings_per_rule: u32,
    /// Findings of a decision, all rules together.
    pub findings: u32,
    /// Bytes of text that a rule makes: joined, interpolated and cut texts. As many may stand in the
    /// findings of a decision.
    pub text_bytes: u32,
    /// Elements of lists, sets, maps and tuples that a rule makes, and columns of rows.
    pub made_values: u32,
    /// Elements drawn when data are loaded, by what depends on data alone.
    pub load_fuel: u64,
    /// Values in the rows of relations and elsewhere that loading makes.
    pub load_values: u32,
    /// What [`Engine::decide_json`](crate::Engine::decide_json) and its like read.
    pub read: ReadLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel: 10_000_000,
            findings_per_rule: 1_000,
            findings: 20_000,
            text_bytes: 16 * 1024 * 1024,
            made_values: 4_000_000,
            load_fuel: 100_000_000,
            load_values: 64_000_000,
            read: ReadLimits::default(),
        }
    }
}
