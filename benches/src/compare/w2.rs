//! W2: N rules, each about something else; the time of a decision that one of them is about, and what
//! loading them costs.

use std::{collections::BTreeSet, time::Instant};

use super::{Effort, Report};
use crate::{
    Failure,
    limit::index::Index,
    measure::{self, Lane, race},
    peer::{self, recorded},
    row::{Better, Row},
    table::{Table, ratio, time},
    ward,
    workload::rules,
};

/// What is written by hand.
const LIMIT: &str = "hand: hash index";

/// One column at one size, times in nanoseconds.
struct Cell {
    column: String,
    rules: usize,
    load: f64,
    decide: f64,
}

pub(super) fn compare(effort: Effort, report: &mut Report) -> Result<(), Failure> {
    let sizes: &[usize] = if effort.quick {
        &[10, 100, 1_000]
    } else {
        &[10, 100, 1_000, 10_000, 100_000]
    };
    let mut cells = Vec::new();
    let recorded = recorded::all()?;
    for size in sizes {
        measure(*size, effort, &mut cells)?;
        let case = format!("w2 {size} rules");
        cells.extend(recorded.iter().filter(|peer| peer.knows(&case)).map(|peer| Cell {
            column: peer.name.clone(),
            rules: *size,
            load: peer.load(&case),
            decide: peer.decide(&case),
        }));
    }
    let of = |column: &str, size: usize| {
        cells
            .iter()
            .find(|cell| cell.column == column && cell.rules == size)
    };
    let decide = |column: &str, size: usize| of(column, size).map_or(f64::NAN, |cell| cell.decide);
    let load = |column: &str, size: usize| of(column, size).map_or(f64::NAN, |cell| cell.load / size as f64);

    let mut names: Vec<&str> = Vec::new();
    for cell in &cells {
        if !names.contains(&cell.column.as_str()) {
            names.push(&cell.column);
        }
    }
    let mut header = vec!["column".to_owned()];
    header.extend(sizes.iter().map(|size| format!("decide, {size}")));
    header.extend(["growth".to_owned(), "load a rule".to_owned()]);
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = Table::new("W2: N rules, one is about the input", &header);
    for name in names.iter().copied() {
        let measured: Vec<&Cell> = cells.iter().filter(|cell| cell.column == name).collect();
        let last = measured.last().map_or(0, |cell| cell.rules);
        let mut line = vec![name.to_owned()];
        line.extend(sizes.iter().map(|size| time(decide(name, *size))));
        line.push(ratio(decide(name, last), decide(name, sizes[0])));
        line.push(time(load(name, last)));
        table.line(line);
    }
    table.note("Growth is the time at the largest size that a column was run at, over that at the smallest.");
    for peer in recorded.iter().filter(|peer| peer.knows("w2")) {
        table.note(peer.note());
    }
    report.tables.push(table);

    let most = *sizes.last().unwrap_or(&10);
    for size in sizes.iter().copied().filter(|size| *size >= 1_000) {
        let row = Row::new(
            format!("w2 decide, {size} rules"),
            "us",
            Better::Lower,
            decide("wardlaw", size) / 1e3,
        );
        let row = peers_in(row, &names, |name| decide(name, size) / 1e3).limit(decide(LIMIT, size) / 1e3);
        let row = if size == 10_000 {
            // Engines without an index are to be left behind by far; those with one, at all.
            let scanning = ["regorus interpreter", "cedar", "cedar, scopes"];
            let scanning = scanning
                .iter()
                .map(|name| decide(name, size))
                .fold(f64::NAN, f64::min);
            let row = row.must(1.0).must(scanning / 10_000.0 / 1e3);
            recorded
                .iter()
                .fold(row, |row, peer| row.must(decide(&peer.name, size) / 1e3))
        } else {
            row
        };
        report.rows.push(row);
    }
    let grown = most.min(10_000);
    let growth = decide("wardlaw", grown) / decide("wardlaw", 10);
    report.rows.push(
        Row::new(
            format!("w2 growth, t({grown}) / t(10)"),
            "x",
            Better::Lower,
            growth,
        )
        .must(1.3),
    );
    let row = Row::new(
        format!("w2 load from text, {grown} rules"),
        "us/rule",
        Better::Lower,
        load("wardlaw", grown) / 1e3,
    );
    report
        .rows
        .push(peers_in(row, &names, |name| load(name, grown) / 1e3).must(10.0));
    let bytes = ward::artefact(&rules::ward(grown))?;
    let loaded = measure::time(effort.budget, || ward::from_artefact(&bytes));
    for (unit, figure, must) in [
        ("us/rule", loaded.median / 1e3, 1.0),
        ("allocations/rule", loaded.allocations, 3.0),
    ] {
        let row = Row::new(
            format!("w2 load from artefact, {grown} rules"),
            unit,
            Better::Lower,
            figure / grown as f64,
        );
        report.rows.push(row.must(must));
    }
    if most == 100_000 {
        let seconds = load("wardlaw", most) * most as f64 / 1e9;
        report
            .rows
            .push(Row::new("w2 load from text, 100000 rules", "s", Better::Lower, seconds).must(2.0));
    }
    Ok(())
}

/// A row with what the peers among the columns took.
fn peers_in(mut row: Row, columns: &[&str], figure: impl Fn(&str) -> f64) -> Row {
    for name in columns.iter().filter(|name| !["wardlaw", LIMIT].contains(name)) {
        row = row.peer(name, figure(name));
    }
    row
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let made = work();
    (made, started.elapsed().as_nanos() as f64)
}

fn measure(size: usize, effort: Effort, cells: &mut Vec<Cell>) -> Result<(), Failure> {
    let object = rules::input(size);
    let json = object.to_string();
    let text = rules::ward(size);
    let (engine, load) = timed(|| ward::rules(&text));
    let engine = engine?;
    let document = ward::document(&json);
    expect("wardlaw", ward::denied(&engine, &document))?;
    let (index, load_index) = timed(|| Index::new(size));
    let borrowed = index.borrowed();
    expect(LIMIT, borrowed.decide(&object).len())?;
    let mut names = vec![("wardlaw", load), (LIMIT, load_index)];
    let mut lanes = vec![
        Lane::new(|| ward::denied(&engine, &document)),
        Lane::new(|| borrowed.decide(&object).len()),
    ];

    let expected = BTreeSet::from([(size / 2).to_string()]);
    for mut peer in peer::rules(size, &object)? {
        let answer = peer.ask.answer()?;
        if answer != expected {
            return Err(format!("w2: {} says that {answer:?} deny, not {expected:?}", peer.name).into());
        }
        names.push((peer.name, peer.load));
        lanes.push(Lane::new(move || peer.ask.run()));
    }
    let timings = race(&mut lanes, effort.budget);
    for ((column, load), timing) in names.into_iter().zip(timings) {
        cells.push(Cell {
            column: column.to_owned(),
            rules: size,
            load,
            decide: timing.median,
        });
    }
    Ok(())
}

/// The input is about one rule.
fn expect(column: &str, denied: usize) -> Result<(), Failure> {
    if denied == 1 {
        Ok(())
    } else {
        Err(format!("w2: {column} denies {denied} times, not once").into())
    }
}
