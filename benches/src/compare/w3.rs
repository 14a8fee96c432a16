//! W3: the 18 checks over a stream of objects, from their text.

use std::{thread, time::Instant};

use wardlaw::input::{Format, ReadLimits, read_stream};

use super::{Effort, Report, w1::columns};
use crate::{
    Failure,
    checks::names,
    measure::{Lane, peak, race},
    row::{Better, Row},
    table::{Table, bytes, figure},
    ward,
    workload::manifests::stream,
};

/// Peers are given so many of the objects: their rates do not depend on how many there are.
const PEERS: usize = 1_000;

pub(super) fn compare(effort: Effort, report: &mut Report) -> Result<(), Failure> {
    let objects = if effort.quick { 2_000 } else { 10_000 };
    let text = stream(objects);
    let lines: Vec<&str> = text.lines().collect();
    let few = &lines[..PEERS];
    let mut columns = columns()?;
    let mut table = Table::new(
        format!(
            "W3: {objects} objects from JSON text ({} each)",
            bytes(text.len() as f64 / objects as f64)
        ),
        &[
            "column",
            "objects/s",
            "MB/s",
            "objects that fail",
            "answers otherwise",
        ],
    );

    // Answers first: what fails of each object, by the hand-written checks.
    let expected: Vec<u32> = few.iter().map(|line| columns[1].failed(line)).collect();
    let mut wrong = Vec::new();
    for column in &mut columns {
        let answers: Vec<u32> = few.iter().map(|line| column.failed(line)).collect();
        let different: Vec<u32> = answers
            .iter()
            .zip(&expected)
            .map(|(a, b)| a ^ b)
            .filter(|difference| *difference != 0)
            .collect();
        if let Some(first) = different.first() {
            table.note(format!(
                "{} answers otherwise for {} objects: {}",
                column.name(),
                different.len(),
                names(*first)
            ));
        }
        wrong.push(different.len());
    }
    let failing = expected.iter().filter(|failed| **failed != 0).count();

    let own: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    let mut lanes = Vec::new();
    let mut sizes = Vec::new();
    for column in &mut columns {
        let lines = if ["wardlaw", "hand/Value", "hand/typed"].contains(&column.name()) {
            &lines[..]
        } else {
            few
        };
        sizes.push((
            lines.len(),
            lines.iter().map(|line| line.len() + 1).sum::<usize>(),
        ));
        lanes.push(Lane::new(move || {
            lines.iter().map(|line| column.text(line)).sum::<usize>()
        }));
    }
    let timings = race(&mut lanes, effort.budget * 4);
    drop(lanes);
    let mut rates = Vec::new();
    for (index, name) in own.iter().enumerate() {
        let seconds = timings[index].median / 1e9;
        let rate = sizes[index].0 as f64 / seconds;
        rates.push((*name, rate, wrong[index] == 0));
        table.line([
            (*name).to_owned(),
            figure(rate),
            figure(sizes[index].1 as f64 / 1e6 / seconds),
            format!("{failing} of {PEERS}"),
            wrong[index].to_string(),
        ]);
    }
    report.tables.push(table);

    let rate = |name: &str| {
        rates
            .iter()
            .find(|(known, _, _)| *known == name)
            .map_or(f64::NAN, |(_, rate, _)| *rate)
    };
    let mut row = Row::new(
        format!("w3 {objects} objects from JSON"),
        "objects/s",
        Better::Higher,
        rate("wardlaw"),
    );
    for (name, rate, right) in rates.iter().skip(3) {
        if *right {
            row = row.peer(name, *rate);
        }
    }
    let best = row.best();
    report
        .rows
        .push(row.limit(rate("hand/typed")).must(100_000.0).must(10.0 * best));

    let pods = ward::Pods::checks()?;
    let held = peak(|| {
        audit(&pods, &text);
    });
    let row = Row::new(
        "w3 memory beside the text, streamed",
        "MB",
        Better::Lower,
        held / 1e6,
    );
    report.rows.push(row.must(10.0));
    if !effort.quick {
        let text = stream(100_000);
        let started = Instant::now();
        audit(&pods, &text);
        let rate = 100_000.0 / started.elapsed().as_secs_f64();
        report
            .rows
            .push(Row::new("w3 100000 objects from JSON", "objects/s", Better::Higher, rate).must(100_000.0));
    }
    let one = seconds(|| {
        audit(&pods, &text);
    });
    let line_ends = text.match_indices('\n').map(|(at, _)| at + 1);
    let half = line_ends.take_while(|end| *end <= text.len() / 2).last();
    let (first, second) = text.split_at(half.unwrap_or(0));
    let two = seconds(|| {
        thread::scope(|scope| {
            scope.spawn(|| audit(&pods, first));
            audit(&pods, second);
        });
    });
    report
        .rows
        .push(Row::new("w3 two threads over one", "x", Better::Higher, one / two).must(1.8));
    Ok(())
}

/// The best of some runs.
fn seconds(mut work: impl FnMut()) -> f64 {
    let runs = (0..5).map(|_| {
        let started = Instant::now();
        work();
        started.elapsed().as_secs_f64()
    });
    runs.fold(f64::INFINITY, f64::min)
}

/// All objects of a stream, one at a time; the number of findings.
fn audit(pods: &ward::Pods, text: &str) -> usize {
    let documents = read_stream(text, Format::Json, &ReadLimits::default());
    let documents = documents.filter_map(|item| item.result.ok());
    documents
        .map(|document| pods.decide(&document, &ward::manifest(&document)))
        .sum()
}
