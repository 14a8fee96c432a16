//! The engine: a checked policy with its data, ready to decide. It never changes; threads share it.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    sync::Arc,
    vec,
    vec::Vec,
};

use wardlaw_lang::{Diagnostic, Sources, Span, ir::EffectKind, opaque::Time};

use crate::{
    Observer,
    builder::{self, Builder},
    decision::{self, Conflict, Decision, Effect, Finding, Level, Raw, Severity, Source},
    eval::{Machine, Sink},
    fault::{ErrorKind, FaultInfo, Reason},
    fix::{self, Mutation, Patch},
    force::{Exemption, Force, Scope},
    input::validate::{self, Mismatch},
    limits::Limits,
    own::{self, Digests},
    plan::{Plan, Rule, check::kinds, index::Reached, print},
    request::Request,
    value::{
        place::{Path, pointer},
        world::Docs,
    },
};

/// A checked policy with its data.
#[derive(Debug)]
pub struct Engine {
    pub(crate) plan: Plan,
    pub(crate) sources: Arc<Sources>,
    pub(crate) warnings: Vec<Diagnostic>,
    pub(crate) limits: Limits,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) force: Arc<Force>,
    pub(crate) digests: Digests,
    /// What the plan was made of.
    #[cfg(feature = "reference")]
    pub(crate) program: Arc<wardlaw_lang::ir::Program>,
}

/// The rules of a policy, listed without its data. It cannot decide.
#[derive(Debug)]
pub struct Inventory(pub(crate) Engine);

impl Inventory {
    /// As [`Engine::rules`].
    pub fn rules(&self) -> impl Iterator<Item = RuleInfo<'_>> {
        self.0.rules()
    }

    /// As [`Engine::warnings`].
    pub fn warnings(&self) -> &[Diagnostic] {
        self.0.warnings()
    }

    /// As [`Engine::sources`].
    pub fn sources(&self) -> &Sources {
        self.0.sources()
    }
}

/// What is known of a declared input.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct InputInfo<'e> {
    /// Its name.
    pub name: &'e str,
    /// Whether every decision needs it.
    pub required: bool,
    /// Whether it is a Kubernetes admission request, which can be made of an object.
    pub admission: bool,
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EvaluationError {
    /// Which kind.
    pub kind: ErrorKind,
    /// One line.
    pub message: String,
    /// The place in input or data: what it is relative to, if not the object under review, and a JSON
    /// pointer.
    pub place: Option<(Option<String>, String)>,
    /// The expression of the policy that met it.
    pub span: Option<Span>,
}

impl core::fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.message)?;
        match &self.place {
            Some((Some(within), path)) => write!(f, " at `{path}` of `{within}`"),
            Some((None, path)) => write!(f, " at `{path}`"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for EvaluationError {}

/// What is known of a rule in force.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RuleInfo<'e> {
    /// Its full name.
    pub name: &'e str,
    /// The first line of its documentation.
    pub title: &'e str,
    /// The rest of its documentation.
    pub description: &'e str,
    /// The path of its package.
    pub package: &'e str,
    /// Its severity.
    pub severity: Severity,
    /// The controls that it checks: framework and ids.
    pub controls: &'e [(String, Vec<String>)],
    /// Others' ids for it: `source:id`.
    pub aliases: &'e [String],
    /// The file that declares it.
    pub file: &'e str,
    /// The line there, from 1.
    pub line: u32,
    /// Decided about data alone, no part of a decision on a request.
    pub audit: bool,
    /// How its findings count.
    pub level: Level,
}

/// What is known of an exemption.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ExemptionInfo<'e> {
    /// As it was given, its lists in order.
    pub exemption: &'e Exemption,
    /// Which: how many were given to the builder before it.
    pub position: usize,
    /// Whether it has run out.
    pub expired: bool,
    /// Whether a rule in force has one of its names.
    pub names_some: bool,
}

