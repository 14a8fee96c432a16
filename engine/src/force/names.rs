//! By which names rules and packages are known: their own, for an instance those of its package too,
//! and others' ids. Names of what is not in force are read from files only where a setting needs them.

use alloc::{collections::BTreeSet, format, string::String, vec::Vec};

use wardlaw_lang::{
    Library, Sources,
    ir::{EffectKind, Program},
    outline::{Outline, outline},
    package::below,
    pattern::glob,
    suggest::nearest,
};

/// A rule in force.
#[derive(Debug)]
pub(crate) struct RuleNames {
    pub(crate) full: String,
    /// Of the rule of an instance: the name in its package.
    pub(crate) origin: Option<String>,
    pub(crate) aliases: Vec<String>,
    pub(crate) package: String,
    pub(crate) origin_package: Option<String>,
    pub(crate) allows: bool,
}

impl RuleNames {
    fn all(&self) -> impl Iterator<Item = &str> {
        let own = [Some(&self.full), self.origin.as_ref()].into_iter().flatten();
        own.chain(&self.aliases).map(String::as_str)
    }

    /// Whether a pattern names it: `*` is any run of characters.
    pub(crate) fn fits(&self, pattern: &str) -> bool {
        self.all().any(|name| glob(pattern, name))
    }
}

/// The rules of a program, in its order.
pub(crate) fn in_force(program: &Program) -> Vec<RuleNames> {
    let names = program.rules.iter().map(|rule| {
        let package = program.packages.get(rule.package.index());
        let path = package.map_or("", |package| package.path.as_str());
        let origin_package = package.and_then(|package| package.instance_of.clone());
        let short = rule.name.get(path.len()..).unwrap_or("");
        RuleNames {
            full: rule.name.clone(),
            origin: origin_package.as_ref().map(|origin| format!("{origin}{short}")),
            aliases: rule.aliases.clone(),
            package: path.into(),
            origin_package,
            allows: rule.effect.kind == EffectKind::Allow,
        }
    });
    names.collect()
}

/// What exists without being in force here.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    rules: BTreeSet<String>,
    packages: BTreeSet<String>,
    data: BTreeSet<String>,
}

impl Elsewhere {
    /// The names of the host's files, of the library and of instances (package and name).
    pub(crate) fn read<'a>(
        sources: impl IntoIterator<Item = &'a str>,
        library: &dyn Library,
        instances: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut outlines: Vec<Outline> = sources.into_iter().map(outline).collect();
        for package in library.packages() {
            outlines.extend(package.files.iter().map(|file| outline(file.text)));
        }
        for (package, name) in instances {
            let of: Vec<Outline> = outlines
                .iter()
                .filter(|outline| outline.package == package)
                .cloned()
                .collect();
            outlines.extend(of.into_iter().map(|outline| Outline {
                package: name.into(),
                ..outline
            }));
        }
        let mut found = Self::default();
        for outline in outlines.iter().filter(|outline| !outline.package.is_empty()) {
            found.packages.insert(outline.package.clone());
            found
                .data
                .extend(outline.data.iter().map(|name| outline.full(name)));
            for rule in &outline.rules {
                found.rules.insert(outline.full(&rule.name));
                found.rules.extend(rule.aliases.iter().cloned());
            }
        }
        found
    }

    /// Texts of sources, to read names from.
    pub(crate) fn texts(sources: &Sources) -> impl Iterator<Item = &str> {
        sources.policies().map(|(_, source)| &*source.text)
    }

    /// Whether a pattern names a rule, or what a package says where nothing allows.
    pub(crate) fn has_rule(&self, pattern: &str) -> bool {
        self.rules.iter().any(|name| glob(pattern, name))
            || self
                .packages
                .iter()
                .any(|package| glob(pattern, &format!("{package}.default")))
    }

    /// Whether a package lies at or below the path.
    pub(crate) fn has_package(&self, path: &str) -> bool {
        self.packages.iter().any(|package| below(package, path))
    }

    pub(crate) fn has_data(&self, name: &str) -> bool {
        self.data.contains(name)
    }

    /// The rule nearest to a name that nothing has.
    pub(crate) fn nearest_rule<'s>(&'s self, name: &str, rules: &'s [RuleNames]) -> Option<&'s str> {
        let known = self.rules.iter().map(String::as_str);
        nearest(name, known.chain(rules.iter().flat_map(RuleNames::all)))
    }

    /// The rule or package nearest to a name that nothing has.
    pub(crate) fn nearest<'s>(&'s self, name: &str, rules: &'s [RuleNames]) -> Option<&'s str> {
        let packages = self.packages.iter().map(String::as_str);
        let packages = nearest(
            name,
            packages.chain(rules.iter().map(|rule| rule.package.as_str())),
        );
        self.nearest_rule(name, rules).or(packages)
    }
}
