//! A compiled policy: what was checked, with its settings, before data are loaded. Engines are made of
//! it, each with data of its own; as bytes (`artefact`) it is what a host ships instead of sources.

use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};

use wardlaw_lang::{Code, Diagnostic, Sources, Span, ir::Program, syntax::document_offset};

use crate::{
    BuildError, Observer, data,
    datum::Datum,
    decision::digest_data,
    engine::{Engine, Inventory},
    force::{At, Force, Given, Marks},
    limits::Limits,
    own::Digests,
    plan::{
        Plan,
        build::{self, PlanErrorKind},
    },
};

/// What an engine is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Decide,
    Test,
    List,
}

/// A compiled policy, ready for data.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What runs; without data.
    pub(crate) plan: Arc<Plan>,
    /// What the plan was made of; none where the policy was bytes, or an engine is made at once.
    pub(crate) program: Option<Arc<Program>>,
    /// Whether the plan has the index for these data.
    pub(crate) indexed: bool,
    pub(crate) force: Arc<Force>,
    pub(crate) sources: Sources,
    /// What the compiler says. Errors only while an engine is made that then is none.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Digest of the policy.
    pub(crate) digest: String,
    pub(crate) data: BTreeMap<String, Given>,
    pub(crate) marks: Marks,
    pub(crate) limits: Limits,
    pub(crate) observer: Option<Arc<dyn Observer>>,
}

impl Policy {
    /// Digest of the policy: `sha256:…`, as decisions have it.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What the compiler warns of.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The texts that diagnostics point into; of a policy that was read from bytes their names alone.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The paths of the packages in force.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        let packages = self.plan.packages.iter().filter(|package| package.selected);
        packages.map(|package| package.path.as_str())
    }

    /// How many rules are in force, audit rules among them.
    pub fn rules(&self) -> usize {
        self.plan.rules.len()
    }

    /// The checked program as text, one line a clause, with names and types resolved: for people, and to
    /// compare what two policies mean. None of a policy that was read from bytes, which hold only what runs.
    pub fn ir_text(&self) -> Option<String> {
        self.program.as_deref().map(wardlaw_lang::ir::print::print)
    }

    /// A list of the rules: data that no default and no host gives are not missed.
    pub fn inventory(self) -> Result<Inventory, BuildError> {
        self.engine(Purpose::List).map(Inventory)
    }

    /// Gives a datum by its full name (`shop.authz.teams`), in place of what was given before.
    #[must_use]
    pub fn data(mut self, name: impl Into<String>, value: impl Into<Datum>) -> Self {
        let name = name.into();
        let at = At::value(&["data", &name]);
        let value = value.into();
        self.data.insert(name, Given { value, at });
        self.indexed = false;
        self
    }

    /// Limits of each decision.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Hears of each decision.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Loads the data.
    pub fn build(self) -> Result<Engine, BuildError> {
        self.engine(Purpose::Decide)
    }

    /// The plan with its data and index; none where data are missed or refused.
    pub(crate) fn loaded(&self) -> Option<Plan> {
        let mut plan = Plan::clone(&self.plan);
        let given = data::Given {
            data: &self.data,
            marks: &self.marks,
        };
        let limits = Limits::default();
        let wrong = data::load(&mut plan, &given, limits, true, &mut self.sources.clone());
        let refused = !wrong.is_empty() || data::derive(&mut plan, limits, false).is_some();
        (!refused).then_some(plan)
    }

    /// An engine. Data that no default and no host gives are missed only where it is to decide.
    pub(crate) fn engine(mut self, purpose: Purpose) -> Result<Engine, BuildError> {
        // Nobody else has it, but where a host makes several engines of one policy.
        let mut plan = Arc::unwrap_or_clone(core::mem::take(&mut self.plan));
        let given = data::Given {
            data: &self.data,
            marks: &self.marks,
        };
        let all = purpose == Purpose::Decide;
        let loaded = data::load(&mut plan, &given, self.limits, all, &mut self.sources);
        self.diagnostics.extend(loaded);
        self.diagnostics
            .sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start));
        self.diagnostics.dedup();
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return Err(self.refused());
        }
        let data = digest_data(&plan);
        // Tests bind data of their own, so what follows from data is computed in each.
        let derived = match purpose {
            Purpose::Decide => data::derive(&mut plan, self.limits, self.indexed),
            Purpose::Test | Purpose::List => None,
        };
        if let Some(diagnostic) = derived {
            self.diagnostics.push(diagnostic);
            return Err(self.refused());
        }
        plan.shrink();
        Ok(Engine {
            plan,
            sources: Arc::new(self.sources),
            warnings: self.diagnostics,
            limits: self.limits,
            observer: self.observer,
            force: self.force,
            digests: Digests {
                policy: self.digest.into(),
                data: data.into(),
            },
            #[cfg(feature = "reference")]
            program: self.program.unwrap_or_default(),
        })
    }

    /// Why there is no engine.
    pub(crate) fn refused(self) -> BuildError {
        BuildError {
            diagnostics: self.diagnostics,
            sources: self.sources,
        }
    }
}

