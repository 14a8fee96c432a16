//! What a run is judged by: one row a goal, with the best peer, the limit, and the bound that Wardlaw has
//! to keep. The bounds are those of `docs/performance.md`, in figures of the same run.

use serde_json::{Value, json};

use crate::table::{Table, figure};

/// Which side of its bound a figure has to be on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Times and sizes.
    Lower,
    /// Rates.
    Higher,
}

/// One goal.
#[derive(Clone, Debug)]
pub struct Row {
    workload: String,
    unit: &'static str,
    better: Better,
    wardlaw: f64,
    peer: Option<(String, f64)>,
    limit: Option<f64>,
    must: Option<f64>,
}

impl Row {
    /// A figure of Wardlaw, so far without a bound.
    pub fn new(workload: impl Into<String>, unit: &'static str, better: Better, wardlaw: f64) -> Self {
        Self {
            workload: workload.into(),
            unit,
            better,
            wardlaw,
            peer: None,
            limit: None,
            must: None,
        }
    }

    fn stricter(&self, a: f64, b: f64) -> f64 {
        match self.better {
            Better::Lower => a.min(b),
            Better::Higher => a.max(b),
        }
    }

    /// A bound in the row's unit; of several the strictest counts. One that is not known is none.
    #[must_use]
    pub fn must(mut self, bound: f64) -> Self {
        if !bound.is_nan() {
            self.must = Some(self.must.map_or(bound, |must| self.stricter(must, bound)));
        }
        self
    }

    /// What is written by hand.
    #[must_use]
    pub fn limit(mut self, value: f64) -> Self {
        self.limit = (!value.is_nan()).then_some(value);
        self
    }

    /// A peer, of which the best is kept; one without an answer is none.
    #[must_use]
    pub fn peer(mut self, name: &str, value: f64) -> Self {
        let better = self.peer.as_ref().is_none_or(|(_, best)| match self.better {
            Better::Lower => value < *best,
            Better::Higher => value > *best,
        });
        if better && !value.is_nan() {
            self.peer = Some((name.to_owned(), value));
        }
        self
    }

    /// The best peer's figure.
    pub fn best(&self) -> f64 {
        self.peer.as_ref().map_or(f64::NAN, |(_, value)| *value)
    }

    /// Whether the bound is kept; none where there is none.
    pub fn reached(&self) -> Option<bool> {
        let must = self.must?;
        Some(match self.better {
            Better::Lower => self.wardlaw <= must,
            Better::Higher => self.wardlaw >= must,
        })
    }

    /// As `compare --json` writes it.
    pub fn json(&self) -> Value {
        json!({
            "workload": self.workload,
            "unit": self.unit,
            "wardlaw": finite(Some(self.wardlaw)),
            "best_peer": finite(self.peer.as_ref().map(|(_, value)| *value)),
            "peer": self.peer.as_ref().map(|(name, _)| name),
            "limit": finite(self.limit),
            "must": finite(self.must),
            "reached": self.reached(),
        })
    }
}

/// JSON has no NaN.
fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite())
}

/// All rows, for a person.
pub fn summary(rows: &[Row]) -> Table {
    let header = [
        "workload",
        "unit",
        "wardlaw",
        "best peer",
        "peer",
        "limit",
        "must",
        "reached",
        "x must",
    ];
    let mut table = Table::new("Goals", &header);
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), figure);
    for row in rows {
        let (peer, best) = row.peer.clone().unzip();
        let sign = if row.better == Better::Lower { "<=" } else { ">=" };
        table.line([
            row.workload.clone(),
            row.unit.to_owned(),
            figure(row.wardlaw),
            shown(best),
            peer.unwrap_or_else(|| "-".to_owned()),
            shown(row.limit),
            row.must
                .map_or_else(|| "-".to_owned(), |must| format!("{sign} {}", figure(must))),
            match row.reached() {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "",
            }
            .to_owned(),
            row.must
                .map_or_else(String::new, |must| figure(row.wardlaw / must)),
        ]);
    }
    let reached = rows.iter().filter(|row| row.reached() == Some(true)).count();
    let bound = rows.iter().filter(|row| row.must.is_some()).count();
    table.note(format!("{reached} of {bound} bounds are kept."));
    table
}
