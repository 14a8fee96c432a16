//! Generated programs and inputs: the engine and the reference evaluator say the same, byte for byte;
//! the order of files, items and keys changes nothing; no value that fits its type is a type error.
//!
//! `PAIRS=1000000 SEED=7 cargo test --release -p wardlaw-harness --test differential -- --nocapture`
//! makes it long. A difference is cut down and printed with the seed that gives it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use wardlaw::{
    Decision, Engine, ErrorKind, Request,
    input::{ReadLimits, read_json},
};
use wardlaw_harness::{
    generate::{Case, Input, case},
    random::Random,
};

/// Inputs of one program.
const INPUTS: usize = 8;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

fn build(files: &[(String, String)]) -> Result<Engine, String> {
    let mut builder = Engine::builder();
    for (name, text) in files {
        builder = builder.source(name, text);
    }
    builder.build().map_err(|error| error.to_string())
}

fn decide(engine: &Engine, text: &str, reference: bool) -> Decision {
    let document = read_json(text, &ReadLimits::default()).unwrap();
    let request = Request::input("request", &document);
    let mut decision = if reference {
        engine.decide_by_reference(&request)
    } else {
        engine.decide(&request)
    };
    // Fuel belongs to the plan.
    decision.fuel = 0;
    decision
}

/// What is wrong with the decision on an input, if anything.
fn wrong(engine: &Engine, input: &Input) -> Option<String> {
    let text = input.value.to_string();
    let decision = decide(engine, &text, false);
    let (found, reference) = (
        decision.to_json_string(),
        decide(engine, &text, true).to_json_string(),
    );
    if found != reference {
        return Some(format!(
            "evaluators differ\nengine    {found}\nreference {reference}"
        ));
    }
    for finding in &decision.findings {
        let Some(error) = finding.error else { continue };
        // That a key occurs twice depends on values, not on types.
        let by_type = error.kind == ErrorKind::Type && finding.message != "a key of a map occurs twice";
        if error.kind == ErrorKind::Internal || (by_type && input.fits) {
            return Some(format!("{} error on an input that fits: {found}", error.kind));
        }
    }
    None
}

/// A decision without what depends on where the input's text has its parts.
fn without_locations(mut decision: Decision) -> String {
    for finding in &mut decision.findings {
        finding.location = None;
        for related in &mut finding.related {
            related.location = None;
        }
    }
    decision.to_json_string()
}

/// Whether the order of files, items and keys changes a decision.
fn order_matters(case: &Case, engine: &Engine, input: &Input, random: &mut Random) -> Option<String> {
    let mut files = case.files();
    random.shuffle(&mut files);
    let Ok(shuffled) = build(&files) else {
        return Some("in another order of files, it is refused".into());
    };
    let text = input.value.to_string();
    let (before, after) = (decide(engine, &text, false), decide(&shuffled, &text, false));
    if before.to_json_string() != after.to_json_string() {
        return Some(format!(
            "the order of files matters\n{}\n{}",
            before.to_json_string(),
            after.to_json_string()
        ));
    }
    let mut value = input.value.clone();
    value.shuffle(random);
    let (before, after) = (
        without_locations(before),
        without_locations(decide(engine, &value.to_string(), false)),
    );
    (before != after).then(|| format!("the order of keys matters: {value}\n{before}\n{after}"))
}

/// The kind of complaint, so that a cut case still shows the same mistake.
fn kind(complaint: &str) -> &str {
    complaint.get(..18).unwrap_or(complaint)
}

