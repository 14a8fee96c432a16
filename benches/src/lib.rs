//! Benchmarks of Wardlaw. Nothing is here yet: the crate holds its place in the workspace.
