//! Generated programs and inputs: the engine and the reference evaluator say the same, byte for byte, of
//! inputs, data and audits; the index changes nothing, and saves fuel at most; and no value that fits its type is a type error.
//!
//! `PAIRS=1000000 SEED=7 cargo test -p wardlaw-harness --test differential -- --nocapture` makes it long.
//! A difference is made smaller and printed with the seed that gives it. `REASONS=1` lists why programs
//! were refused.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use support::{build, decide, number, reload};
use wardlaw::{Decision, Engine, ErrorKind, Request, Why};
use wardlaw_harness::{
    generate::{Case, Input, shrink},
    random::Random,
};
use wardlaw_lang::builtin::{BUILTINS, Receiver, Row};

/// Inputs of one program.
const INPUTS: u64 = 16;

/// How often a smaller case is tried.
const TRIES: u64 = 4_000;

/// Errors of that kind that depend on values, not on types.
const OF_VALUES: &[&str] = &[
    "a key of a map occurs twice",
    "a parsed number is outside 64 bits",
];

/// A case and one of its inputs, or none for an audit.
struct Pair {
    case: Case,
    input: Option<Input>,
}

/// The engine of a program, and that of its bytes.
struct Engines {
    engine: Engine,
    reloaded: Engine,
}

impl Engines {
    fn of(case: &Case, files: &[(String, String)]) -> Result<Self, String> {
        Ok(Self {
            engine: build(case, files)?,
            // What can be built can be reloaded.
            reloaded: reload(case, files).unwrap(),
        })
    }
}

/// The choices that give a pair.
#[derive(Clone)]
struct Tapes {
    program: Vec<u32>,
    input: Option<(Vec<u32>, bool)>,
}

impl Tapes {
    fn pair(&self) -> Pair {
        let (case, _) = Case::new(Random::replay(&self.program));
        let input = self
            .input
            .as_ref()
            .map(|(tape, spoilt)| case.input(&mut Random::replay(tape), *spoilt));
        Pair { case, input }
    }
}

/// What is wrong with a decision of the engine beside that of the reference, if anything.
fn differ(case: &Case, fits: bool, found: &Decision, wanted: &Decision) -> Option<String> {
    let (text, reference) = (found.to_json_string(), wanted.to_json_string());
    if text != reference {
        return Some(format!(
            "evaluators differ\nengine    {text}\nreference {reference}"
        ));
    }
    for finding in &found.findings {
        let Some(error) = finding.error else { continue };
        let by_type = error.kind == ErrorKind::Type && !OF_VALUES.contains(&finding.message.as_str());
        if error.kind == ErrorKind::Internal || (by_type && fits && !case.loose) {
            return Some(format!("{} error on an input that fits: {text}", error.kind));
        }
    }
    None
}

/// Whether the index changes nothing; what it leaves out takes no fuel.
fn same_but_for_less_fuel(indexed: &Decision, all: &Decision) -> bool {
    let mut same = indexed.clone();
    same.fuel = all.fuel;
    same == *all && indexed.fuel <= all.fuel
}

/// A rule that is explained not to be run, and has found something where all rules were run.
fn unexplained(engine: &Engine, request: &Request<'_>, all: &Decision) -> Option<String> {
    let explained = engine.explain(request).into_iter();
    let mut left_out = explained.filter(|explained| explained.why != Why::Run);
    // What is wrong with the input is an error of every rule that reads it, whether it is run or not.
    let found = |rule: &str| {
        let mut findings = all.findings.iter();
        findings.any(|finding| &*finding.rule == rule && finding.error.is_none())
    };
    left_out.find(|explained| found(explained.rule)).map(|explained| {
        format!(
            "{} is explained not to be run: {:?}",
            explained.rule, explained.why
        )
    })
}

