//! Counts what reading and formatting do, in the tests of this crate only: that both are linear is a
//! statement about steps, not about time. A step is a byte, token or part of a document that is looked
//! at; elsewhere counting is nothing.

#[cfg(not(test))]
pub(crate) use uncounted::add;

#[cfg(test)]
pub(crate) use counted::add;

#[cfg(not(test))]
mod uncounted {
    /// So many steps more.
    pub(crate) const fn add(_: usize) {}
}

#[cfg(test)]
mod counted {
    extern crate std;

    use core::cell::Cell;

    std::thread_local! {
        static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    /// So many steps more.
    pub(crate) fn add(count: usize) {
        STEPS.with(|steps| steps.set(steps.get() + count));
    }

    /// The steps since the last call.
    pub(super) fn take() -> usize {
        STEPS.with(Cell::take)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use alloc::{
        format,
        string::{String, ToString},
        vec::Vec,
    };
    use std::println;

    use super::counted::take;
    use crate::{FileId, format, syntax};

    /// Texts that grow with a number: what they are, and how they are made.
    type Shape = (&'static str, fn(usize) -> String);

    /// Many of something in the body of a rule or behind `let`.
    fn many(before: &str, unit: &str, after: &str, count: usize) -> String {
        format!("package p\n{before}{}{after}\n", unit.repeat(count))
    }

    const SHAPES: &[Shape] = &[
        ("long line", |n| many("let x = [", "a.b, ", "]", n)),
        ("long line of mistakes", |n| many("let x = [", "a b, ", "]", n)),
        ("many items", |n| many("", "let x = 1\n", "", n)),
        ("many broken items", |n| many("", "let = 1\n", "", n)),
        ("many rules", |n| {
            many("", "rule r { when a deny \"b\" at c.d }\n", "", n)
        }),
        ("many broken rules", |n| {
            many("", "rule r {\n    when = a\n    dny \"b\"\n}\n", "", n)
        }),
        ("many broken clauses", |n| {
            many("rule r {\n", "    when a b\n", "}", n)
        }),
        ("misspelt words", |n| many("", "rul r { unles x }\n", "", n)),
        ("nesting to the limit", |n| {
            let one = format!("let x = {}a{}\n", "(".repeat(120), ")".repeat(120));
            many("", &one, "", n / 16)
        }),
        ("nesting beyond it", |n| many("let x = ", "(", "", n)),
        ("brackets that close nothing", |n| many("let x = ", "]", "", n)),
        ("wrong brackets", |n| many("let x = ", "(]{)", "", n)),
        ("open braces", |n| many("", "rule r {\n", "", n)),
        ("open braces with clauses", |n| {
            many("", "rule r {\n when (\n", "", n)
        }),
        ("prefixes", |n| many("let x = ", "not - ", "a", n)),
        ("chains", |n| many("", "let x = a or b and c + (d ?? e)\n", "", n)),
        ("long chain", |n| many("let x = a", " + a", "", n)),
        ("conditions", |n| many("let x = ", "if a then b else ", "c", n)),
        ("matches", |n| {
            many("let x = match a {\n", "    \"b\" | T when c => d,\n", "}", n)
        }),
        ("comments", |n| many("", "// c\n", "let x = 1", n)),
        ("documentation", |n| many("", "/// c\n", "let x = 1", n)),
        ("comments in a list", |n| many("let x = [", "a, // c\n", "]", n)),
        ("comments in a row", |n| many("let x = ", "// c\n", "1", n)),
        ("empty lines", |n| many("let x = [", "\n", "a]", n)),
        ("spaces", |n| many("let x = [", " ", "a]", n)),
        ("long text", |n| many("let x = \"", "abc\\n", "\"", n)),
        ("holes", |n| many("let x = \"", "a{b}", "\"", n)),
        ("block text", |n| {
            many("let x = \"\"\"\n", "    abc {d}\n", "    \"\"\"", n)
        }),
        ("document", |n| {
            many("let x = yaml\"\"\"\n", "    a: b\n", "    \"\"\"", n)
        }),
        ("open texts", |n| many("let x = ", "\"a\n", "", n)),
        ("open block text", |n| many("let x = \"\"\"", "{\n", "", n)),
        ("raw texts", |n| many("let x = r#\"", "\"", "", n)),
        ("hashes", |n| many("let x = r#\"", "\"#r##\"", "", n)),
        ("wrong characters", |n| many("let x = ", "é ;", "", n)),
        ("annotations", |n| many("", "@a(\"b\", c = 1)\n", "let x = 1", n)),
        ("types", |n| many("type T = {", "a: [{string}]? | T, ", "}", n)),
        ("unions", |n| many("type T = \"a\"", " | \"b\"", "", n)),
        ("generators", |n| {
            many("rule r { for a in b", ", c in d", " allow }", n)
        }),
        ("generators without end", |n| {
            many("let x = [a for b in c", ", d", "]", n)
        }),
    ];

    /// The steps for a text.
    fn steps(text: &str) -> (usize, usize) {
        take();
        let parsed = syntax::parse(FileId(0), text);
        drop(parsed);
        let reading = take();
        let formatted = format(FileId(0), text);
        drop(formatted);
        (reading, take())
    }

    /// Twice the text has twice the steps. A quadratic part would show as four times.
    #[test]
    fn steps_grow_with_the_text() {
        let mut wrong: Vec<String> = Vec::new();
        for (name, make) in SHAPES {
            let counts: Vec<(usize, usize, usize)> = [1000, 2000, 4000, 8000]
                .into_iter()
                .map(|size| {
                    let text = make(size);
                    let (reading, formatting) = steps(&text);
                    (text.len(), reading, formatting)
                })
                .collect();
            for pair in counts.windows(2) {
                let [(_, reads, formats), (_, reads_2, formats_2)] = pair else {
                    continue;
                };
                if *reads_2 > reads * 21 / 10 + 1000 || *formats_2 > formats * 21 / 10 + 1000 {
                    wrong.push(format!("{name}: {counts:?}"));
                }
            }
            // Reading a file of mistakes reads its tokens a bounded number of times.
            for (length, reads, formats) in &counts {
                if *reads > 60 * length || *formats > 120 * length {
                    wrong.push(format!("{name}: {length} bytes, {reads} and {formats} steps"));
                }
            }
            if let Some((length, reads, formats)) = counts.last() {
                println!("{name:>28}: {length:>7} bytes, {reads:>8} steps to read, {formats:>8} to format");
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(
            SHAPES
                .iter()
                .map(|(name, _)| name.to_string())
                .all(|name| !name.is_empty())
        );
    }
}
