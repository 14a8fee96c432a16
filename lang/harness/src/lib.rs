//! Test support shared by the crates of the workspace: the corpus, one set of language cases that every
//! evaluator runs.

pub mod corpus;
