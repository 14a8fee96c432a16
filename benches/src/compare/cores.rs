//! Threads that share one engine, and the memory that engines hold.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Effort, Report};
use crate::{
    Failure, measure,
    row::{Better, Row},
    table::{Table, bytes, figure},
    ward,
    workload::{bindings, pods::pods, rules},
};

pub(super) fn compare(effort: Effort, report: &mut Report) -> Result<(), Failure> {
    let pods_of = pods();
    let Some(typical) = pods_of.iter().find(|pod| pod.name == "typical") else {
        return Err("no typical pod".into());
    };
    let checks = ward::Pods::checks()?;
    let one = rate(&checks, &typical.json, 1, effort.budget);
    let two = rate(&checks, &typical.json, 2, effort.budget);
    let mut table = Table::new(
        "Cores: decisions a second, threads sharing one engine",
        &["threads", "decisions/s", "x one"],
    );
    table.line(["1".to_owned(), figure(one), figure(1.0)]);
    table.line(["2".to_owned(), figure(two), figure(two / one)]);
    report.tables.push(table);
    report
        .rows
        .push(Row::new("cores, two threads over one", "x", Better::Higher, two / one).must(1.8));
    memory(effort, report)
}

/// Decisions a second, all threads together.
fn rate(checks: &ward::Pods, json: &str, threads: usize, budget: Duration) -> f64 {
    let budget = budget.max(Duration::from_millis(200));
    let (stop, total) = (AtomicBool::new(false), AtomicU64::new(0));
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let document = ward::document(json);
                let manifest = ward::manifest(&document);
                let mut decisions = 0;
                while !stop.load(Ordering::Relaxed) {
                    std::hint::black_box(checks.decide(&document, &manifest));
                    decisions += 1;
                }
                total.fetch_add(decisions, Ordering::Relaxed);
            });
        }
        thread::sleep(budget);
        stop.store(true, Ordering::Relaxed);
    });
    total.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}

fn memory(effort: Effort, report: &mut Report) -> Result<(), Failure> {
    let mut table = Table::new(
        "Memory that an engine holds",
        &["engine", "text", "held", "of the text"],
    );
    let sizes: &[usize] = if effort.quick {
        &[1_000]
    } else {
        &[1_000, 10_000, 100_000]
    };
    for size in sizes {
        let text = rules::ward(*size);
        let held = measure::held(ward::rules(&text)?);
        let length = text.iter().map(String::len).sum::<usize>() as f64;
        table.line([
            format!("{size} rules of W2"),
            bytes(length),
            bytes(held),
            figure(held / length),
        ]);
        let each = held / *size as f64;
        report
            .rows
            .push(Row::new(format!("memory, {size} rules"), "B/rule", Better::Lower, each).must(1024.0));
    }
    let bindings_of = if effort.quick { 1_000 } else { 10_000 };
    let cluster = bindings::cluster(bindings_of);
    let text = cluster.to_string().len() as f64;
    let engine = ward::bindings(&cluster)?;
    let held = measure::held(engine);
    table.line([
        format!("{bindings_of} bindings of W4"),
        bytes(text),
        bytes(held),
        figure(held / text),
    ]);
    report.rows.push(
        Row::new(
            format!("memory of data, {bindings_of} bindings"),
            "x text",
            Better::Lower,
            held / text,
        )
        .must(2.0),
    );
    for (name, declared, read, value) in short_values(bindings_of) {
        let text = value.to_string().len() as f64;
        let held = measure::held(ward::datum(declared, read, &value)?);
        table.line([name, bytes(text), bytes(held), figure(held / text)]);
    }
    report.tables.push(table);
    Ok(())
}

/// Data of which a node is larger than its text: what they are, their type, what a rule asks of them.
fn short_values(count: usize) -> [(String, &'static str, &'static str, Value); 3] {
    let numbers: Vec<usize> = (0..count).map(|at| at * 7919 % 1_000).collect();
    let pairs: Vec<[usize; 2]> = numbers.iter().map(|number| [*number, 80]).collect();
    let flags = numbers.iter().enumerate();
    let flags: serde_json::Map<String, Value> = flags
        .map(|(at, number)| (format!("flag-{at}"), Value::Bool(number % 2 == 0)))
        .collect();
    [
        (
            format!("{count} small numbers"),
            "[int]",
            "7 in value",
            json!(numbers),
        ),
        (
            format!("{count} pairs of them"),
            "[[int]]",
            "any(7 in pair for pair in value)",
            json!(pairs),
        ),
        (
            format!("{count} names of true or false"),
            "{[string]: bool}",
            "value[\"flag-7\"] ?? false",
            Value::Object(flags),
        ),
    ]
}
