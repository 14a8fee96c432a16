//! What is in force, and how: uses of packages, levels, exemptions. Resolved against the checked policy
//! when an engine is built; applied where a decision begins and where it is put together, so that no
//! evaluator knows of it but by the packages that a request leaves out.

mod exempt;
mod level;
mod matching;
mod names;
mod origins;
mod subject;
mod uses;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};
use core::cell::OnceCell;

use wardlaw_lang::{Library, Sources, ir::Program, opaque::Time};

pub use exempt::Exemption;
pub use matching::Match;
pub use origins::Origins;
pub use uses::Use;

pub(crate) use names::Elsewhere;
pub(crate) use origins::{At, Marks, Mistake};
pub(crate) use uses::{Given, Selected};

use crate::{
    datum::Datum,
    decision::{Level, Raw, Skipped},
    eval::Machine,
};
pub(crate) use exempt::Ready;
use matching::Outcome;
use subject::Subject;

/// What the host says of the policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) uses: Vec<Use>,
    pub(crate) data: BTreeMap<String, Datum>,
    pub(crate) levels: BTreeMap<String, Level>,
    pub(crate) exemptions: Vec<Exemption>,
    pub(crate) origins: Origins,
    /// What the settings may speak of, though it is not in force here.
    pub(crate) whole: Option<Whole>,
}

/// A policy of which only a part is in force.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    /// The texts of its files.
    pub texts: Vec<String>,
    /// Its uses.
    pub uses: Vec<Use>,
    /// The full names of the data that it gives.
    pub data: BTreeSet<String>,
}

impl Settings {
    /// What is to be compiled and loaded.
    pub(crate) fn select(&self, library: &dyn Library, wrong: &mut Vec<Mistake>) -> Selected {
        uses::select(&self.uses, &self.data, library, wrong)
    }

    /// Uses of what does not exist; `loaded` are the paths of all packages that were loaded. Gives the
    /// paths that are missing by that: of what they hold nothing more need be said.
    pub(crate) fn check_names(
        &self,
        loaded: &[String],
        library: &dyn Library,
        wrong: &mut Vec<Mistake>,
    ) -> Vec<String> {
        uses::check_names(&self.uses, loaded, library, wrong)
    }

    /// The names of all that the settings may speak of.
    pub(crate) fn elsewhere(&self, sources: &Sources, library: &dyn Library) -> Elsewhere {
        let (texts, uses) = match &self.whole {
            Some(whole) => (whole.texts.as_slice(), whole.uses.as_slice()),
            None => (&[][..], &[][..]),
        };
        let instances = uses
            .iter()
            .chain(&self.uses)
            .filter_map(|used| Some((used.package.as_str(), used.name.as_deref()?)));
        let texts = texts.iter().map(String::as_str);
        Elsewhere::read(Elsewhere::texts(sources).chain(texts), library, instances)
    }

    /// Resolves what is said of rules, and takes those out of the program whose level is `off`.
    pub(crate) fn resolve(
        &self,
        program: &mut Program,
        sources: &Sources,
        library: &dyn Library,
        wrong: &mut Vec<Mistake>,
    ) -> Force {
        let known = OnceCell::new();
        let elsewhere = || known.get_or_init(|| self.elsewhere(sources, library));
        let names = names::in_force(program);
        let levels = level::resolve(&self.levels, &names, &elsewhere, wrong);
        // An exemption may name a rule that is off: it exists.
        let off: BTreeSet<u32> = (0_u32..)
            .zip(&levels)
            .filter(|(_, level)| **level == Some(Level::Off))
            .map(|(index, _)| index)
            .collect();
        let kept = |index: &u32| !off.contains(index);
        let mut index = 0_u32..;
        program
            .rules
            .retain(|_| index.next().is_none_or(|index| kept(&index)));
        let matches = uses::matches(&self.uses, program, library, wrong);
        let mut index = 0_u32..;
        let names: Vec<_> = names
            .into_iter()
            .filter(|_| index.next().is_none_or(|index| kept(&index)))
            .collect();
        let exemptions = exempt::resolve(&self.exemptions, program, &names, &elsewhere, wrong);
        Force {
            matches,
            levels: (0_u32..)
                .zip(levels)
                .filter(|(index, _)| kept(index))
                .map(|(_, level)| level)
                .collect(),
            exemptions,
        }
    }
}

