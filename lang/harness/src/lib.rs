//! Test support shared by the crates of the workspace.
