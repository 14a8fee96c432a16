//! `ward`: the command.
fn main() {}
