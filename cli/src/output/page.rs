//! Pages of codes for a terminal: the little Markdown that they use, in the colours of all output. With
//! colours off a page is printed as it is written, which reads well in a pipe.

use std::fmt::Write as _;

use wardlaw_lang::{Code, Severity};

use super::{escape, style::Style};

/// One page.
pub(crate) fn page(markdown: &str, style: Style) -> String {
    let mut out = String::new();
    let mut code = false;
    for line in markdown.lines() {
        // An example may hold what no terminal should see.
        let line = &*escape::line(line);
        if !style.colour {
            let _ = writeln!(out, "{line}");
        } else if line.starts_with("```") {
            code = !code;
        } else if code {
            let _ = writeln!(out, "    {line}");
        } else if let Some(heading) = line
            .trim_start_matches('#')
            .strip_prefix(' ')
            .filter(|_| line.starts_with('#'))
        {
            let _ = writeln!(out, "{}", style.strong(heading));
        } else {
            let _ = writeln!(out, "{}", prose(line, style));
        }
    }
    out
}

/// A line with what stands between backticks set apart.
fn prose(line: &str, style: Style) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        // A span of code that holds backticks stands between two.
        let (before, tail) = rest.split_at(start);
        let ticks = tail.len() - tail.trim_start_matches('`').len();
        let fence = "`".repeat(ticks);
        let inner = tail.strip_prefix(fence.as_str()).unwrap_or(tail);
        let Some(end) = inner.find(&fence) else { break };
        let (text, after) = inner.split_at(end);
        out.push_str(before);
        out.push_str(&style.frame(text.trim_matches(' ')));
        rest = after.strip_prefix(fence.as_str()).unwrap_or(after);
    }
    out.push_str(rest);
    out
}

/// All codes with their titles.
pub(crate) fn list(style: Style) -> String {
    let mut out = String::new();
    for code in Code::ALL {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let name = format!("{code}");
        let _ = writeln!(out, "{}  {severity:<7}  {}", style.strong(&name), code.title());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Style, page};

    const PAGE: &str = "# W0203: unknown field\n\nNo `field`.\n\n## Wrong\n\n```ward\npackage a\n```\n";

    #[test]
    fn a_pipe_gets_the_page_as_it_is_written() {
        assert_eq!(page(PAGE, Style::default()), PAGE);
    }

    #[test]
    fn a_terminal_gets_neither_fences_nor_marks() {
        let shown = page(PAGE, Style { colour: true });
        let want = "\u{1b}[1mW0203: unknown field\u{1b}[0m\n\nNo \u{1b}[1;34mfield\u{1b}[0m.\n\n\u{1b}[1mWrong\u{1b}[0m\n\n    package a\n";
        assert_eq!(shown, want);
    }
}
