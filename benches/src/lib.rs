//! Benchmarks of Wardlaw: workloads made of a seed, limits written by hand, and other engines, side by
//! side in one process. Answers are compared before anything is timed. `docs/performance.md` says what
//! is measured and how.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a benchmark ends where its own workload is broken; figures are for reading"
)]

pub mod checks;
pub mod compare;
pub mod export;
pub mod fixed;
pub mod instructions;
pub mod limit;
pub mod measure;
pub mod peer;
pub mod random;
pub mod row;
pub mod start;
pub mod table;
pub mod ward;
pub mod workload;

/// Why a benchmark cannot run: one line.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
