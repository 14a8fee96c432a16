//! A place in a text, shown as compilers show it: the arrow with file, line and column, the lines
//! themselves with what is meant underlined, and notes below. Used for policies and for manifests,
//! so that both look alike. Columns are 1-based, in code points.

use std::fmt::Write as _;

use super::{escape, style::Style};

/// What is underlined in one line.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// The line.
    pub(crate) line: u32,
    /// The first column.
    pub(crate) start: u32,
    /// The column after the last; not after `start` for an empty span, which is shown as one column.
    pub(crate) end: u32,
    /// Text beside the underline.
    pub(crate) label: String,
    /// Whether it is the place itself (`^`), or one that belongs to it (`-`).
    pub(crate) primary: bool,
}

/// Writes lines of one text, with their marks.
pub(crate) struct Snippet<'a> {
    /// The name of the text.
    pub(crate) file: &'a str,
    /// The columns that line numbers take.
    pub(crate) gutter: usize,
    /// The arrow: `-->` for the first text, `:::` for another.
    pub(crate) arrow: &'static str,
    /// Colours.
    pub(crate) style: Style,
}

impl Snippet<'_> {
    /// The arrow line, then each marked line once, in order. `line` gives the text of a line.
    pub(crate) fn write<'t>(&self, out: &mut String, marks: &[Mark], line: impl Fn(u32) -> Option<&'t str>) {
        let Some(first) = marks.iter().find(|mark| mark.primary).or_else(|| marks.first()) else {
            return;
        };
        let style = self.style;
        let gutter = self.gutter;
        let file = escape::line(self.file);

        let _ = writeln!(
            out,
            "{:gutter$}{} {file}:{}:{}",
            "",
            style.frame(self.arrow),
            first.line,
            first.start
        );
        let mut numbers: Vec<u32> = marks.iter().map(|mark| mark.line).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let _ = writeln!(out, "{:gutter$} {}", "", style.frame("|"));
        let mut above: Option<u32> = None;
        for number in numbers {
            let Some(text) = line(number) else { continue };
            match above {
                Some(last) if number == last + 2 => {
                    let between = line(last + 1).unwrap_or("");
                    self.source_line(out, last + 1, between);
                }
                Some(last) if number > last + 2 => {
                    let _ = writeln!(out, "{}", style.frame("..."));
                }
                _ => {}
            }
            above = Some(number);
            self.source_line(out, number, text);
            let mut of_line: Vec<&Mark> = marks.iter().filter(|mark| mark.line == number).collect();
            of_line.sort_by_key(|mark| (!mark.primary, mark.start));
            for mark in of_line {
                self.underline(out, text, mark);
            }
        }
    }

    /// A remark below the lines: `= help: …`.
    pub(crate) fn remark(&self, out: &mut String, kind: &str, text: &str) {
        let gutter = self.gutter;
        let _ = writeln!(
            out,
            "{:gutter$} {} {}: {}",
            "",
            self.style.frame("="),
            self.style.strong(kind),
            escape::line(text)
        );
    }

    fn source_line(&self, out: &mut String, number: u32, text: &str) {
        let gutter = self.gutter;
        let number = format!("{number:>gutter$} |");
        out.push_str(&self.style.frame(&number));
        let text = text.trim_end();
        if !text.is_empty() {
            out.push(' ');
            for character in text.chars().take(LONGEST) {
                escape::push_shown(out, character);
            }
            if text.chars().nth(LONGEST).is_some() {
                out.push('…');
            }
        }
        out.push('\n');
    }

    fn underline(&self, out: &mut String, text: &str, mark: &Mark) {
        let gutter = self.gutter;
        let text = text.trim_end();
        let start = mark.start.saturating_sub(1) as usize;
        let end = (mark.end.saturating_sub(1) as usize).max(start);
        let mut before = String::new();
        let mut within = String::new();
        for (index, character) in text.chars().take(LONGEST).enumerate() {
            if index < start {
                escape::push_shown(&mut before, character);
            } else if index < end {
                escape::push_shown(&mut within, character);
            }
        }
        let (sign, length) = (
            if mark.primary { "^" } else { "-" },
            escape::width(&within).max(1),
        );
        let mut line = sign.repeat(length);
        if !mark.label.is_empty() {
            line.push(' ');
            line.push_str(&escape::line(&mark.label));
        }
        let line = if mark.primary {
            self.style.alarm(&line)
        } else {
            self.style.frame(&line)
        };
        let _ = writeln!(
            out,
            "{:gutter$} {} {:indent$}{line}",
            "",
            self.style.frame("|"),
            "",
            indent = escape::width(&before)
        );
    }
}

/// Characters of a line that are shown; a one-line JSON file would fill the screen.
const LONGEST: usize = 400;

/// The columns that the greatest line number needs.
pub(crate) fn gutter(greatest: u32) -> usize {
    greatest.max(1).ilog10() as usize + 1
}
