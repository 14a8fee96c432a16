//! Tables in Markdown, aligned, and figures as a person reads them.

use std::fmt;

/// A table with its title and what is to be said below it.
#[derive(Clone, Debug)]
pub struct Table {
    title: String,
    lines: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    /// An empty table with the names of its columns.
    pub fn new(title: impl Into<String>, header: &[&str]) -> Self {
        Self {
            title: title.into(),
            lines: vec![header.iter().map(|name| (*name).to_owned()).collect()],
            notes: Vec::new(),
        }
    }

    /// Adds a line.
    pub fn line(&mut self, cells: impl IntoIterator<Item = String>) {
        self.lines.push(cells.into_iter().collect());
    }

    /// Says something below the table.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.lines.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        writeln!(f, "## {}\n", self.title)?;
        for (index, line) in self.lines.iter().enumerate() {
            for (column, width) in widths.iter().enumerate() {
                let cell = line.get(column).map_or("", String::as_str);
                if column == 0 {
                    write!(f, "| {cell:<width$} |")?;
                } else {
                    write!(f, " {cell:>width$} |")?;
                }
            }
            writeln!(f)?;
            if index == 0 {
                for (column, width) in widths.iter().enumerate() {
                    let rule = "-".repeat(*width);
                    write!(
                        f,
                        "{}",
                        if column == 0 {
                            format!("| {rule} |")
                        } else {
                            format!(" {rule}:|")
                        }
                    )?;
                }
                writeln!(f)?;
            }
        }
        for note in &self.notes {
            write!(f, "\n{note}\n")?;
        }
        Ok(())
    }
}

/// Three digits, as far as a figure is worth them.
pub fn figure(value: f64) -> String {
    match value.abs() {
        _ if value.is_nan() => "-".to_owned(),
        0.0 => "0".to_owned(),
        size if size < 0.01 => format!("{value:.4}"),
        size if size < 1.0 => format!("{value:.3}"),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        _ => grouped(value),
    }
}

/// Without fraction, thousands apart.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut out = String::from(if value < 0.0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time in its unit.
pub fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns.is_nan() => "-".to_owned(),
        ns if ns < 1e3 => format!("{} ns", figure(ns)),
        ns if ns < 1e6 => format!("{} us", figure(ns / 1e3)),
        ns if ns < 1e9 => format!("{} ms", figure(ns / 1e6)),
        ns => format!("{} s", figure(ns / 1e9)),
    }
}

/// How many times one is the other.
pub fn ratio(value: f64, base: f64) -> String {
    figure(value / base)
}

/// Bytes in their unit.
pub fn bytes(bytes: f64) -> String {
    match bytes {
        bytes if bytes.is_nan() => "-".to_owned(),
        bytes if bytes < 1e4 => format!("{} B", figure(bytes)),
        bytes if bytes < 1e6 => format!("{} kB", figure(bytes / 1e3)),
        bytes => format!("{} MB", figure(bytes / 1e6)),
    }
}