/// Cuts a case down as long as it still shows the mistake.
fn shrink(mut case: Case, mut input: Input, complaint: &str) -> (Case, Input, String) {
    let mut last = complaint.to_owned();
    let still = |case: &Case, input: &Input| {
        let engine = build(&case.files()).ok()?;
        wrong(&engine, input).filter(|found| kind(found) == kind(complaint))
    };
    loop {
        let mut candidates: Vec<Case> = Vec::new();
        for index in 0..case.rules.len() {
            let mut copy = case.clone();
            drop(copy.rules.remove(index));
            candidates.push(copy);
        }
        for index in 0..case.items.len() {
            let mut copy = case.clone();
            drop(copy.items.remove(index));
            candidates.push(copy);
        }
        for (index, rule) in case.rules.iter().enumerate() {
            for clause in 0..rule.clauses.len() {
                let mut copy = case.clone();
                if let Some(rule) = copy.rules.get_mut(index) {
                    drop(rule.clauses.remove(clause));
                }
                candidates.push(copy);
            }
            for effect in 0..rule.effects.len() {
                let mut copy = case.clone();
                if let Some(rule) = copy.rules.get_mut(index) {
                    if effect == 0 {
                        rule.effects = vec!["deny \"x\"".into()];
                    } else {
                        drop(rule.effects.remove(effect));
                    }
                }
                if effect > 0 || rule.effects != ["deny \"x\""] {
                    candidates.push(copy);
                }
            }
        }
        let smaller = candidates.into_iter().find_map(|case| {
            let found = still(&case, &input)?;
            Some((case, found))
        });
        if let Some((cut, found)) = smaller {
            (case, last) = (cut, found);
            continue;
        }
        // Only what does not fit may lose members: else a type error would be no wonder.
        let smaller = input
            .value
            .smaller()
            .into_iter()
            .filter(|_| !input.fits)
            .find_map(|value| {
                let input = Input { value, ..input };
                let found = still(&case, &input)?;
                Some((input, found))
            });
        match smaller {
            Some((cut, found)) => (input, last) = (cut, found),
            None => return (case, input, last),
        }
    }
}

fn show(case: &Case, input: &Input) -> String {
    let files: Vec<String> = case
        .files()
        .into_iter()
        .map(|(_, text)| text.replace("package t\n", ""))
        .collect();
    format!("package t\n{}\nrequest = {}", files.concat(), input.value)
}

#[test]
fn evaluators_agree_on_generated_programs() {
    let (pairs, first) = (number("PAIRS", 6_000), number("SEED", 1));
    let (mut done, mut rejected, mut findings, mut errors) = (0_u64, 0_u64, 0_usize, 0_usize);
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    let mut failures: Vec<String> = Vec::new();
    let mut seed = first;
    while done < pairs && failures.len() < 5 {
        let case = case(seed, INPUTS);
        let files = case.files();
        let engine = match build(&files) {
            Ok(engine) => engine,
            Err(message) => {
                rejected += 1;
                let line = message
                    .lines()
                    .find(|line| line.starts_with("error"))
                    .unwrap_or("?");
                let reason = if std::env::var("REASONS").is_ok() {
                    line
                } else {
                    line.get(..12).unwrap_or(line)
                };
                let reason = reason.to_owned();
                *reasons.entry(reason).or_default() += 1;
                seed += 1;
                continue;
            }
        };
        let mut random = Random::new(seed);
        for (index, input) in case.inputs.iter().enumerate() {
            done += 1;
            let complaint = wrong(&engine, input);
            let decision = decide(&engine, &input.value.to_string(), false);
            findings += decision.findings.len();
            errors += decision
                .findings
                .iter()
                .filter(|finding| finding.error.is_some())
                .count();
            if let Some(complaint) = complaint {
                let (case, input, complaint) = shrink(case.clone(), input.clone(), &complaint);
                failures.push(format!("seed {seed}: {complaint}\n{}", show(&case, &input)));
                break;
            }
            if index < 2
                && let Some(complaint) = order_matters(&case, &engine, input, &mut random)
            {
                failures.push(format!("seed {seed}: {complaint}\n{}", show(&case, input)));
                break;
            }
        }
        seed += 1;
    }
    let programs = seed - first;
    println!(
        "{done} pairs of {programs} programs from seed {first}; {rejected} programs refused; {findings} findings, {errors} of them errors"
    );
    let mut reasons: Vec<(String, u64)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
    for (reason, count) in reasons.iter().take(number("REASONS", 3) as usize) {
        println!("  {count} × {reason}");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(
        rejected * 4 < programs,
        "{rejected} of {programs} programs were refused"
    );
}
