//! A selection taken apart into its packages, each with those that it imports. Tests put only their own
//! package in force, so packages that share nothing need not agree on anything either: one may read
//! admission requests, another those of an API.

use std::collections::{BTreeMap, BTreeSet};

use super::policies::Selection;
use crate::engine::{self, Datum, Header};

/// A package, with the sources and data that it needs.
#[derive(Debug)]
pub(crate) struct Apart {
    /// Its path; empty where no source has a package.
    pub(crate) package: String,
    /// Name and text of its files, and of those that it imports.
    pub(crate) sources: Vec<(String, String)>,
    /// Data of all of them.
    pub(crate) data: Vec<(String, Datum)>,
}

/// The packages of the sources that are named, by path. A named source without a package goes with each,
/// so that what is wrong with it is said; what is wrong with a neighbour that nothing needs is not.
pub(crate) fn apart(selection: &Selection, named: &[String], data: &[(String, Datum)]) -> Vec<Apart> {
    let is_named = |source: &(String, String)| named.contains(&source.0);
    let sources: Vec<(&(String, String), Option<Header>)> = selection
        .sources
        .iter()
        .map(|source| (source, engine::header(&source.1)))
        .collect();
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut wanted: BTreeSet<&str> = BTreeSet::new();
    for (source, header) in &sources {
        let Some(header) = header else { continue };
        let of_package = imports.entry(&header.package).or_default();
        of_package.extend(header.imports.iter().map(String::as_str));
        if is_named(source) {
            wanted.insert(&header.package);
        }
    }
    if wanted.is_empty() {
        wanted.insert("");
    }
    let package_of = |datum: &str| datum.rsplit_once('.').map(|(package, _)| package.to_owned());
    let declared =
        |datum: &str| package_of(datum).is_some_and(|package| imports.contains_key(package.as_str()));
    wanted
        .into_iter()
        .map(|package| {
            let needed = reached(package, &imports);
            let own = sources.iter().filter(|(source, header)| match header {
                Some(header) => needed.contains(header.package.as_str()),
                None => is_named(source),
            });
            let known = data.iter().filter(|(name, _)| {
                package_of(name).is_some_and(|package| needed.contains(package.as_str())) || !declared(name)
            });
            Apart {
                package: package.to_owned(),
                sources: own.map(|(source, _)| (*source).clone()).collect(),
                data: known.cloned().collect(),
            }
        })
        .collect()
}

/// A package, and what it imports, directly or not.
fn reached<'a>(package: &'a str, imports: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut needed = BTreeSet::new();
    let mut next = vec![package];
    while let Some(package) = next.pop() {
        if needed.insert(package) {
            next.extend(imports.get(package).into_iter().flatten());
        }
    }
    needed
}
