//! W5: the applications of the Cedar paper. A figure is the mean of a pass over all requests.

use std::time::Instant;

use super::{Effort, Report};
use crate::{
    Failure,
    limit::reach::Reach,
    measure::{Lane, race},
    peer::{self, recorded},
    row::{Better, Row},
    table::{Table, ratio, time},
    ward,
    workload::apps::{APPS, App, app},
};

const SIZES: &[usize] = &[5, 20, 50, 200];

/// One application at one size: columns and their times, of wardlaw first; and its loading.
struct Cell {
    size: usize,
    entities: usize,
    allowed: usize,
    requests: usize,
    columns: Vec<(String, f64, usize)>,
    load: f64,
}

pub(super) fn compare(effort: Effort, report: &mut Report) -> Result<(), Failure> {
    let sizes = if effort.quick { &SIZES[..2] } else { SIZES };
    for name in APPS {
        let cells = sizes
            .iter()
            .map(|size| measure(*size, &app(name, *size)?, effort))
            .collect::<Result<Vec<Cell>, Failure>>()?;
        compare_app(name, &cells, report);
    }
    Ok(())
}

fn compare_app(app: &str, cells: &[Cell], report: &mut Report) {
    let mut header = vec!["column".to_owned()];
    header.extend(cells.iter().map(|cell| {
        let percent = 100 * cell.allowed / cell.requests;
        format!(
            "{} of each ({} entities, {percent} % allowed)",
            cell.size, cell.entities
        )
    }));
    header.push("growth".to_owned());
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = Table::new(format!("W5: {app}"), &header);
    let columns: Vec<&str> = cells
        .first()
        .map(|cell| cell.columns.iter().map(|(name, _, _)| name.as_str()).collect())
        .unwrap_or_default();
    for (index, column) in columns.iter().enumerate() {
        let mut line = vec![(*column).to_owned()];
        line.extend(cells.iter().map(|cell| match &cell.columns[index] {
            (_, figure, 0) => time(*figure),
            (_, figure, wrong) => format!("{} ({wrong} wrong)", time(*figure)),
        }));
        let figures: Vec<f64> = cells.iter().map(|cell| cell.columns[index].1).collect();
        line.push(ratio(figures[figures.len() - 1], figures[0]));
        table.line(line);
    }
    let mut line = vec!["(wardlaw: engine with data and relation built)".to_owned()];
    line.extend(cells.iter().map(|cell| time(cell.load)));
    table.line(line);
    report.tables.push(table);

    for cell in cells.iter().filter(|cell| [5, 50, 200].contains(&cell.size)) {
        let of = |name: &str| {
            cell.columns
                .iter()
                .find(|(known, _, _)| *known == name)
                .map_or(f64::NAN, |column| column.1)
        };
        let mut row = Row::new(
            format!("w5 {app}, {} of each", cell.size),
            "us",
            Better::Lower,
            of("wardlaw") / 1e3,
        );
        for (name, figure, wrong) in &cell.columns[2..] {
            if *wrong == 0 {
                row = row.peer(name, figure / 1e3);
            }
        }
        let row = row.limit(of("hand: bits") / 1e3);
        report.rows.push(row.must(0.5).must(of("cedar") / 10.0 / 1e3));
    }
    if let [first, .., last] = cells {
        let growth = last.columns[0].1 / first.columns[0].1;
        let name = format!("w5 {app}, t({}) / t({})", last.size, first.size);
        report
            .rows
            .push(Row::new(name, "x", Better::Lower, growth).must(1.3));
    }
}

fn measure(size: usize, app: &App, effort: Effort) -> Result<Cell, Failure> {
    let requests = app.requests.len();
    let started = Instant::now();
    let own = ward::Authorizer::new(app)?;
    let load = started.elapsed().as_nanos() as f64;
    let hand = Reach::new(app)?;
    let expected: Vec<bool> = (0..requests).map(|request| hand.allows(request)).collect();
    let errors = own.errors();
    if errors > 0 {
        return Err(format!("w5 {}: wardlaw has {errors} error findings", app.name).into());
    }
    let mut peers = peer::authorizers(app)?;

    let count = |mut allows: Box<dyn FnMut(usize) -> bool + '_>| {
        (0..requests)
            .filter(|request| allows(*request) != expected[*request])
            .count()
    };
    let mut names = vec![
        ("wardlaw", count(Box::new(|request| own.allows(request)))),
        ("hand: bits", 0),
    ];
    for peer in &mut peers {
        let name = peer.name();
        names.push((name, count(Box::new(|request| peer.allows(request)))));
    }
    if names[0].1 > 0 {
        return Err(format!(
            "w5 {}: wardlaw answers {} requests otherwise",
            app.name, names[0].1
        )
        .into());
    }
    let mut lanes = vec![
        Lane::new(|| (0..requests).filter(|request| own.allows(*request)).count()),
        Lane::new(|| (0..requests).filter(|request| hand.allows(*request)).count()),
    ];
    for peer in &mut peers {
        lanes.push(Lane::new(move || {
            (0..requests).filter(|request| peer.allows(*request)).count()
        }));
    }
    let timings = race(&mut lanes, effort.budget);
    let columns = names.iter().zip(timings);
    let mut columns: Vec<(String, f64, usize)> = columns
        .map(|((name, wrong), timing)| ((*name).to_owned(), timing.median / requests as f64, *wrong))
        .collect();
    let case = format!("w5 {}, {size} of each", app.name);
    let recorded = recorded::all()?.into_iter().filter(|peer| peer.knows(&case));
    columns.extend(recorded.map(|peer| (peer.name.clone(), peer.decide(&case), 0)));
    Ok(Cell {
        size,
        entities: app.entities.len(),
        allowed: expected.iter().filter(|allowed| **allowed).count(),
        requests,
        columns,
        load,
    })
}
