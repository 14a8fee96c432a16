//! From sources, a library and data to an engine. All that is wrong is reported at once.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;

use wardlaw_lang::{
    Code, CompileInput, Compiled, Diagnostic, Instance, Library, NoLibrary, Severity, Sources, compile,
    compile_expression, package::below, schema::Content,
};

use crate::{
    Observer,
    datum::Datum,
    decision::{self, Level},
    engine::{Engine, Inventory},
    force::{self, Exemption, Marks, Match, Origins, Settings, Use, Whole},
    limits::Limits,
    policy::{self, Policy, Purpose},
    schema,
    test_run::Suite,
};

/// Gathers what an engine is made of.
#[derive(Debug)]
#[must_use]
pub struct Builder {
    library: &'static dyn Library,
    sources: Sources,
    settings: Settings,
    own: bool,
    limits: Limits,
    observer: Option<Arc<dyn Observer>>,
    expression: Option<(String, String)>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            library: &NoLibrary,
            sources: Sources::new(),
            settings: Settings::default(),
            own: false,
            limits: Limits::default(),
            observer: None,
            expression: None,
        }
    }
}

/// Why there is no engine: all diagnostics, and the texts that they point into. Shown as one line each, also by
/// `Debug`, which is how a program shows the error that ends it.
#[derive(Clone)]
pub struct BuildError {
    /// Errors, and the warnings beside them.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts.
    pub sources: Sources,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_lines(f, &self.diagnostics, &self.sources)
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Diagnostics, one line each.
pub(crate) fn write_lines(
    out: &mut impl fmt::Write,
    diagnostics: &[Diagnostic],
    sources: &Sources,
) -> fmt::Result {
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let span = diagnostic.span;
        let at = sources.line_column(span.file, span.start);
        let name = sources.name(span.file);
        let (code, message) = (diagnostic.code, &diagnostic.message);
        write!(
            out,
            "{severity}[{code}]: {message} ({name}:{}:{})",
            at.line, at.column
        )?;
        if let Some(note) = &diagnostic.note {
            write!(out, ": {note}")?;
        }
        if let Some(help) = &diagnostic.help {
            write!(out, "; help: {help}")?;
        }
    }
    Ok(())
}

impl core::error::Error for BuildError {}

impl Builder {
    /// The packages, sets and types that policies may use besides their own.
    pub fn library(mut self, library: &'static dyn Library) -> Self {
        self.library = library;
        self
    }

    /// A file of the policy: a name for messages, and its text.
    pub fn source(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.sources.add(name, text.into());
        self
    }

    /// A schema, JSON or YAML, that policies import by this name, and other schemas refer to; see
    /// [`schema::files`]. Names are paths with `/`, as those of the policy are.
    pub fn schema(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        let content = schema::read(&name, &text);
        self.sources.add_schema(name, text, content);
        self
    }

    /// Says why there is no schema of that name. Only a policy that needs it is refused.
    pub fn missing_schema(mut self, name: impl Into<String>, why: impl Into<String>) -> Self {
        let content = Content::Unreadable {
            message: why.into(),
            offset: None,
        };
        self.sources.add_schema(name, "", content);
        self
    }

    /// Puts the rules of a package in force, and those of every package below it. Without this, all
    /// packages of the sources are.
    pub fn package(self, path: impl Into<String>) -> Self {
        self.using(Use {
            package: path.into(),
            ..Use::default()
        })
    }

    /// Puts the packages of a named set of the library in force, with its data.
    pub fn set(self, name: impl Into<String>) -> Self {
        self.package(name)
    }

    /// Puts a package in force: for some requests only, with data, or as an instance under a name of its
    /// own. A package of the sources that instances are made of is itself in force only where it is named.
    pub fn using(mut self, used: Use) -> Self {
        self.settings.uses.push(used);
        self
    }

    /// Keeps all packages of the sources in force beside those that are named.
    pub fn own(mut self) -> Self {
        self.own = true;
        self
    }

    /// Sets the level of a rule (by its full name, or another's id for it) or of all rules of a package
    /// and of those below it, but for rules that allow. Of several that fit, the one nearest to the rule counts.
    pub fn level(mut self, name: impl Into<String>, level: Level) -> Self {
        self.settings.levels.insert(name.into(), level);
        self
    }

    /// Accepts findings, which then do not deny. What expires is compared with the input `now`
    /// ([`Request::with_input`](crate::Request::with_input)), which need not be declared for it.
    pub fn exempt(mut self, exemption: Exemption) -> Self {
        self.settings.exemptions.push(exemption);
        self
    }

    /// Where the host has its uses, data, levels and exemptions: what is wrong with them is shown there.
    pub fn origins(mut self, origins: Origins) -> Self {
        self.settings.origins = origins;
        self
    }

    /// Says that levels, exemptions and these data are those of a larger policy, of which only a part is in
    /// force here: what they say of the rest and of the library is no mistake, and has no effect.
    pub fn part_of(mut self, whole: Whole) -> Self {
        self.settings.whole = Some(whole);
        self
    }

    /// Gives a datum by its full name (`shop.authz.teams`): a value, or a part of a [`DataFile`](crate::DataFile).
    pub fn data(mut self, name: impl Into<String>, value: impl Into<Datum>) -> Self {
        self.settings.data.insert(name.into(), value.into());
        self
    }

