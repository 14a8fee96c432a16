//! JSON texts of tokens, and what becomes of them when tokens, characters and bytes are changed.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "within what was just counted"
)]

use crate::random::Random;

/// A text, well-formed or not, UTF-8 or not.
pub(crate) fn text(random: &mut Random) -> Vec<u8> {
    let mut tokens = Vec::new();
    if random.below(500) == 0 {
        let depth = 200 + random.below(120);
        deep(random, depth, &mut tokens);
    } else {
        value(random, 4, &mut tokens);
    }
    mutated(random, tokens)
}

/// A text in which no more than numbers and texts may be broken.
pub(crate) fn well_formed(random: &mut Random) -> String {
    let mut tokens = Vec::new();
    value(random, 5, &mut tokens);
    String::from_utf8(tokens.concat()).unwrap()
}

type Tokens = Vec<Vec<u8>>;

fn push(token: &str, tokens: &mut Tokens) {
    tokens.push(token.as_bytes().to_vec());
}

fn value(random: &mut Random, depth: usize, tokens: &mut Tokens) {
    const SPACES: &[&str] = &[" ", "\n", "\t", "\r\n  "];
    if random.below(3) == 0 {
        push(random.pick(SPACES), tokens);
    }
    match if depth == 0 { 0 } else { random.below(4) } {
        2 => {
            push("[", tokens);
            for index in 0..random.below(5) {
                if index > 0 {
                    push(",", tokens);
                }
                value(random, depth - 1, tokens);
            }
            push("]", tokens);
        }
        3 => {
            push("{", tokens);
            let large = random.below(60) == 0;
            for index in 0..if large { 40 } else { random.below(5) } {
                if index > 0 {
                    push(",", tokens);
                }
                let key = key(random, large.then_some(index));
                tokens.push(key);
                push(":", tokens);
                value(random, if large { 0 } else { depth - 1 }, tokens);
            }
            push("}", tokens);
        }
        _ => tokens.push(scalar(random)),
    }
}

fn deep(random: &mut Random, depth: usize, tokens: &mut Tokens) {
    let mut closing = Vec::new();
    for _ in 0..depth {
        if random.below(2) == 0 {
            push("[", tokens);
            closing.push("]");
        } else {
            push("{\"k\":", tokens);
            closing.push("}");
        }
    }
    value(random, 1, tokens);
    for bracket in closing.iter().rev() {
        push(bracket, tokens);
    }
}

fn key(random: &mut Random, number: Option<usize>) -> Vec<u8> {
    const KEYS: &[&str] = &[
        "\"a\"",
        "\"b\"",
        "\"c\"",
        "\"name\"",
        "\"\\u0061\"",
        "\"apiVersion\"",
        "\"\"",
        "\"é\"",
        "\"containers\"",
    ];
    match number {
        Some(number) if random.below(30) != 0 => format!("\"key{number}\"").into_bytes(),
        _ if random.below(3) == 0 => quoted(random),
        _ => random.pick(KEYS).as_bytes().to_vec(),
    }
}

fn scalar(random: &mut Random) -> Vec<u8> {
    const SCALARS: &[&str] = &[
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-0.0",
        "1",
        "-12",
        "3.25",
        "1e3",
        "1E-2",
        "123456789012345678",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "1e400",
        "-1e309",
        "1.7976931348623157e308",
        "5e-324",
        "1e-400",
        "0e999",
        "\"\"",
        "\"longer than eight bytes\"",
        "\"\\ud83d\\ude00\"",
    ];
    match random.below(5) {
        0 => quoted(random),
        1 => figures(random),
        _ => random.pick(SCALARS).as_bytes().to_vec(),
    }
}