/// Which rules are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Those that the index finds: the others would add nothing.
    Indexed,
    /// All of the scope: in tests, whose data are not those that the index was made for.
    All,
}

impl Engine {
    /// Begins an engine.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// What the compiler warns of.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// [`Engine::warnings`] as text, one line each, with file, line, code and mend; empty where there are none.
    pub fn warnings_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = builder::write_lines(&mut text, &self.warnings, &self.sources);
        text
    }

    /// The texts that diagnostics and findings point into.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The rules in force, in contract order.
    pub fn rules(&self) -> impl Iterator<Item = RuleInfo<'_>> {
        self.plan.rules.iter().enumerate().map(|(index, rule)| {
            let (file, line) = self.plan.file_line(rule.span);
            let file = file.map_or("", |file| &**file);
            RuleInfo {
                name: &rule.name,
                title: &rule.about.title,
                description: &rule.about.description,
                package: self.package(rule.package),
                severity: rule.severity,
                controls: &rule.about.controls,
                aliases: &rule.about.aliases,
                file,
                line,
                audit: rule.audit,
                level: self.force.level(index).unwrap_or(match rule.effect.kind {
                    EffectKind::Warn => Level::Warn,
                    EffectKind::Deny | EffectKind::Allow | EffectKind::Mutate => Level::Deny,
                }),
            }
        })
    }

    /// The exemptions, in the order in which they were given; `now` is the time of decisions, RFC 3339.
    pub fn exemptions(&self, now: Option<&str>) -> Vec<ExemptionInfo<'_>> {
        let now = now.and_then(Time::parse);
        let mut infos: Vec<ExemptionInfo<'_>> = self
            .force
            .exemptions
            .iter()
            .map(|ready| ready.info(now))
            .collect();
        infos.sort_by_key(|info| info.position);
        infos
    }

    /// Paths of the packages whose rules are in force.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        let packages = self.plan.packages.iter().filter(|package| package.selected);
        packages.map(|package| package.path.as_str())
    }

    /// The names of the inputs that the policy declares.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.plan.inputs.iter().map(|input| input.name.as_str())
    }

    /// What is known of the inputs that the policy declares.
    pub fn input_infos(&self) -> impl Iterator<Item = InputInfo<'_>> {
        self.plan.inputs.iter().map(|input| {
            let check = self.plan.checks.get(input.check);
            InputInfo {
                name: &input.name,
                required: check.is_some_and(|check| check.mask & kinds::NULL == 0),
                admission: check.is_some_and(|check| check.expected == "k8s.AdmissionRequest"),
            }
        })
    }

    /// Digest of the policy: `sha256:…`.
    pub fn policy_digest(&self) -> &str {
        &self.digests.policy
    }

    /// Digest of the data: `sha256:…`.
    pub fn data_digest(&self) -> &str {
        &self.digests.data
    }

    /// The plan as text: what is shared, how joins look up, the switches of the index, what each rule needs, and
    /// which places are read. For people; its form is not stable.
    pub fn plan_text(&self) -> String {
        print::print(&self.plan)
    }

    /// The value of the expression that the engine was built with ([`Builder::expression`]); null where
    /// it is absent, and where there is none.
    ///
    /// # Errors
    /// What the expression met while it was evaluated: a value that is not of its type, a limit.
    pub fn evaluate(&self, request: &Request<'_>) -> Result<serde_json::Value, EvaluationError> {
        let mut machine = Machine::new(&self.plan, request.documents(), self.limits);
        request.bind(&mut machine);
        let Some(query) = self.plan.query else {
            return Ok(serde_json::Value::Null);
        };
        let answer = machine.output(query);
        let answer = answer.map_err(|faults| self.evaluation_error(&machine, &faults));
        machine.leave();
        answer
    }

    /// The first of the errors that an expression met.
    pub(crate) fn evaluation_error(&self, machine: &Machine<'_>, faults: &[FaultInfo]) -> EvaluationError {
        let internal = FaultInfo {
            reason: Reason::Internal("an error without a cause"),
            span: None,
            place: None,
        };
        let fault = faults.first().unwrap_or(&internal);
        EvaluationError {
            kind: fault.reason.kind(),
            message: fault.reason.message(&self.plan.checks),
            place: fault.place.as_ref().and_then(|place| machine.shown(place)),
            span: fault.span,
        }
    }

    pub(crate) fn package(&self, index: u32) -> &str {
        self.plan
            .packages
            .get(index as usize)
            .map_or("", |package| package.path.as_str())
    }

    /// Decides. The same policy, data and request give the same decision, byte for byte.
    pub fn decide(&self, request: &Request<'_>) -> Decision {
        self.observed(
            || request.identity(),
            || {
                let mut machine = Machine::new(&self.plan, request.documents(), self.limits);
                request.bind(&mut machine);
                let scope = self.force.scope(&machine, request.now());
                let decision = self.decide_in(&mut machine, &scope, Run::Indexed);
                machine.leave();
                decision
            },
        )
    }

    /// Decides as [`Engine::decide`] does, and runs every rule: what the index is compared with.
    #[cfg(feature = "reference")]
    pub fn decide_without_index(&self, request: &Request<'_>) -> Decision {
        let mut machine = Machine::new(&self.plan, request.documents(), self.limits);
        request.bind(&mut machine);
        let scope = self.force.scope(&machine, request.now());
        self.decide_in(&mut machine, &scope, Run::All)
    }

    /// Decides about what a machine has bound, by the rules of the packages in scope.
    pub(crate) fn decide_in(&self, machine: &mut Machine<'_>, scope: &Scope, run: Run) -> Decision {
        let mut sink = core::mem::take(&mut machine.sink);
        let fuel = machine.fuel.left();
        let mut chosen = core::mem::take(&mut machine.chosen);
        let found = validate::mismatches(machine, &mut chosen.present);
        let all_fits = found.is_empty();
        let mistyped = self.mismatches(machine, scope, found, &mut sink);
        let has = |rule: &Rule| !rule.audit && scope.has(rule.package);
        match run {
            Run::Indexed => self.plan.index.select(machine, &mut chosen, all_fits),
            Run::All => {
                chosen.rules.clear();
                let all = 0..self.plan.rules.len() as u32;
                chosen.rules.extend(all.map(|rule| Reached { rule, from: 0 }));
            }
        }
        for Reached { rule: index, from } in chosen.rules.iter().copied() {
            if !self.plan.rules.get(index as usize).is_some_and(has) {
                continue;
            }
            // Where something is not of its type, a clause that the index has answered may be the one to say so.
            let from = if all_fits { from } else { 0 };
            let ended = machine.fuel.ends_before_rule();
            if ended || machine.run_rule(index, from, &mut sink) {
                // Whether the index would have left them out or not: they did not come to an end.
                let later = self.plan.rules.iter().enumerate().skip(index as usize);
                for (index, rule) in later.filter(|(_, rule)| has(rule)).skip(usize::from(!ended)) {
                    sink.findings.push(unfinished(machine, index as u32, rule));
                }
                break;
            }
        }
        machine.chosen = chosen;
        let outputs = self.outputs(machine, scope, mistyped, &mut sink);
        let fuel = fuel.saturating_sub(machine.fuel.left());
        let decision = self.finish(&mut sink, outputs, scope, fuel);
        machine.sink = sink;
        decision
    }

    /// Decides the audit rules: about the data that were loaded, and no request. Places lie in data.
    pub fn audit(&self) -> Decision {
        self.audit_at(None)
    }

    /// As [`Engine::audit`], at that time (RFC 3339): only where it is known do exemptions hold that expire.
    pub fn audit_at(&self, now: Option<&str>) -> Decision {
        self.observed(
            || None,
            || {
                let mut machine = Machine::new(&self.plan, Docs::default(), self.limits);
                let decision = self.audit_in(&mut machine, &self.force.audit_scope(now));
                machine.leave();
                decision
            },
        )
    }

    /// Decides the audit rules of the packages in scope.
    pub(crate) fn audit_in(&self, machine: &mut Machine<'_>, scope: &Scope) -> Decision {
        let mut sink = core::mem::take(&mut machine.sink);
        let fuel = machine.fuel.left();
        let mut out_of_fuel = false;
        for (index, rule) in self.plan.rules.iter().enumerate() {
            if !rule.audit || !scope.has(rule.package) {
                continue;
            }
            let index = index as u32;
            if out_of_fuel {
                sink.findings.push(unfinished(machine, index, rule));
            } else {
                out_of_fuel = machine.run_rule(index, 0, &mut sink);
            }
        }
        let fuel = fuel.saturating_sub(machine.fuel.left());
        let decision = self.decision(&mut sink, Vec::new(), scope, fuel);
        machine.sink = sink;
        decision
    }

    /// What is wrong with the inputs, before any rule runs; and what of that each output can read.
    fn mismatches(
        &self,
        machine: &Machine<'_>,
        scope: &Scope,
        found: Vec<Mismatch<'_>>,
        sink: &mut Sink,
    ) -> BTreeMap<usize, Vec<FaultInfo>> {
        let mut outputs: BTreeMap<usize, Vec<FaultInfo>> = BTreeMap::new();
        if found.is_empty() {
            return outputs;
        }
        let limit = self.limits.findings_per_rule;
        let all = self.limits.findings as usize;
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        let mut full: BTreeSet<u32> = BTreeSet::new();
        for mismatch in found {
            for index in mismatch.rules {
                let Some(rule) = self.plan.rules.get(*index as usize) else {
                    let output = (*index as usize).saturating_sub(self.plan.rules.len());
                    let known = outputs.entry(output).or_default();
                    if known.len() <= limit as usize {
                        known.push(mismatch.fault.clone());
                    }
                    continue;
                };
                if rule.audit || !scope.has(rule.package) {
                    continue;
                }
                let count = counts.entry(*index).or_default();
                *count = count.saturating_add(1);
                if *count <= limit && sink.findings.len() < all {
                    sink.findings
                        .push(machine.error_finding(*index, rule, &mismatch.fault));
                } else if full.insert(*index) {
                    let fault = FaultInfo {
                        reason: Reason::Findings,
                        span: None,
                        place: None,
                    };
                    sink.findings.push(machine.error_finding(*index, rule, &fault));
                }
            }
        }
        outputs
    }

    /// The values of the outputs. One that meets an error is an error of no rule, which denies.
    fn outputs(
        &self,
        machine: &mut Machine<'_>,
        scope: &Scope,
        mut mistyped: BTreeMap<usize, Vec<FaultInfo>>,
        sink: &mut Sink,
    ) -> Vec<(String, serde_json::Value)> {
        let mut outputs = Vec::with_capacity(self.plan.outputs.len());
        for (number, (name, index)) in self.plan.outputs.iter().enumerate() {
            if !self.gives(scope, name) {
                continue;
            }
            let mut faults = mistyped.remove(&number).unwrap_or_default();
            match machine.output(*index) {
                Ok(value) if faults.is_empty() => outputs.push((name.clone(), value)),
                Ok(_) => {}
                Err(met) => faults.extend(met),
            }
            for fault in &faults {
                let message = fault.reason.message(&self.plan.checks);
                let (kind, place) = (fault.reason.kind(), fault.place.as_ref());
                let error = machine.output_error(name, kind, message, place, fault.span);
                sink.findings.push(error);
            }
        }
        outputs
    }

    /// Whether the package of an output is in scope.
    pub(crate) fn gives(&self, scope: &Scope, output: &str) -> bool {
        let path = output.rsplit_once('.').map_or("", |(package, _)| package);
        let mut packages = (0_u32..).zip(&self.plan.packages);
        packages
            .find(|(_, package)| package.path == path)
            .is_none_or(|(index, _)| scope.has(index))
    }

    /// The decision of a request: what findings, mutations and outputs make.
    pub(crate) fn finish(
        &self,
        sink: &mut Sink,
        outputs: Vec<(String, serde_json::Value)>,
        scope: &Scope,
        fuel: u64,
    ) -> Decision {
        let allows = core::mem::take(&mut sink.allows);
        self.require_allow(&allows, scope, &mut sink.findings);
        self.decision(sink, outputs, scope, fuel)
    }

    pub(crate) fn decision(
        &self,
        sink: &mut Sink,
        outputs: Vec<(String, serde_json::Value)>,
        scope: &Scope,
        fuel: u64,
    ) -> Decision {
        decision::compact(&mut sink.findings);
        self.force.judge(scope, &mut sink.findings);
        let mut fixes = Patch::default();
        for raw in sink.findings.iter_mut().filter(|raw| !raw.changes.is_empty()) {
            let stands = fixes.extend(core::mem::take(&mut raw.changes));
            raw.finding.conflict = !stands;
        }
        let merged = fix::merge(core::mem::take(&mut sink.mutations));
        let mut findings = Vec::with_capacity(sink.findings.len());
        findings.extend(sink.findings.drain(..).map(|raw| raw.finding));
        sink.clear();
        Decision {
            allowed: !findings.iter().any(Finding::denies),
            findings,
            patch: merged.patch,
            conflicts: merged
                .conflicts
                .iter()
                .filter_map(|mutation| self.conflict(mutation))
                .collect(),
            changes: merged
                .stand
                .iter()
                .filter_map(|mutation| self.changed(mutation))
                .collect(),
            outputs,
            skipped: Force::skipped(scope, |package| self.package(package).to_string()),
            policy: own::text(&self.digests.policy),
            data: own::text(&self.digests.data),
            fuel,
        }
    }

    fn changed(&self, mutation: &Mutation) -> Option<(String, String)> {
        let rule = self.plan.rules.get(mutation.rule as usize)?;
        Some((rule.name.to_string(), pointer(&mutation.change.path)))
    }

    fn conflict(&self, mutation: &Mutation) -> Option<Conflict> {
        let rule = self.plan.rules.get(mutation.rule as usize)?;
        let (file, line) = self.plan.file_line(rule.effect.span);
        Some(Conflict {
            rule: rule.name.to_string(),
            path: pointer(&mutation.change.path),
            source: Source {
                file: file.cloned().unwrap_or_default(),
                line,
            },
        })
    }

    /// A `default deny` package in which nothing allows denies.
    fn require_allow(&self, allows: &[u32], scope: &Scope, findings: &mut Vec<Raw>) {
        for (index, denial) in (0_u32..).zip(&self.plan.denials) {
            let Some(denial) = denial.as_ref().filter(|_| scope.has(index)) else {
                continue;
            };
            let mut allowing = allows
                .iter()
                .filter_map(|rule| self.plan.rules.get(*rule as usize));
            if allowing.any(|rule| rule.package == index) {
                continue;
            }
            findings.push(Raw {
                rule: None,
                package: index,
                path: Path::default(),
                changes: Vec::new(),
                finding: Finding {
                    rule: own::text(&denial.rule),
                    effect: Effect::Deny,
                    level: Level::Deny,
                    severity: Severity::Medium,
                    message: denial.message.clone(),
                    path: String::new(),
                    within: None,
                    location: None,
                    related: vec![],
                    controls: Arc::default(),
                    fix: vec![],
                    conflict: false,
                    source: None,
                    error: None,
                    exempt: None,
                },
            });
        }
    }
}

/// The finding of a rule that the fuel did not suffice for, or that the host stopped.
fn unfinished(machine: &Machine<'_>, index: u32, rule: &Rule) -> Raw {
    let fault = FaultInfo {
        reason: machine.fuel.reason(),
        span: None,
        place: None,
    };
    machine.error_finding(index, rule, &fault)
}
