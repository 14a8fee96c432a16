//! The standard library of Wardlaw.
