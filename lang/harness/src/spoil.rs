//! Texts that are hardly policies: real ones with mistakes in them, heaps of tokens, bytes, brackets
//! without end. For whoever must read anything.

use std::{fs, path::Path};

use wardlaw_lang::{FileId, syntax::parse};

use crate::random::Random;

/// What a mistake is made of.
#[rustfmt::skip]
const FRAGMENTS: &[&str] = &[
    "{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "r\"", "r#\"", "\"#", "yaml\"\"\"", "json\"\"\"", "{{",
    "}}", "??", "?.", "?[", "?", ".", ",", ":", "=", "==", "=>", "->", "|", "@", "!", "&&", "||", ":=", ";",
    "'", "#", "/*", "*/", "//", "///", "\\", "\\u{", "\n", "\r\n", "\n\n", " ", "\t", "é", "“", "”",
    "\u{202e}", "\u{feff}", "\0", "🦀", "0", "1.5", "1e9", "9223372036854775808", "007", "500m", "x", "X",
    "_", " rule ", "\nrule r {", " let ", "\nlet x = ", " fn ", " in ", " not ", " for ", " when ",
    " deny ", " expect ", " with ", " no ", " error ", " if ", " then ", " else ", " match ", " is ",
    " and ", " at ", "package ", "\nimport ", "\ntest \"t\" {", "\n@a(", " unles ", " true ",
];

/// What stands in heaps of tokens: more of what fits together.
#[rustfmt::skip]
const TOKENS: &[&str] = &[
    "x", "y", "T", "1", "2.5", "\"a\"", "\"a {", "}\"", "null", "true", "(", ")", "[", "]", "{", "}", ",",
    ".", ":", "=", "==", "+", "-", "*", "??", "?.", "?[", "?", "|", "=>", "->", "@", "and", "or", "not",
    "in", "is", "like", "matches", "if", "then", "else", "match", "for", "given", "let", "when", "unless",
    "deny", "warn", "allow", "fix", "set", "yield", "at", "with", "expect", "no", "error", "rule", "fn",
    "relation", "test", "data", "input", "type", "import", "default", "\n", "// c\n", "/// d\n", "\"\"\"\n",
    "r\"a\"", "yaml\"\"\"\n",
];

/// What nests, and what ends it.
const NESTS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("\"{", "}\""),
    ("\"\"\"\n{", "}\n\"\"\""),
    ("not ", ""),
    ("-", ""),
    ("a.", ""),
    ("a?[", "]"),
    ("a + ", ""),
    ("a ?? ", ""),
    ("f(", ")"),
    ("any(x for y in ", ")"),
    ("[x for y in ", "]"),
    ("{a: ", "}"),
    ("{[", "]: 1}"),
    ("if a then b else ", ""),
    ("if ", " then a else b"),
    ("match a { b => ", " }"),
    ("match a { b when ", " => c }"),
    ("x is [", "]"),
    ("x is {a: ", "}"),
    ("(a, ", ")"),
];

/// Policies to make mistakes in.
#[derive(Debug)]
pub struct Policies {
    /// Items of policies, each as text, documentation and annotations included.
    items: Vec<String>,
}

/// The kinds of inputs, for reports.
pub const KINDS: [&str; 7] = [
    "bytes",
    "tokens",
    "characters changed",
    "tokens changed",
    "nested",
    "cut",
    "comments and lines added",
];

impl Policies {
    /// The items of texts without mistakes, and of the files with that ending below folders.
    pub fn new(texts: &[&str], folders: &[&Path]) -> Self {
        let mut policies = Self { items: Vec::new() };
        texts.iter().for_each(|text| policies.add(text));
        let mut folders: Vec<_> = folders.iter().map(|folder| folder.to_path_buf()).collect();
        while let Some(folder) = folders.pop() {
            let mut entries: Vec<_> = fs::read_dir(folder)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .collect();
            // The same sequence on every machine.
            entries.sort();
            for path in entries {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "ward") {
                    policies.add(&fs::read_to_string(path).unwrap_or_default());
                }
            }
        }
        policies
    }

    /// Adds the items of a policy.
    pub fn add(&mut self, text: &str) {
        let parsed = parse(FileId(0), text);
        if !parsed.diagnostics.is_empty() {
            return;
        }
        let mut start = parsed
            .file
            .package
            .as_ref()
            .map_or(0, |path| path.span.end as usize);
        for item in &parsed.file.items {
            let end = item.span.end as usize;
            self.items
                .extend(text.get(start..end).map(|item| item.trim().to_owned()));
            start = end;
        }
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// A text of one of [`KINDS`].
    pub fn input(&self, kind: usize, random: &mut Random) -> String {
        match kind {
            0 => bytes(random),
            1 => tokens(random),
            2 => {
                let mut text = self.policy(random);
                for _ in 0..=random.below(6) {
                    change_characters(random, &mut text);
                }
                text
            }
            3 => {
                let text = self.policy(random);
                change_tokens(random, &text)
            }
            4 => nested(random),
            5 => {
                let mut text = self.policy(random);
                text.truncate(boundary(random, &text));
                if random.percent(50) {
                    text.push_str(random.pick(FRAGMENTS).unwrap_or(&""));
                }
                text
            }
            _ => {
                let text = self.policy(random);
                add_trivia(random, &text)
            }
        }
    }

    /// A policy of an item or two, without mistakes but for its names.
    fn policy(&self, random: &mut Random) -> String {
        let mut text = String::from("package p\n");
        for _ in 0..=usize::from(random.percent(25)) {
            if random.percent(70) {
                text.push('\n');
            }
            let item = random.pick(&self.items).map_or("", String::as_str);
            // Documentation is long and all alike.
            let item = if random.percent(80) {
                undocumented(item)
            } else {
                item
            };
            text.push_str(item);
            text.push('\n');
        }
        text
    }
}

