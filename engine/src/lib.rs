//! The Wardlaw policy engine.
#![no_std]

extern crate alloc;

pub mod input;