/// What is wrong with the decision on a pair, if anything; and the decision.
fn wrong(engines: &Engines, case: &Case, input: Option<&Input>) -> (Option<String>, Option<Decision>) {
    let Engines { engine, reloaded } = engines;
    let decided = catch_unwind(AssertUnwindSafe(|| match input {
        Some(input) => Some((
            decide(input, |request| engine.decide(request))?,
            Some(decide(input, |request| engine.decide_without_index(request))?),
            decide(input, |request| engine.decide_by_reference(request))?,
            decide(input, |request| reloaded.decide(request))?,
        )),
        None => Some((
            engine.audit(),
            None,
            engine.audit_by_reference(),
            reloaded.audit(),
        )),
    }));
    match decided {
        Ok(Some((found, _, _, reloaded))) if found != reloaded => {
            let (text, other) = (found.to_json_string(), reloaded.to_json_string());
            let complaint = format!("the artefact decides otherwise\nengine   {text}\nartefact {other}");
            (Some(complaint), Some(found))
        }
        Ok(Some((found, Some(all), ..))) if !same_but_for_less_fuel(&found, &all) => {
            let (text, all) = (found.to_json_string(), all.to_json_string());
            let complaint = format!("the index changes the decision\nwith    {text}\nwithout {all}");
            (Some(complaint), Some(found))
        }
        Ok(Some((mut found, all, mut wanted, _))) => {
            let told = input.zip(all).and_then(|(input, all)| {
                decide(input, |request| unexplained(engine, request, &all)).flatten()
            });
            if let Some(told) = told {
                return (Some(format!("the explanation is wrong: {told}")), Some(found));
            }
            // Fuel belongs to the plan.
            (found.fuel, wanted.fuel) = (0, 0);
            let fits = input.is_none_or(|input| input.fits);
            (differ(case, fits, &found, &wanted), Some(found))
        }
        Ok(None) => (None, None),
        Err(_) => (Some("an evaluator panics".into()), None),
    }
}

/// The kind of complaint, so that a smaller case still shows the same mistake.
fn kind(complaint: &str) -> &str {
    complaint.get(..18).unwrap_or(complaint)
}

/// Makes a pair smaller as long as it still shows the mistake.
fn smaller(tapes: &Tapes, complaint: &str) -> (Pair, String) {
    let mut last = complaint.to_owned();
    let mut shows = |pair: &Pair| {
        let Ok(engines) = Engines::of(&pair.case, &pair.case.files()) else {
            return false;
        };
        match wrong(&engines, &pair.case, pair.input.as_ref()).0 {
            Some(found) if kind(&found) == kind(complaint) => {
                last = found;
                true
            }
            _ => false,
        }
    };
    let mut tapes = tapes.clone();
    let tries = number("TRIES", TRIES) as usize;
    for _ in 0..2 {
        tapes.program = shrink(&tapes.program, tries, |program: &[u32]| {
            let program = program.to_vec();
            shows(
                &Tapes {
                    program,
                    ..tapes.clone()
                }
                .pair(),
            )
        });
        if let Some((input, spoilt)) = tapes.input.clone() {
            let input = shrink(&input, tries, |input: &[u32]| {
                let input = Some((input.to_vec(), spoilt));
                shows(
                    &Tapes {
                        input,
                        ..tapes.clone()
                    }
                    .pair(),
                )
            });
            tapes.input = Some((input, spoilt));
        }
    }
    let mut pair = tapes.pair();
    if tries > 0 {
        cut(&mut pair, &mut shows);
    }
    (pair, last)
}

/// Cuts items, lines and parts of documents that the mistake does not need.
fn cut(pair: &mut Pair, shows: &mut impl FnMut(&Pair) -> bool) {
    let mut again = true;
    while again {
        again = false;
        let mut at = 0;
        while let Some(case) = without(&pair.case, at) {
            let candidate = Pair {
                case,
                input: pair.input.clone(),
            };
            if shows(&candidate) {
                *pair = candidate;
                again = true;
            } else {
                at += 1;
            }
        }
        let Some(input) = pair.input.clone() else { continue };
        if input.fits {
            // What fits must go on fitting, else a type error would be no wonder.
            continue;
        }
        let lesser = input.values.iter().enumerate().flat_map(|(index, (_, value))| {
            let input = &input;
            value.smaller().into_iter().map(move |value| {
                let mut input = input.clone();
                if let Some((_, slot)) = input.values.get_mut(index) {
                    *slot = value;
                }
                input
            })
        });
        for input in lesser {
            let candidate = Pair {
                case: pair.case.clone(),
                input: Some(input),
            };
            if shows(&candidate) {
                *pair = candidate;
                again = true;
                break;
            }
        }
    }
}

/// The case without one of its items, lines or data.
fn without(case: &Case, at: usize) -> Option<Case> {
    let mut left = at;
    let mut copy = case.clone();
    for package in &mut copy.packages {
        if left < package.items.len() {
            package.items.remove(left);
            return Some(copy);
        }
        left -= package.items.len();
        for item in &mut package.items {
            if left < item.lines.len() {
                item.lines.remove(left);
                return Some(copy);
            }
            left -= item.lines.len();
        }
    }
    if left < copy.data.len() {
        copy.data.remove(left);
        return Some(copy);
    }
    None
}

#[derive(Default)]
struct Counts {
    pairs: u64,
    programs: u64,
    audits: u64,
    refused: u64,
    findings: usize,
    errors: usize,
    reasons: BTreeMap<String, u64>,
    /// Builtins that no program has called yet.
    uncalled: Vec<&'static Row>,
}