/// A number of random digits, now and then one that JSON does not have.
fn figures(random: &mut Random) -> Vec<u8> {
    let mut out = Vec::new();
    let digits = |random: &mut Random, most: usize, out: &mut Vec<u8>| {
        for _ in 0..=random.below(most) {
            out.push(b'0' + random.below(10) as u8);
        }
    };
    if random.below(3) == 0 {
        out.push(b'-');
    }
    digits(random, 21, &mut out);
    if random.below(2) == 0 {
        out.push(b'.');
        digits(random, 20, &mut out);
    }
    if random.below(3) == 0 {
        out.push(if random.below(2) == 0 { b'e' } else { b'E' });
        out.extend(random.pick(&["", "+", "-"]).bytes());
        digits(random, 3, &mut out);
    }
    out
}

/// A text of pieces, escapes among them, now and then one that JSON does not have.
fn quoted(random: &mut Random) -> Vec<u8> {
    const PIECES: &[&str] = &[
        "a",
        "b",
        "0",
        " ",
        "/",
        "'",
        "{",
        "é",
        "日",
        "😀",
        "\u{7f}",
        "\u{2028}",
        "\u{feff}",
        "\\n",
        "\\t",
        "\\r",
        "\\b",
        "\\f",
        "\\/",
        "\\\\",
        "\\\"",
        "\\u0000",
        "\\u00e9",
        "\\u2028",
        "\\uFFFF",
        "\\ud83d\\ude00",
        "\\uDBFF\\udfff",
        "a long run of characters without any escape in it",
    ];
    const BROKEN: &[&str] = &[
        "\\ud83d",
        "\\ude00",
        "\\ud83d\\ud83d",
        "\\x",
        "\\u12",
        "\\u12g4",
        "\\U0001",
        "\\'",
        "\\",
        "\u{0}",
        "\u{1f}",
        "\n",
        "\t",
        "\"",
    ];
    let mut out = vec![b'"'];
    for _ in 0..random.below(6) {
        let pieces = if random.below(60) == 0 { BROKEN } else { PIECES };
        out.extend(random.pick(pieces).bytes());
    }
    out.push(b'"');
    out
}

/// The text of the tokens, some of them or some bytes changed.
fn mutated(random: &mut Random, mut tokens: Tokens) -> Vec<u8> {
    const PIECES: &[&str] = &[
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "0", "1", "-", "+", ".", "e", "E", " ", "\n",
        "\u{0}", "\u{1f}", "é", "null", "true", "nul", "NaN", "Infinity", "\"a\"", "\"a\":", "[[", "}}", "'",
        "/", "//", "/**/", "#", "x", "\u{a0}",
    ];
    const BYTES: &[&[u8]] = &[
        b"\xff",
        b"\x80",
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc3",
        b"\xe2\x82",
        b"\xf0\x9f\x98",
        b"\xf0\x80\x80\xaf",
    ];
    if random.below(3) == 0 {
        let at = random.below(tokens.len());
        match random.below(5) {
            0 => drop(tokens.remove(at)),
            1 => tokens.insert(at, tokens[at].clone()),
            2 => {
                let other = random.below(tokens.len());
                tokens.swap(at, other);
            }
            3 => tokens[at] = scalar(random),
            _ => tokens.insert(at, random.pick(PIECES).as_bytes().to_vec()),
        }
    }
    if random.below(40) == 0 {
        push("\u{feff}", &mut tokens);
        let last = tokens.pop().unwrap();
        tokens.insert(0, last);
    }
    let mut text = tokens.concat();
    if random.below(3) == 0 {
        for _ in 0..=random.below(3) {
            let at = random.below(text.len() + 1);
            match random.below(7) {
                0 if at < text.len() => text[at] ^= 1 << random.below(8),
                1 if at < text.len() => drop(text.remove(at)),
                2 if random.below(4) == 0 => text.truncate(at),
                3 if at < text.len() => {
                    let other = random.below(text.len());
                    text.swap(at, other);
                }
                4 => drop(text.splice(at..at, BYTES[random.below(BYTES.len())].iter().copied())),
                5 if at < text.len() && text[at].is_ascii_digit() => text[at] = b'0' + random.below(10) as u8,
                _ => drop(text.splice(at..at, random.pick(PIECES).bytes())),
            }
        }
    }
    text
}