/// What was resolved.
#[derive(Debug, Default)]
pub(crate) struct Force {
    /// By package.
    pub(crate) matches: BTreeMap<u32, Match>,
    /// By rule, where one is stated.
    pub(crate) levels: Vec<Option<Level>>,
    pub(crate) exemptions: Vec<Ready>,
}

/// What decides in one decision.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// One package alone, in tests.
    pub(crate) only: Option<u32>,
    /// Packages that the request leaves out, and what it does not state of what they ask for.
    left_out: BTreeMap<u32, Option<&'static str>>,
    /// Positions of the exemptions that hold.
    exempting: Vec<usize>,
}

impl Scope {
    /// One package alone.
    pub(crate) fn package(only: u32) -> Self {
        Self {
            only: Some(only),
            ..Self::default()
        }
    }

    /// Whether the rules of a package decide.
    pub(crate) fn has(&self, package: u32) -> bool {
        self.only.is_none_or(|only| only == package) && !self.left_out.contains_key(&package)
    }
}

impl Force {
    /// What decides about what a machine has bound.
    pub(crate) fn scope(&self, machine: &Machine<'_>, now: Option<&str>) -> Scope {
        if self.matches.is_empty() && self.exemptions.is_empty() {
            return Scope::default();
        }
        let subject = Subject::of(machine);
        let left_out = self
            .matches
            .iter()
            .filter_map(|(package, matching)| match matching.of(&subject) {
                Outcome::Matches => None,
                Outcome::Differs => Some((*package, None)),
                Outcome::Absent(dimension) => Some((*package, Some(dimension))),
            });
        Scope {
            left_out: left_out.collect(),
            ..self.exempting(&subject, now.and_then(Time::parse))
        }
    }

    /// What decides about data: there is no request to leave out, nor one that an exemption could name.
    pub(crate) fn audit_scope(&self, now: Option<&str>) -> Scope {
        self.exempting(&Subject::default(), now.and_then(Time::parse))
    }

    fn exempting(&self, subject: &Subject, now: Option<Time>) -> Scope {
        let holding = self.exemptions.iter().enumerate();
        let holding = holding.filter(|(_, exemption)| exemption.holds(subject, now));
        Scope {
            exempting: holding.map(|(position, _)| position).collect(),
            ..Scope::default()
        }
    }

    /// Gives findings their levels and marks those that are exempt.
    pub(crate) fn judge(&self, scope: &Scope, findings: &mut [Raw]) {
        for raw in findings {
            let level = raw.rule.and_then(|rule| self.levels.get(rule as usize).copied());
            if let Some(level) = level.flatten() {
                raw.finding.level = level;
            }
            let mut holding = scope.exempting.iter().filter_map(|at| self.exemptions.get(*at));
            holding.any(|exemption| exemption.mark(raw));
        }
    }

    /// The level of a rule, where one is stated.
    pub(crate) fn level(&self, rule: usize) -> Option<Level> {
        self.levels.get(rule).copied().flatten()
    }

    /// The packages that were left out, as decisions list them.
    pub(crate) fn skipped(scope: &Scope, path: impl Fn(u32) -> String) -> Vec<Skipped> {
        scope
            .left_out
            .iter()
            .map(|(package, absent)| Skipped {
                package: path(*package),
                absent: *absent,
            })
            .collect()
    }
}

/// All settings as lines in one order: part of what a policy is.
pub(crate) fn lines(settings: &Settings) -> Vec<String> {
    let uses = settings.uses.iter().filter_map(|used| {
        let matching = used.matching.clone().sorted();
        let said = used.name.is_some() || !matching.is_empty();
        let name = used.name.as_deref().unwrap_or("");
        said.then(|| format!("use {} as {name} match {}", used.package, matching.line()))
    });
    let exemptions = settings.exemptions.iter().map(exempt::line);
    let mut lines: Vec<String> = uses
        .chain(level::lines(&settings.levels))
        .chain(exemptions)
        .collect();
    lines.sort_unstable();
    lines
}
