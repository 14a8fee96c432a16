//! Checks the invariants of the IR.
