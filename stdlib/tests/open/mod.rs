//! The library's packages as plain files, so that tests can change them: the types stay, the packages are given as
//! sources.

use wardlaw_lang::{Library, LibraryPackage, NamedSet};

/// The types of the library without its packages.
#[derive(Debug)]
pub(crate) struct TypesOnly;

impl Library for TypesOnly {
    fn package(&self, _: &str) -> Option<&'static LibraryPackage> {
        None
    }

    fn packages(&self) -> Vec<&'static LibraryPackage> {
        Vec::new()
    }

    fn sets(&self) -> &'static [NamedSet] {
        &[]
    }

    fn types(&self, namespace: &str) -> Option<&'static [u8]> {
        wardlaw_stdlib::library().types(namespace)
    }
}

/// Name and text of every file of the library.
pub(crate) fn files() -> Vec<(String, String)> {
    let packages = wardlaw_stdlib::library().packages();
    packages
        .iter()
        .flat_map(|package| package.files)
        .map(|file| (file.name.into(), file.text.into()))
        .collect()
}
