//! W1: 18 checks on one pod, parsed already, from JSON and from YAML.

use saphyr_parser::Parser;

use super::{Effort, Report};
use crate::{
    Failure,
    checks::{Column, names},
    limit::{typed::HandTyped, value::HandValue},
    measure::{Lane, Timing, race, time as measure},
    peer::{self, recorded},
    row::{Better, Row},
    table::{Table, figure, ratio, time},
    ward,
    workload::pods::{Pod, pods},
};

/// The column that the others' answers are compared with.
const REFERENCE: &str = "hand/Value";
/// Columns that are no peers.
const OWN: &[&str] = &["wardlaw", "hand/Value", "hand/typed", "pss-restricted"];

/// The columns that make the same 18 checks.
pub(super) fn columns() -> Result<Vec<Box<dyn Column>>, Failure> {
    let mut columns: Vec<Box<dyn Column>> = vec![
        Box::new(ward::Pods::checks()?),
        Box::new(HandValue),
        Box::new(HandTyped),
    ];
    columns.extend(peer::pods()?);
    Ok(columns)
}

pub(super) fn compare(effort: Effort, report: &mut Report) -> Result<(), Failure> {
    for pod in pods() {
        compare_pod(&pod, effort, report)?;
    }
    Ok(())
}

/// One column's figures.
struct Line {
    name: &'static str,
    parsed: Timing,
    text: Timing,
    right: bool,
}

fn compare_pod(pod: &Pod, effort: Effort, report: &mut Report) -> Result<(), Failure> {
    let mut columns = columns()?;
    let answers: Vec<u32> = columns
        .iter_mut()
        .map(|column| column.failed(&pod.json))
        .collect();
    let reference = columns.iter().position(|column| column.name() == REFERENCE);
    let expected = reference.map_or(0, |index| answers[index]);
    columns.push(Box::new(ward::Pods::library("pss-restricted")?));

    let names_of: Vec<&'static str> = columns.iter().map(|column| column.name()).collect();
    let mut lanes: Vec<Lane<'_>> = columns
        .iter_mut()
        .map(|column| Lane::new(column.parsed(&pod.json)))
        .collect();
    let parsed = race(&mut lanes, effort.budget);
    drop(lanes);
    let mut lanes: Vec<Lane<'_>> = columns
        .iter_mut()
        .map(|column| Lane::new(|| column.text(&pod.json)))
        .collect();
    let text = race(&mut lanes, effort.budget);
    drop(lanes);

    let title = format!(
        "W1: 18 checks, {} pod ({} B of JSON, {} fail)",
        pod.name,
        pod.json.len(),
        expected.count_ones()
    );
    let header = [
        "column",
        "parsed",
        "p10..p90",
        "x hand/Value",
        "allocations",
        "from text",
        "x hand/typed",
        "allocations",
    ];
    let mut table = Table::new(title, &header);
    let mut lines = Vec::new();
    for (index, name) in names_of.iter().enumerate() {
        let answer = answers.get(index).copied();
        if let Some(answer) = answer.filter(|answer| *answer != expected) {
            table.note(format!("{name} answers otherwise: {}", names(answer ^ expected)));
        }
        let right = answer.is_none_or(|answer| answer == expected);
        lines.push(Line {
            name,
            parsed: parsed[index],
            text: text[index],
            right,
        });
    }
    let of = |name: &str| lines.iter().find(|line| line.name == name && line.right);
    let parsed_of = |name: &str| of(name).map_or(f64::NAN, |line| line.parsed.median);
    let text_of = |name: &str| of(name).map_or(f64::NAN, |line| line.text.median);
    for line in &lines {
        table.line([
            line.name.to_owned(),
            time(line.parsed.median),
            format!("{}..{}", time(line.parsed.p10), time(line.parsed.p90)),
            ratio(line.parsed.median, parsed_of("hand/Value")),
            figure(line.parsed.allocations),
            time(line.text.median),
            ratio(line.text.median, text_of("hand/typed")),
            figure(line.text.allocations),
        ]);
    }
    let case = format!("w1 {} pod", pod.name);
    let recorded = recorded::all()?;
    for peer in recorded.iter().filter(|peer| peer.knows(&case)) {
        let decide = peer.decide(&case);
        let ratio = ratio(decide, parsed_of("hand/Value"));
        table.line([peer.name.clone(), time(decide), "recorded".to_owned(), ratio]);
        table.note(peer.note());
    }
    let peers: Vec<&str> = lines
        .iter()
        .map(|line| line.name)
        .filter(|name| !OWN.contains(name))
        .collect();
    for column in ["wardlaw", "pss-restricted"] {
        let what = if column == "wardlaw" { "18 checks" } else { column };
        let goal = |name: &str, unit, figure| {
            Row::new(
                format!("w1 {} pod, {what}, {name}", pod.name),
                unit,
                Better::Lower,
                figure,
            )
        };
        let mut row = goal("parsed", "us", parsed_of(column) / 1e3);
        let mut from_text = goal("from JSON", "us", text_of(column) / 1e3);
        for peer in &peers {
            row = row.peer(peer, parsed_of(peer) / 1e3);
            from_text = from_text.peer(peer, text_of(peer) / 1e3);
        }
        for peer in &recorded {
            row = row.peer(&peer.name, peer.decide(&case) / 1e3);
        }
        let row = row
            .limit(parsed_of("hand/Value") / 1e3)
            .must(2.0 * parsed_of("hand/Value") / 1e3)
            .must(parsed_of("regorus RVM") / 30.0 / 1e3)
            .must(parsed_of("regorus interpreter") / 60.0 / 1e3)
            .must(parsed_of("cel") / 75.0 / 1e3);
        let best = from_text.best();
        let from_text = from_text
            .limit(text_of("hand/typed") / 1e3)
            .must(2.0 * text_of("hand/typed") / 1e3)
            .must(best / 15.0);
        report.rows.extend([row, from_text]);
        if pod.name == "good" {
            let allocations = of(column).map_or(f64::NAN, |line| line.parsed.allocations);
            report
                .rows
                .push(goal("allocations, parsed", "count", allocations).must(0.0));
        }
    }
    report.tables.push(table);
    yaml(pod, effort, report)
}

/// From YAML, beside a bare parse of the same text into events.
fn yaml(pod: &Pod, effort: Effort, report: &mut Report) -> Result<(), Failure> {
    let own = ward::Pods::checks()?;
    let text = pod.yaml.as_str();
    let decided = measure(effort.budget, || own.yaml(text));
    let events = measure(effort.budget, || Parser::new_from_str(text).flatten().count());
    let row = Row::new(
        format!("w1 {} pod, 18 checks, from YAML", pod.name),
        "us",
        Better::Lower,
        decided.median / 1e3,
    );
    report
        .rows
        .push(row.limit(events.median / 1e3).must(2.0 * events.median / 1e3));
    Ok(())
}