    /// Limits of each decision.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// An expression in the scope of a package: it sees the package's declarations and imports. Its
    /// value is what [`Engine::evaluate`] gives.
    pub fn expression(mut self, package: impl Into<String>, text: impl Into<String>) -> Self {
        self.expression = Some((package.into(), text.into()));
        self
    }

    /// Hears of each decision.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Compiles the policy and loads its data. Its tests are checked, and left out. All that is wrong, with
    /// policy, settings and data, is reported at once.
    pub fn build(self) -> Result<Engine, BuildError> {
        let purpose = Purpose::Decide;
        self.policy(purpose, false)?.engine(purpose)
    }

    /// Compiles the policy for a list of its rules: data that no default and no host gives are not missed.
    pub fn inventory(self) -> Result<Inventory, BuildError> {
        let purpose = Purpose::List;
        self.policy(purpose, false)?.engine(purpose).map(Inventory)
    }

    /// Compiles the policy, and loads no data: what [`Policy::build`] makes engines of.
    pub fn compile(self) -> Result<Policy, BuildError> {
        let policy = self.policy(Purpose::Decide, true)?;
        if policy.diagnostics.iter().any(Diagnostic::is_error) {
            return Err(policy.refused());
        }
        Ok(policy)
    }

    /// Compiles the policy with its tests. Data that no default and no host gives is for them to bind.
    /// Each test has its own package in force: matches, instances, levels and exemptions do not apply.
    pub fn tests(mut self) -> Result<Suite, BuildError> {
        self.settings.uses.retain(|used| used.name.is_none());
        for used in &mut self.settings.uses {
            used.matching = Match::default();
        }
        self.settings.levels.clear();
        self.settings.exemptions.clear();
        let purpose = Purpose::Test;
        self.policy(purpose, false)?.engine(purpose).map(Suite::new)
    }

    /// Compiles; `keep` says whether the program is wanted beside the plan. Errors of settings stay among the
    /// diagnostics, so that those of data can be told, too.
    fn policy(self, purpose: Purpose, keep: bool) -> Result<Policy, BuildError> {
        let settings = &self.settings;
        let mut wrong = Vec::new();
        let mut selected = settings.select(self.library, &mut wrong);
        let instances: Vec<Instance<'_>> = selected
            .instances
            .iter()
            .map(|(package, name)| Instance { package, name })
            .collect();
        let input = CompileInput {
            sources: &self.sources,
            library: self.library,
            select: &selected.select,
            own: self.own || !settings.uses.iter().any(|used| self.takes_own_out(used)),
            instances: &instances,
        };
        let Compiled {
            program,
            mut diagnostics,
            mut sources,
            packages,
        } = match &self.expression {
            Some((package, text)) => compile_expression(&input, package, text),
            None => compile(&input),
        };
        let digest = digest_policy(&sources, &selected.select, settings);
        let missing = settings.check_names(&packages, self.library, &mut wrong);
        let is_missing = |name: &str| missing.iter().any(|path| below(name, path));
        let program = program.map(|mut program| {
            let force = settings.resolve(&mut program, &sources, self.library, &mut wrong);
            if let Some(whole) = &settings.whole {
                // What is given to packages that are not in force here.
                let known = settings.elsewhere(&sources, self.library);
                let declared = |name: &str| program.data.iter().any(|data| data.name == name);
                selected
                    .data
                    .retain(|name, _| declared(name) || !whole.data.contains(name) || !known.has_data(name));
            }
            (program, force)
        });
        selected.data.retain(|name, _| !is_missing(name));
        wrong.retain(|mistake| mistake.code != Code::UnknownRule || !is_missing(&mistake.given));
        let marks = Marks::new(settings.origins.clone(), &mut sources);
        for mistake in wrong {
            diagnostics.push(marks.diagnostic(mistake, &mut sources));
        }
        let Some((mut program, force)) = program else {
            return Err(BuildError { diagnostics, sources });
        };
        if purpose != Purpose::Test {
            program.tests.clear();
        }
        let kept = (keep || cfg!(feature = "reference")).then(|| Arc::new(program.clone()));
        let Some(plan) = policy::plan(program, &sources, &mut diagnostics) else {
            return Err(BuildError { diagnostics, sources });
        };
        Ok(Policy {
            plan: Arc::new(plan),
            program: kept,
            indexed: false,
            force: Arc::new(force),
            sources,
            diagnostics,
            digest,
            data: selected.data,
            marks,
            limits: self.limits,
            observer: self.observer,
        })
    }

    /// Whether a use says that the packages of the sources are in force only where they are named. A set
    /// of the library beside sources, or an instance, does not.
    fn takes_own_out(&self, used: &Use) -> bool {
        let is_set = self.library.sets().iter().any(|set| set.name == used.package);
        used.name.is_none() && (!is_set || self.sources.is_empty())
    }
}

/// Of all texts, whatever the order in which the host gave them, and of what is in force, and how.
fn digest_policy(sources: &Sources, select: &[String], settings: &Settings) -> String {
    let mut texts: Vec<[&str; 2]> = sources
        .iter()
        .map(|(_, source)| [source.name.as_str(), &source.text])
        .collect();
    texts.sort_unstable();
    let texts = texts.iter().flatten().copied();
    let settings = force::lines(settings);
    let select = select.iter().chain(&settings);
    decision::digest(texts.chain(select.map(String::as_str)))
}
