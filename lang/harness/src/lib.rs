//! Test support shared by the crates of the workspace: the corpus, one set of language cases that every
//! evaluator runs, and programs made at random, on which evaluators are compared.

pub mod corpus;
pub mod coverage;
pub mod files;
pub mod format;
pub mod generate;
pub mod random;
pub mod spoil;
