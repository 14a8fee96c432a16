//! Small YAML texts: well-formed ones in all styles, of pieces on which readers are known to differ, and
//! then changed in characters and lines.
#![expect(clippy::indexing_slicing, reason = "within what was just counted")]

use crate::random::Random;

/// The longest text, in bytes.
const LONGEST: usize = 499;

/// A text, well-formed or not.
pub(crate) fn text(random: &mut Random) -> String {
    let mut text = String::new();
    if random.below(30) == 0 {
        text.push_str(random.pick(&[
            "\u{feff}",
            "%YAML 1.1\n---\n",
            "%YAML 1.2\n",
            "# a comment\n",
            "\n",
            "---\n",
            " ",
        ]));
    }
    match random.below(20) {
        0 => line_of_node(random, 3, 0, "---", &mut text),
        1 => line_of_node(random, 3, 0, "-", &mut text),
        2 => {
            flow(random, 3, 0, &mut text);
            text.push('\n');
        }
        3 => {
            plain(random, &mut text);
            text.push('\n');
        }
        4 => sequence(random, 3, 0, &mut text),
        _ => mapping(random, 3, 0, &mut text),
    }
    if random.below(30) == 0 {
        text.push_str(random.pick(&[
            "...\n",
            "---\n",
            "---\nb: 2\n",
            "...\na: 1\n",
            "# end",
            "\t",
            "... x\n",
            " \n",
        ]));
    }
    if random.below(3) == 0 {
        for _ in 0..=random.below(3) {
            text = if random.below(3) == 0 {
                with_changed_lines(random, &text)
            } else {
                with_changed_characters(random, &text)
            };
        }
    }
    match random.below(40) {
        0 => text = text.replace('\n', "\r\n"),
        1 => text = text.replace('\n', "\r"),
        _ => {}
    }
    let end = (0..=LONGEST.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    text.truncate(end.unwrap_or(0));
    text
}

fn indent(width: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', width));
}

fn mapping(random: &mut Random, depth: usize, width: usize, out: &mut String) {
    for _ in 0..=random.below(3) {
        blank(random, width, out);
        indent(width, out);
        if random.below(60) == 0 {
            line_of_node(random, depth.saturating_sub(1), width, "?", out);
            indent(width, out);
            line_of_node(random, depth.saturating_sub(1), width, ":", out);
            continue;
        }
        let mut head = String::new();
        key(random, &mut head);
        head.push_str(random.pick(&[":", ":", ":", ":", ":", ":", " :"]));
        line_of_node(random, depth.saturating_sub(1), width, &head, out);
    }
}

fn sequence(random: &mut Random, depth: usize, width: usize, out: &mut String) {
    for _ in 0..=random.below(3) {
        blank(random, width, out);
        indent(width, out);
        line_of_node(random, depth.saturating_sub(1), width, "-", out);
    }
}

/// Now and then an empty line or a comment.
fn blank(random: &mut Random, width: usize, out: &mut String) {
    match random.below(40) {
        0 => out.push('\n'),
        1 => out.push_str("# a comment\n"),
        2 => {
            indent(width, out);
            out.push_str("# another: [one\n");
        }
        3 => out.push_str("   \n"),
        _ => {}
    }
}

/// What introduces a node, and the node, which may go on in more lines.
fn line_of_node(random: &mut Random, depth: usize, width: usize, head: &str, out: &mut String) {
    out.push_str(head);
    if random.below(10) == 0 {
        out.push(' ');
        properties(random, out);
    }
    match if depth == 0 {
        random.below(8)
    } else {
        random.below(14)
    } {
        0 => {}
        1 => {
            out.push(' ');
            quoted(random, width + 1, out);
        }
        2 => return block(random, width, out),
        3 if depth > 0 => {
            out.push(' ');
            flow(random, depth, width, out);
        }
        8 | 9 => {
            end_of_line(random, out);
            let deeper = width + 1 + random.below(3);
            return mapping(random, depth, deeper, out);
        }
        10 => {
            end_of_line(random, out);
            let deeper = random.below(3);
            return sequence(random, depth, width + deeper, out);
        }
        // Compact: on the line of its dash.
        11 if head == "-" => {
            out.push(' ');
            let mut inner = String::new();
            mapping(random, depth, width + 2, &mut inner);
            out.push_str(inner.trim_start());
            return;
        }
        12 => {
            let alias = random.pick(&["*a", "*b", "*x", "*a "]);
            let known = out.contains(&alias.trim_end().replace('*', "&")) || random.below(20) == 0;
            out.push(' ');
            out.push_str(if known { alias } else { "text" });
        }
        _ => {
            out.push_str(random.pick(&[" ", " ", " ", " ", " ", " ", " ", "  ", "  ", "\t"]));
            plain(random, out);
            // A plain text that goes on.
            if random.below(12) == 0 {
                out.push('\n');
                if random.below(4) == 0 {
                    out.push('\n');
                }
                indent(width + random.below(3), out);
                plain(random, out);
            }
        }
    }
    end_of_line(random, out);
}

fn end_of_line(random: &mut Random, out: &mut String) {
    out.push_str(match random.below(40) {
        0 => " # why\n",
        1 => " #\n",
        2 => "  \n",
        3 => "# no comment\n",
        4 => "\t\n",
        5 => "\t# why\n",
        _ => "\n",
    });
}

fn properties(random: &mut Random, out: &mut String) {
    const PROPERTIES: &[&str] = &[
        "&a",
        "&b",
        "&x",
        "!!str",
        "!!int",
        "!!float",
        "!!bool",
        "!!null",
        "!!binary",
        "!!timestamp",
        "!!map",
        "!!seq",
        "!",
        "!local",
        "!<tag:yaml.org,2002:str>",
        "!!set",
        "!!omap",
        "&a !!str",
        "!!int &b",
        "&a&b",
        "!a!b",
        "!!merge",
    ];
    out.push_str(random.pick(PROPERTIES));
}

fn key(random: &mut Random, out: &mut String) {
    const KEYS: &[&str] = &[
        "a",
        "b",
        "c",
        "name",
        "apiVersion",
        "kind",
        "y",
        "n",
        "yes",
        "No",
        "on",
        "off",
        "true",
        "~",
        "null",
        "1",
        "01",
        "0x1",
        "1.0",
        "1.5",
        "1e3",
        "1e30",
        "-0",
        "-1",
        ".5",
        ".inf",
        "<<",
        "'<<'",
        "=",
        "\"a\"",
        "'a'",
        "\"\\x61\"",
        "\"\"",
        "''",
        "2001-01-01",
        "12:30",
        "é",
        "a b",
        "a:b",
        "-a",
        "?a",
        "!!str a",
        "&a a",
        "&k b",
        "*a ",
        "[a]",
        "{a: b}",
        "",
        "@",
        "a#b",
        "a'b",
        "\"a b\"",
        "!!int 1",
        "!!int '1'",
        "! a",
        "9223372036854775808",
        "1_000",
    ];
    match random.below(12) {
        0 => figures(random, out),
        1..=3 => out.push_str(random.pick(KEYS)),
        _ => {
            let usual = ["a", "b", "c", "d", "e", "name", "kind", "spec", "image", "labels"];
            out.push_str(random.pick(&usual));
        }
    }
}

fn plain(random: &mut Random, out: &mut String) {
    const PLAINS: &[&str] = &[
        "a",
        "text",
        "two words",
        "y",
        "n",
        "Y",
        "N",
        "yes",
        "no",
        "On",
        "OFF",
        "true",
        "False",
        "TRUE",
        "~",
        "null",
        "Null",
        "nULL",
        "0",
        "-0",
        "+0",
        "00",
        "007",
        "010",
        "08",
        "0o14",
        "0x1F",
        "0b11",
        "1_000",
        "_1",
        "1__0",
        "1:20",
        "190:20:30",
        "1e3",
        "1e+3",
        "1E-3",
        ".5",
        "5.",
        "+.5",
        "-.5",
        "1.0",
        "1.5",
        ".inf",
        "-.INF",
        ".nan",
        ".NaN",
        "1e400",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "123456789012345678901234567890",
        "2001-01-01",
        "2001-01-01T00:00:00Z",
        "=",
        "<<",
        "a: b",
        "a:b",
        "a :b",
        "a #b",
        "a#b",
        "#a",
        "-",
        "- a",
        "-a",
        "--",
        "---",
        "?",
        "? a",
        "?a",
        ":",
        ":a",
        "a:",
        "@a",
        "`a",
        "%a",
        "!",
        "&",
        "*",
        "|",
        ">",
        "a,b",
        "a, b",
        "[",
        "]",
        "{",
        "}",
        ",",
        "a]",
        "{{ a }}",
        "a'b",
        "a\"b",
        "é",
        "日本",
        "😀",
        "\u{a0}",
        "a\u{a0}b",
        "a\tb",
        "a\\b",
        "http://a/b",
        "100m",
        "1Gi",
        "0.1",
        "...",
        "....",
        "a ...",
    ];
    match random.below(12) {
        0..=2 => figures(random, out),
        3..=6 => out.push_str(random.pick(PLAINS)),
        _ => {
            let usual = [
                "a",
                "text",
                "two words",
                "y",
                "no",
                "true",
                "0",
                "1",
                "010",
                "1e3",
                "v1",
                "~",
                "0.5",
            ];
            out.push_str(random.pick(&usual));
        }
    }
}

/// What may be a number.
fn figures(random: &mut Random, out: &mut String) {
    const PARTS: &[&str] = &[
        "0",
        "1",
        "7",
        "8",
        "9",
        "0",
        "1",
        "_",
        ".",
        "+",
        "-",
        "e",
        "E",
        "0x",
        "0o",
        "0b",
        "0X",
        ":",
        "f",
        "00",
        "12345678",
        "99999999999",
    ];
    for _ in 0..=random.below(6) {
        out.push_str(random.pick(PARTS));
    }
}

fn quoted(random: &mut Random, width: usize, out: &mut String) {
    const DOUBLE: &[&str] = &[
        "a",
        "b c",
        " ",
        "'",
        "#",
        ": ",
        "\\n",
        "\\t",
        "\\\\",
        "\\\"",
        "\\/",
        "\\0",
        "\\a",
        "\\e",
        "\\x41",
        "\\u00e9",
        "\\U0001F600",
        "\\ud83d",
        "\\N",
        "\\_",
        "\\L",
        "\\P",
        "\\ ",
        "\\\n",
        "\n",
        "\n\n",
        "\n  ",
        "  \n",
        "\t",
        "é",
        "\\x4",
        "\\'",
        "\\u0000",
        "\\U00110000",
        "---",
        "\n---",
        "\n...",
    ];
    const SINGLE: &[&str] = &[
        "a", "b c", " ", "\"", "#", ": ", "''", "\\", "\n", "\n\n", "\n  ", "  \n", "\t", "é", "\n---",
    ];
    let (mark, pieces) = if random.below(2) == 0 {
        ("\"", DOUBLE)
    } else {
        ("'", SINGLE)
    };
    out.push_str(mark);
    for _ in 0..random.below(5) {
        let piece = random.pick(pieces);
        out.push_str(piece);
        if piece.ends_with('\n') {
            indent(if random.below(8) == 0 { 0 } else { width }, out);
        }
    }
    out.push_str(mark);
}

/// A literal or folded text.
fn block(random: &mut Random, width: usize, out: &mut String) {
    const HEADS: &[&str] = &[
        "|", ">", "|-", ">-", "|+", ">+", "|2", "|1-", ">2+", "|+1", ">-", "|9", "|0", "| # why", "|-  ",
        "|\t", "|x", ">1",
    ];
    const LINES: &[&str] = &[
        "a", "b c", "# a", "- a", "a: b", "", "", " a", "  a", "\ta", "a ", "---", "...", "é", "'", "\t", " ",
    ];
    out.push(' ');
    out.push_str(random.pick(HEADS));
    out.push('\n');
    let inner = width + 1 + random.below(3);
    for _ in 0..random.below(5) {
        let line = random.pick(LINES);
        if !line.is_empty() || random.below(3) == 0 {
            indent(
                if random.below(12) == 0 {
                    inner.saturating_sub(1)
                } else {
                    inner
                },
                out,
            );
        }
        out.push_str(line);
        out.push('\n');
    }
}

fn flow(random: &mut Random, depth: usize, width: usize, out: &mut String) {
    let object = random.below(2) == 0;
    out.push(if object { '{' } else { '[' });
    for index in 0..random.below(4) {
        if index > 0 {
            out.push(',');
        }
        space(random, width, out);
        if object || random.below(10) == 0 {
            if random.below(30) == 0 {
                out.push_str("? ");
            }
            key(random, out);
            out.push_str(random.pick(&[": ", ": ", ": ", ": ", " : ", ":", "", ":\n  "]));
        }
        if random.below(25) == 0 {
            properties(random, out);
            out.push(' ');
        }
        match random.below(8) {
            0 => quoted(random, width + 1, out),
            1 | 2 if depth > 0 => flow(random, depth - 1, width, out),
            3 => out.push_str(random.pick(&["", "", "*a", "*b ", "a b", "a\n  b"])),
            _ => plain(random, out),
        }
        space(random, width, out);
    }
    if random.below(12) == 0 {
        out.push(',');
    }
    out.push(if object { '}' } else { ']' });
}

fn space(random: &mut Random, width: usize, out: &mut String) {
    match random.below(16) {
        0 => {
            out.push('\n');
            indent(width + random.below(4), out);
        }
        1 if random.below(3) == 0 => out.push_str(" # why\n  "),
        2 if random.below(3) == 0 => out.push('\t'),
        3..=8 => {}
        _ => out.push(' '),
    }
}

fn with_changed_characters(random: &mut Random, text: &str) -> String {
    const PIECES: &[&str] = &[
        "{", "}", "[", "]", ",", ":", ": ", "-", "- ", "?", "? ", "!", "&a ", "*a", "#", " #", "|", ">", "'",
        "\"", "\\", "%", "@", "`", " ", "  ", "\n", "\n\n", "\t", "\r", "\r\n", "0", "1", "_", ".", "e", "x",
        "y", "~", "<<", "---", "...", "\u{0}", "\u{1}", "\u{7f}", "\u{85}", "\u{a0}", "\u{2028}", "\u{feff}",
        "\u{fffe}", "é", "😀", "null", "!!str ",
    ];
    let mut characters: Vec<char> = text.chars().collect();
    let at = random.below(characters.len() + 1);
    match random.below(5) {
        0 if at < characters.len() => drop(characters.remove(at)),
        1 if random.below(4) == 0 => characters.truncate(at),
        2 if at < characters.len() => {
            let other = random.below(characters.len());
            characters.swap(at, other);
        }
        3 if at < characters.len() => {
            let character = random.pick(PIECES).chars().next().unwrap_or(' ');
            characters[at] = character;
        }
        _ => drop(characters.splice(at..at, random.pick(PIECES).chars())),
    }
    characters.into_iter().collect()
}

fn with_changed_lines(random: &mut Random, text: &str) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    let at = random.below(lines.len());
    match random.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => {
            let other = random.below(lines.len());
            lines.swap(at, other);
        }
        3 => lines[at].insert(0, ' '),
        4 if lines[at].starts_with([' ', '\t']) => drop(lines[at].remove(0)),
        _ => lines[at].insert(0, if random.below(4) == 0 { '\t' } else { ' ' }),
    }
    lines.concat()
}