impl Counts {
    fn new() -> Self {
        let rows = BUILTINS.iter().filter(|row| !row.builtin.in_tests_only());
        Self {
            uncalled: rows.collect(),
            ..Self::default()
        }
    }

    fn program(&mut self, files: &[(String, String)]) {
        self.programs += 1;
        self.uncalled.retain(|row| {
            let call = match row.receiver {
                Receiver::Namespace(namespace) => format!("{namespace}.{}(", row.name),
                Receiver::Global => format!("{}(", row.name),
                _ => format!(".{}(", row.name),
            };
            !files.iter().any(|(_, text)| text.contains(&call))
        });
    }

    fn refuse(&mut self, seed: u64, message: &str) {
        self.refused += 1;
        let line = message.lines().find(|line| line.starts_with("error"));
        let line = line.unwrap_or(message);
        let whole = std::env::var("REASONS").is_ok();
        let reason = if whole {
            format!("{line} (seed {seed})")
        } else {
            line.get(..12).unwrap_or(line).to_owned()
        };
        *self.reasons.entry(reason).or_default() += 1;
    }

    fn decision(&mut self, decision: &Decision) {
        self.findings += decision.findings.len();
        let errors = decision.findings.iter().filter(|finding| finding.error.is_some());
        self.errors += errors.count();
    }
}

/// The first pair of a program that is wrong.
fn first_wrong(seed: u64, counts: &mut Counts) -> Option<String> {
    let (case, random) = Case::new(Random::new(seed));
    let files = case.files();
    counts.program(&files);
    let engines = match Engines::of(&case, &files) {
        Ok(engines) => engines,
        Err(message) => {
            counts.refuse(seed, &message);
            return None;
        }
    };
    let audits = case.packages.iter().flat_map(|package| &package.items);
    let audits = audits.clone().any(|item| item.head.contains("audit rule"));
    let inputs = (0..INPUTS).map(Some).chain(audits.then_some(None));
    for index in inputs {
        // Each input has choices of its own.
        let spoilt = index.is_some_and(|index| index % 2 == 1);
        let mut choices = Random::new(seed.wrapping_mul(INPUTS).wrapping_add(index.unwrap_or(0)) ^ u64::MAX);
        let input = index.map(|_| case.input(&mut choices, spoilt));
        if input.is_some() {
            counts.pairs += 1;
        } else {
            counts.audits += 1;
        }
        let (complaint, decision) = wrong(&engines, &case, input.as_ref());
        if let Some(decision) = decision {
            counts.decision(&decision);
        }
        if let Some(complaint) = complaint {
            let tapes = Tapes {
                program: random.tape().to_vec(),
                input: input.map(|_| (choices.tape().to_vec(), spoilt)),
            };
            let (pair, complaint) = smaller(&tapes, &complaint);
            let input = pair.input.map(|input| input.show()).unwrap_or_default();
            return Some(format!("seed {seed}: {complaint}\n{}{input}", pair.case.show()));
        }
    }
    None
}

#[test]
fn evaluators_agree_on_generated_programs() {
    let (pairs, first, most) = (number("PAIRS", 8_000), number("SEED", 1), number("FAILURES", 5));
    let start = Instant::now();
    let mut counts = Counts::new();
    let mut failures: Vec<String> = Vec::new();
    let mut seed = first;
    while counts.pairs < pairs && (failures.len() as u64) < most {
        let found = first_wrong(seed, &mut counts);
        if let Some(failure) = &found {
            // At once: a long run may not come to its end.
            println!("{failure}");
        }
        failures.extend(found);
        seed += 1;
    }
    let Counts {
        pairs,
        programs,
        audits,
        refused,
        findings,
        errors,
        reasons,
        uncalled,
    } = counts;
    println!(
        "{pairs} pairs and {audits} audits of {programs} programs from seed {first} in {:.1} s; {refused} programs refused ({} of 10,000 accepted); {findings} findings, {errors} of them errors",
        start.elapsed().as_secs_f64(),
        (programs - refused) * 10_000 / programs.max(1),
    );
    let mut reasons: Vec<(String, u64)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
    for (reason, count) in reasons.iter().take(number("REASONS", 5) as usize) {
        println!("  {count} × {reason}");
    }
    let uncalled: Vec<&str> = uncalled.iter().map(|row| row.name).collect();
    println!("builtins that no program calls: {}", uncalled.join(", "));
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    // Rare ones need some programs.
    assert!(
        uncalled.is_empty() || programs < 5_000,
        "{uncalled:?} are never called"
    );
    assert!(
        refused * 20 < programs,
        "{refused} of {programs} programs were refused"
    );
}
