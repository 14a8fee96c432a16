//! Order is no part of a policy: sources and data as they are given, items and blocks in a file, files of
//! a package and the keys of inputs may stand in any order, and every decision is the same, byte for byte.
//!
//! `SHUFFLES=100000 SEED=7 cargo test -p wardlaw-harness --test order -- --nocapture` makes it long.
//! What follows order by its meaning is left out: where an item stands in which file, the digest of the
//! policy's text, where a value stands in the input's text, and `walk`, which gives members as they lie.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use std::time::Instant;

use support::{build, decide, number};
use wardlaw::{Decision, Engine};
use wardlaw_harness::{
    generate::{Case, Input, Item, file},
    random::Random,
};

/// How often sources, items and keys of one program are shuffled, and inputs that each is compared on.
const SHUFFLES: u64 = 4;
const INPUTS: u64 = 4;

/// Decisions of a program on inputs, and its audit.
struct Decisions {
    inputs: Vec<Option<Decision>>,
    audit: Decision,
}

fn decisions(engine: &Engine, inputs: &[Input]) -> Decisions {
    let decided = inputs
        .iter()
        .map(|input| decide(input, |request| engine.decide(request)));
    Decisions {
        inputs: decided.collect(),
        audit: engine.audit(),
    }
}

/// What a decision says, however its policy is laid out.
fn without_layout(mut decision: Decision) -> Decision {
    decision.policy = "".into();
    for finding in &mut decision.findings {
        finding.source = None;
    }
    for conflict in &mut decision.conflicts {
        (conflict.source.file, conflict.source.line) = ("".into(), 0);
    }
    decision
}

/// What it says, however its input is laid out.
fn without_locations(mut decision: Decision) -> Decision {
    for finding in &mut decision.findings {
        finding.location = None;
        for related in &mut finding.related {
            related.location = None;
        }
    }
    decision
}

/// Where two lists of decisions differ.
fn first_difference(
    what: &str,
    before: &Decisions,
    after: &Decisions,
    compared: impl Fn(Decision) -> Decision,
) -> Option<String> {
    let text = |decision: &Decision| compared(decision.clone()).to_json_string();
    let audits = [(Some(&before.audit), Some(&after.audit))];
    let pairs = before
        .inputs
        .iter()
        .map(Option::as_ref)
        .zip(after.inputs.iter().map(Option::as_ref));
    for (index, (a, b)) in pairs.chain(audits).enumerate() {
        let (a, b) = (a.map(text), b.map(text));
        if a != b {
            let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
            return Some(format!("the order of {what} matters (input {index})\n{a}\n{b}"));
        }
    }
    None
}

/// The items of each package in a random order, in one to three files.
fn regrouped(case: &Case, random: &mut Random) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for package in &case.packages {
        let mut items: Vec<&Item> = package.items.iter().collect();
        random.shuffle(&mut items);
        let count = 1 + random.below(3);
        let folder = package.path.replace('.', "_");
        for (index, part) in items.chunks(items.len().div_ceil(count).max(1)).enumerate() {
            files.push((format!("{folder}/part{index}.ward"), file(package.path, part)));
        }
    }
    random.shuffle(&mut files);
    files
}

/// The first difference that the order of something makes to a program.
fn order_matters(case: &Case, seed: u64, shuffles: u64, done: &mut u64) -> Option<String> {
    let mut random = Random::new(seed ^ u64::MAX);
    let engine = build(case, &case.files()).ok()?;
    let inputs: Vec<Input> = (0..INPUTS)
        .map(|index| case.input(&mut random, index % 2 == 1))
        .collect();
    let before = decisions(&engine, &inputs);
    let as_it_lies = case.show().contains("walk(");
    for _ in 0..shuffles {
        let mut shuffled = case.clone();
        random.shuffle(&mut shuffled.data);
        let mut files = case.files();
        random.shuffle(&mut files);
        let Ok(engine) = build(&shuffled, &files) else {
            return Some("in another order of files, it is refused".into());
        };
        let after = decisions(&engine, &inputs);
        *done += 1;
        let difference = first_difference("sources and data", &before, &after, |decision| decision);
        if difference.is_some() {
            return difference;
        }
        let files = regrouped(case, &mut random);
        let Ok(engine) = build(&shuffled, &files) else {
            return Some("in another order of items, it is refused".into());
        };
        let after = decisions(&engine, &inputs);
        *done += 1;
        let difference = first_difference("items", &before, &after, without_layout);
        if difference.is_some() {
            return difference;
        }
        let mut keys = inputs.clone();
        for (_, value) in keys.iter_mut().flat_map(|input| &mut input.values) {
            value.shuffle(&mut random);
        }
        for (_, value) in &mut shuffled.data {
            value.shuffle(&mut random);
        }
        let Ok(engine) = build(&shuffled, &files) else {
            return Some("in another order of keys, it is refused".into());
        };
        if !as_it_lies {
            let after = decisions(&engine, &keys);
            *done += 1;
            let compared = |decision| without_locations(without_layout(decision));
            let difference = first_difference("keys", &before, &after, compared);
            if difference.is_some() {
                return difference;
            }
        }
    }
    None
}

#[test]
fn order_changes_no_decision() {
    let (shuffles, first) = (number("SHUFFLES", 600), number("SEED", 1));
    let start = Instant::now();
    let (mut done, mut seed) = (0, first);
    let mut failures: Vec<String> = Vec::new();
    while done < shuffles && failures.len() < 5 {
        let (case, choices) = Case::new(Random::new(seed));
        if let Some(found) = order_matters(&case, seed, SHUFFLES, &mut done) {
            let (case, found) = smaller(choices.tape(), seed, found);
            println!("seed {seed}: {found}\n{}", case.show());
            failures.push(format!("seed {seed}: {found}"));
        }
        seed += 1;
    }
    println!(
        "{done} shuffles of {} programs from seed {first}, {INPUTS} inputs each, in {:.1} s",
        seed - first,
        start.elapsed().as_secs_f64()
    );
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// A smaller case in which order matters.
fn smaller(tape: &[u32], seed: u64, found: String) -> (Case, String) {
    let mut last = found;
    let tape = wardlaw_harness::generate::shrink(tape, 2_000, |tape: &[u32]| {
        let (case, _) = Case::new(Random::replay(tape));
        match order_matters(&case, seed, 3, &mut 0) {
            Some(found) => {
                last = found;
                true
            }
            None => false,
        }
    });
    (Case::new(Random::replay(&tape)).0, last)
}
