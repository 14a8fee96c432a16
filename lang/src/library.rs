//! What a host hands to the compiler besides the user's own files: packages, named sets and types.
//! The compiler knows no library of its own.

use alloc::vec::Vec;
use core::fmt::Debug;

/// A source file of a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LibraryFile {
    /// The name shown in diagnostics and findings (`k8s/pod_security/baseline/privileged.ward`).
    pub name: &'static str,
    /// The text.
    pub text: &'static str,
}

/// A package of a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LibraryPackage {
    /// Its path (`k8s.pod_security.baseline`).
    pub path: &'static str,
    /// Its files, by name.
    pub files: &'static [LibraryFile],
}

/// Packages that belong together under a name, with the data they need for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedSet {
    /// The name (`pss-restricted`).
    pub name: &'static str,
    /// One line that says what it demands.
    pub title: &'static str,
    /// The packages in force.
    pub packages: &'static [&'static str],
    /// Data by full name, as JSON text (`("k8s.pod_security.level", "\"restricted\"")`).
    pub data: &'static [(&'static str, &'static str)],
}

/// Packages, named sets and types that every policy may use without a file of its own.
pub trait Library: Debug + Send + Sync {
    /// The package with that path.
    fn package(&self, path: &str) -> Option<&'static LibraryPackage>;

    /// All packages, by path.
    fn packages(&self) -> Vec<&'static LibraryPackage>;

    /// All named sets, by name.
    fn sets(&self) -> &'static [NamedSet];

    /// The packed types of a builtin namespace (`k8s`), read in place by [`crate::types::packed::Packed`].
    fn types(&self, namespace: &str) -> Option<&'static [u8]>;
}

/// A library of nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLibrary;

impl Library for NoLibrary {
    fn package(&self, _: &str) -> Option<&'static LibraryPackage> {
        None
    }

    fn packages(&self) -> Vec<&'static LibraryPackage> {
        Vec::new()
    }

    fn sets(&self) -> &'static [NamedSet] {
        &[]
    }

    fn types(&self, _: &str) -> Option<&'static [u8]> {
        None
    }
}
