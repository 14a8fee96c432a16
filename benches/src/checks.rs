//! The 18 checks of W1 and W3, and what a column of them must be able to do: decide about an object
//! that is parsed already, and about its text.

/// Their names, in the order of the bits of [`Failed`].
pub const CHECKS: [&str; 18] = [
    "privileged",
    "host-namespaces",
    "host-ports",
    "host-path",
    "host-process",
    "host-probes",
    "apparmor",
    "selinux",
    "proc-mount",
    "seccomp-baseline",
    "sysctls",
    "capabilities-baseline",
    "volumes",
    "privilege-escalation",
    "run-as-non-root",
    "seccomp-restricted",
    "capabilities-restricted",
    "read-only-root",
];

/// One bit for each check that fails.
pub type Failed = u32;

/// The bit of a check, by its name; a name that is no check's is the bit 31, which no answer has.
pub fn bit(name: &str) -> Failed {
    let index = CHECKS.iter().position(|check| *check == name);
    1 << index.unwrap_or(31)
}

/// The checks that an answer names, for messages.
pub fn names(failed: Failed) -> String {
    let names: Vec<&str> = CHECKS
        .iter()
        .copied()
        .filter(|name| failed & bit(name) != 0)
        .collect();
    if failed >> CHECKS.len() == 0 {
        names.join(", ")
    } else {
        format!("error, {}", names.join(", "))
    }
}

/// Something that makes the checks.
pub trait Column {
    /// As in the table.
    fn name(&self) -> &'static str;

    /// What fails; not timed.
    fn failed(&mut self, json: &str) -> Failed;

    /// One decision about an object that was parsed before; the number of findings.
    fn parsed<'a>(&'a mut self, json: &'a str) -> Box<dyn FnMut() -> usize + 'a>;

    /// One decision from the text; the number of findings.
    fn text(&mut self, json: &str) -> usize;
}
