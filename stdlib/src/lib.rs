//! The standard library of Wardlaw: security rules for Kubernetes, as policies in its own language.
//!
//! [`library`] is handed to the compiler and the engine as any other [`Library`]; neither knows of it. The rules
//! lie in `stdlib/k8s`, one a file; this crate only carries their text, the named sets and the packed API types.

mod packages;
pub mod schema;

use wardlaw_lang::{Library, LibraryPackage, NamedSet};

use crate::packages::PACKAGES;

/// The packages `k8s.*`, the sets `pss-baseline` and `pss-restricted`, and the types `k8s.*`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kubernetes;

/// The standard library, for `Engine::builder().library(…)`.
pub fn library() -> &'static dyn Library {
    &Kubernetes
}

/// The named sets, by name.
const SETS: &[NamedSet] = &[
    NamedSet {
        name: "pss-baseline",
        title: "the baseline Pod Security Standard: no known privilege escalation",
        packages: &["k8s.pod_security.baseline", "k8s.schema"],
        data: &[("k8s.pod_security.level", "\"baseline\"")],
    },
    NamedSet {
        name: "pss-restricted",
        title: "the restricted Pod Security Standard: hardened pods",
        packages: &[
            "k8s.pod_security.baseline",
            "k8s.pod_security.restricted",
            "k8s.schema",
        ],
        data: &[("k8s.pod_security.level", "\"restricted\"")],
    },
];

impl Library for Kubernetes {
    fn package(&self, path: &str) -> Option<&'static LibraryPackage> {
        PACKAGES.iter().find(|package| package.path == path)
    }

    fn packages(&self) -> Vec<&'static LibraryPackage> {
        PACKAGES.iter().collect()
    }

    fn sets(&self) -> &'static [NamedSet] {
        SETS
    }

    fn types(&self, namespace: &str) -> Option<&'static [u8]> {
        match namespace {
            "k8s" => Some(schema::k8s_types()),
            _ => None,
        }
    }
}
