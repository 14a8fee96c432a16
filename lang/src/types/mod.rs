//! Types: what the checker knows of values.

pub mod packed;