/// An item without its documentation.
fn undocumented(item: &str) -> &str {
    let mut rest = item;
    while rest.starts_with("//") {
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    rest
}

fn bytes(random: &mut Random) -> String {
    let ascii = random.percent(50);
    let bytes: Vec<u8> = (0..random.below(160))
        .map(|_| {
            let byte = random.below(256) as u8;
            if ascii { byte & 0x7f } else { byte }
        })
        .collect();
    let prefix = ["", "package p\n", "package p\nlet x = ", "package p\nrule r {\n"];
    let prefix = random.pick(&prefix).copied().unwrap_or("");
    format!("{prefix}{}", String::from_utf8_lossy(&bytes))
}

fn tokens(random: &mut Random) -> String {
    let prefix = [
        "",
        "package p\n",
        "package p\nrule r {\n",
        "package p\nlet x = ",
        "package p\ntype T = ",
    ];
    let mut text = String::from(random.pick(&prefix).copied().unwrap_or(""));
    let (list, spaces) = if random.percent(50) {
        (FRAGMENTS, 0)
    } else {
        (TOKENS, 80)
    };
    for _ in 0..random.below(50) {
        text.push_str(random.pick(list).unwrap_or(&""));
        if random.percent(spaces) {
            text.push(' ');
        }
    }
    text
}

fn nested(random: &mut Random) -> String {
    let mut text = String::from(if random.percent(50) {
        "package p\nlet x = "
    } else {
        "package p\nrule r { when "
    });
    let mut ends: Vec<&str> = Vec::new();
    // Around the limit of 128, and far behind it.
    let depth = if random.percent(90) {
        random.below(140)
    } else {
        random.below(1500)
    };
    let mixed = random.percent(50);
    let one = random.below(NESTS.len());
    for _ in 0..depth {
        let index = if mixed { random.below(NESTS.len()) } else { one };
        let (open, close) = NESTS.get(index).copied().unwrap_or(("(", ")"));
        text.push_str(open);
        ends.push(close);
    }
    text.push('a');
    let kept = if random.percent(70) {
        ends.len()
    } else {
        random.below(ends.len() + 1)
    };
    for end in ends.iter().rev().take(kept) {
        text.push_str(end);
    }
    if text.contains("rule r {") && random.percent(80) {
        text.push_str(" allow }");
    }
    text
}

/// A random boundary between characters.
fn boundary(random: &mut Random, text: &str) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One change of a few characters or a line: taken away, put in, replaced, doubled.
pub fn change_characters(random: &mut Random, text: &mut String) {
    let (a, b) = (boundary(random, text), boundary(random, text));
    let (start, end) = (a.min(b), a.max(b));
    let mut near = end.min(start + random.below(12));
    while !text.is_char_boundary(near) {
        near += 1;
    }
    let fragment = random.pick(FRAGMENTS).copied().unwrap_or("");
    match random.below(6) {
        0 => text.replace_range(start..near, ""),
        1 => text.insert_str(start, fragment),
        2 => text.replace_range(start..near, fragment),
        3 => {
            let piece = text.get(start..near).unwrap_or("").to_owned();
            text.insert_str(b, &piece);
        }
        4 => text.insert(start, char::from_u32(random.below(0x250) as u32).unwrap_or('x')),
        _ => {
            let before = text.get(..start).unwrap_or("");
            let line = before.rfind('\n').map_or(0, |at| at + 1);
            let rest = text.get(start..).unwrap_or("");
            let next = rest.find('\n').map_or(text.len(), |at| start + at + 1);
            if random.percent(50) {
                text.replace_range(line..next, "");
            } else {
                let piece = text.get(line..next).unwrap_or("").to_owned();
                text.insert_str(line, &piece);
            }
        }
    }
}

/// Cuts a text into words, numbers, white space and single characters.
fn pieces(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        c if c.is_whitespace() => 2,
        _ => 0,
    };
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match class(first) {
            0 => first.len_utf8(),
            own => rest.find(|c| class(c) != own).unwrap_or(rest.len()),
        };
        let (piece, behind) = rest.split_at(length);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// A few tokens taken away, doubled, swapped, put in.
fn change_tokens(random: &mut Random, text: &str) -> String {
    let mut pieces = pieces(text);
    for _ in 0..=random.below(4) {
        let (at, other) = (random.below(pieces.len()), random.below(pieces.len()));
        match random.below(4) {
            0 if !pieces.is_empty() => drop(pieces.remove(at)),
            1 => {
                if let Some(piece) = pieces.get(at).copied() {
                    pieces.insert(other, piece);
                }
            }
            2 if at < pieces.len() && other < pieces.len() => pieces.swap(at, other),
            _ => pieces.insert(at, random.pick(TOKENS).copied().unwrap_or("")),
        }
    }
    pieces.concat()
}

/// Comments and line breaks, most of them where white space may stand.
fn add_trivia(random: &mut Random, text: &str) -> String {
    const TRIVIA: &[&str] = &[
        " // c\n",
        "\n// c\n",
        "// é {}\n",
        "/// d\n",
        "\n/// d\n",
        "//\n",
        "// )\n",
        "\n",
        "\n\n\n",
        "  ",
        "\r\n",
        "\t",
        "",
    ];
    let mut out = String::new();
    let often = 1 + random.below(30);
    for piece in pieces(text) {
        let space = piece.trim().is_empty();
        if random.percent(often) {
            out.push_str(random.pick(TRIVIA).unwrap_or(&""));
            if space {
                continue;
            }
        }
        out.push_str(piece);
    }
    out
}
