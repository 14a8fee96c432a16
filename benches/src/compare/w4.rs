//! W4: a join of role bindings with roles, written as nested loops, beside the hash join that a person
//! would write.

use std::{collections::BTreeSet, time::Instant};

use serde_json::Value;

use super::{Effort, Report};
use crate::{
    Failure,
    limit::join,
    measure::{Lane, race},
    peer::{self, recorded},
    row::{Better, Row},
    table::{Table, time},
    ward,
    workload::bindings::cluster,
};

/// One column at one size, in nanoseconds.
struct Cell {
    column: String,
    bindings: usize,
    decide: f64,
}

pub(super) fn compare(effort: Effort, report: &mut Report) -> Result<(), Failure> {
    let sizes: &[usize] = if effort.quick {
        &[100, 1_000]
    } else {
        &[100, 1_000, 10_000]
    };
    let mut cells = Vec::new();
    let recorded = recorded::all()?;
    let mut found = Vec::new();
    let mut loading = Vec::new();
    for size in sizes {
        let (answers, load) = measure(*size, effort, &mut cells)?;
        for peer in &recorded {
            for how in ["indexed by hand", "nested loops"] {
                let case = format!("w4 {size} bindings, {how}");
                if peer.knows(&case) {
                    cells.push(Cell {
                        column: format!("{}, {how}", peer.name),
                        bindings: *size,
                        decide: peer.decide(&case),
                    });
                }
            }
        }
        found.push(answers);
        loading.push(load);
    }
    let of = |column: &str, size: usize| {
        let cell = cells
            .iter()
            .find(|cell| cell.column == column && cell.bindings == size);
        cell.map_or(f64::NAN, |cell| cell.decide)
    };
    let mut header = vec!["column".to_owned()];
    header.extend(
        sizes
            .iter()
            .zip(&found)
            .map(|(size, found)| format!("{size} bindings ({found} found)")),
    );
    header.push("exponent".to_owned());
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = Table::new("W4: who can become more than it is", &header);
    let mut names: Vec<&str> = Vec::new();
    for cell in &cells {
        if !names.contains(&cell.column.as_str()) {
            names.push(&cell.column);
        }
    }
    for name in names.iter().copied() {
        let measured: Vec<usize> = sizes
            .iter()
            .copied()
            .filter(|size| !of(name, *size).is_nan())
            .collect();
        let mut line = vec![name.to_owned()];
        line.extend(sizes.iter().map(|size| time(of(name, *size))));
        let exponent = match measured.as_slice() {
            [.., before, last] => {
                (of(name, *last) / of(name, *before)).log10() / (*last as f64 / *before as f64).log10()
            }
            _ => f64::NAN,
        };
        line.push(crate::table::figure(exponent));
        table.line(line);
    }
    let mut line = vec!["(wardlaw: engine with data and indexes built)".to_owned()];
    line.extend(loading.iter().map(|load| time(*load)));
    table.line(line);
    table.note(
        "The exponent is that of the growth between the two largest sizes: 1 is linear, 2 is quadratic.",
    );
    for peer in recorded.iter().filter(|peer| peer.knows("w4")) {
        table.note(peer.note());
    }
    report.tables.push(table);

    let most = *sizes.last().unwrap_or(&100);
    for size in sizes.iter().copied().filter(|size| *size >= 1_000) {
        let mut row = Row::new(
            format!("w4 join, {size} bindings"),
            "ms",
            Better::Lower,
            of("wardlaw", size) / 1e6,
        );
        for name in names.iter().skip(2) {
            row = row.peer(name, of(name, size) / 1e6);
        }
        let best = row.best();
        report.rows.push(
            row.limit(of("hand: hash join", size) / 1e6)
                .must(1.5 * of("hand: hash join", size) / 1e6)
                .must(of("regorus RVM, nested loops", size) / 300.0 / 1e6)
                .must(best),
        );
    }
    if most == 10_000 {
        let growth = of("wardlaw", 10_000) / of("wardlaw", 1_000);
        report
            .rows
            .push(Row::new("w4 growth, t(10000) / t(1000)", "x", Better::Lower, growth).must(15.0));
    }
    Ok(())
}

fn measure(size: usize, effort: Effort, cells: &mut Vec<Cell>) -> Result<(usize, f64), Failure> {
    let cluster = cluster(size);
    let expected = by_hand(&cluster);
    let mut names = vec!["wardlaw", "hand: hash join"];
    let started = Instant::now();
    let engine = ward::bindings(&cluster)?;
    let load = started.elapsed().as_nanos() as f64;
    same("wardlaw", &ward::escalations(&engine), &expected)?;
    let mut lanes = vec![
        Lane::new(|| engine.audit().findings.len()),
        Lane::new(|| join::escalations(&cluster).len()),
    ];
    for mut peer in peer::bindings(size, &cluster)? {
        same(peer.name, &peer.ask.answer()?, &expected)?;
        names.push(peer.name);
        lanes.push(Lane::new(move || peer.ask.run()));
    }
    let timings = race(&mut lanes, effort.budget);
    for (column, timing) in names.into_iter().zip(timings) {
        cells.push(Cell {
            column: column.to_owned(),
            bindings: size,
            decide: timing.median,
        });
    }
    Ok((expected.len(), load))
}

fn by_hand(cluster: &Value) -> BTreeSet<String> {
    let found = join::escalations(cluster)
        .into_iter()
        .map(|(kind, name, namespace, binding)| format!("{kind}/{name}/{namespace}/{binding}"));
    found.collect()
}

fn same(column: &str, answer: &BTreeSet<String>, expected: &BTreeSet<String>) -> Result<(), Failure> {
    if answer == expected {
        return Ok(());
    }
    let missing = expected.difference(answer).count();
    let extra = answer.difference(expected).count();
    Err(format!(
        "w4: {column} misses {missing} of {} and has {extra} others",
        expected.len()
    )
    .into())
}