impl Engine {
    /// The same policy with other data: what is named gets a new value, the rest stays as it is. Nothing is
    /// compiled, and this engine stays as it is, so that decisions at work end with the data that they began
    /// with. Relations, `let`s and join indexes that follow from what changes are computed anew; the others
    /// are shared between the engines, as the data are that stay.
    ///
    /// # Errors
    /// A name that no datum has, a value that is not of its type, or a limit of loading.
    pub fn with_data<N: Into<String>, D: Into<Datum>>(
        &self,
        data: impl IntoIterator<Item = (N, D)>,
    ) -> Result<Self, BuildError> {
        let mut sources = Sources::clone(&self.sources);
        let given = data.into_iter().map(|(name, value)| {
            let (name, value) = (name.into(), value.into());
            let at = At::value(&["data", &name]);
            (name, Given { value, at })
        });
        let (given, marks) = (given.collect(), Marks::default());
        let mut plan = self.plan.without(data::indices(&self.plan, &given));
        let given = data::Given {
            data: &given,
            marks: &marks,
        };
        let mut diagnostics = data::replace(&mut plan, &given, self.limits, &mut sources);
        if diagnostics.is_empty() {
            diagnostics.extend(data::derive(&mut plan, self.limits, false));
        }
        if !diagnostics.is_empty() {
            return Err(BuildError { diagnostics, sources });
        }
        Ok(Self {
            digests: Digests {
                policy: self.digests.policy.clone(),
                data: digest_data(&plan).into(),
            },
            plan,
            sources: self.sources.clone(),
            warnings: self.warnings.clone(),
            limits: self.limits,
            observer: self.observer.clone(),
            force: self.force.clone(),
            #[cfg(feature = "reference")]
            program: self.program.clone(),
        })
    }
}

/// The plan of a program, without data; else it says what is wrong with it.
pub(crate) fn plan(program: Program, sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Option<Plan> {
    let error = match build::build(program) {
        Ok(plan) => return Some(plan),
        Err(error) => error,
    };
    let (code, span, message) = match error.reason {
        PlanErrorKind::TooDeep => (
            Code::TooDeep,
            error.span,
            "evaluation could nest deeper than 1,000 levels here".into(),
        ),
        #[cfg(not(feature = "yaml"))]
        PlanErrorKind::Unsupported(text) => (Code::Unsupported, error.span, text.into()),
        PlanErrorKind::Literal { offset, message } => {
            (Code::BadLiteral, in_literal(sources, error.span, offset), message)
        }
        PlanErrorKind::Pattern(text) => (Code::BadArgument, error.span, text),
    };
    diagnostics.push(Diagnostic::new(code, span, message));
    None
}

/// One character of a literal document, which is named by its offset in the text without indentation.
fn in_literal(sources: &Sources, content: Span, offset: u32) -> Span {
    let text = sources.slice(content);
    let at = document_offset(text, offset as usize);
    let length = text
        .get(at..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    let start = content.start.saturating_add(at as u32);
    Span::new(content.file, start, start.saturating_add(length as u32))
}
