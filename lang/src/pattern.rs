//! Regular expressions as RE2 has them. The parser reads a larger language; what RE2 lacks is refused,
//! and what means something else there (`\d`, `\w`, `\s` and `\b` are of ASCII) is rewritten.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use regex_syntax::{
    ast::{
        self, AssertionKind, Ast, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, Flag, FlagsItemKind,
        GroupKind,
    },
    hir::translate::TranslatorBuilder,
};

/// The longest pattern, in bytes.
pub const MAX_PATTERN: usize = 4096;
/// How often a part may be repeated, as in RE2.
const MAX_REPEAT: u32 = 1000;
const MAX_NESTING: u32 = 64;

/// A regular expression that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// As the matcher reads it; it is not anchored.
    pub text: String,
    /// The named groups, in order.
    pub groups: Vec<Group>,
}

/// A named group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Whether it may take no part in a match.
    pub optional: bool,
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// What.
    pub message: String,
    /// The bytes that it is about.
    pub start: usize,
    /// Where they end.
    pub end: usize,
}

/// Reads a regular expression.
pub fn regex(text: &str) -> Result<Pattern, PatternError> {
    let whole = |message: &str| PatternError {
        message: message.into(),
        start: 0,
        end: text.len(),
    };
    if text.len() > MAX_PATTERN {
        return Err(whole("a pattern has at most 4,096 bytes"));
    }
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(MAX_NESTING)
        .build()
        .parse(text)
        .map_err(|error| PatternError {
            message: error.kind().to_string(),
            start: error.span().start.offset,
            end: error.span().end.offset,
        })?;
    let mut reader = Reader {
        edits: Vec::new(),
        groups: Vec::new(),
    };
    reader.read(&ast, false)?;
    let mut rewritten = String::with_capacity(text.len());
    let mut at = 0;
    reader.edits.sort_by_key(|(span, _)| span.start.offset);
    for (span, with) in &reader.edits {
        rewritten.push_str(text.get(at..span.start.offset).unwrap_or(""));
        rewritten.push_str(with);
        at = span.end.offset;
    }
    rewritten.push_str(text.get(at..).unwrap_or(""));
    // Classes that do not exist, and the like: found where the meaning is made.
    let ast = ast::parse::Parser::new()
        .parse(&rewritten)
        .map_err(|error| whole(&error.kind().to_string()))?;
    TranslatorBuilder::new()
        .build()
        .translate(&rewritten, &ast)
        .map_err(|error| whole(&error.kind().to_string()))?;
    Ok(Pattern {
        text: rewritten,
        groups: reader.groups,
    })
}

struct Reader {
    edits: Vec<(ast::Span, &'static str)>,
    groups: Vec<Group>,
}

fn error(span: ast::Span, message: impl Into<String>) -> PatternError {
    PatternError {
        message: message.into(),
        start: span.start.offset,
        end: span.end.offset,
    }
}

impl Reader {
    /// Recursion is bounded by the nesting that the parser allows.
    fn read(&mut self, ast: &Ast, optional: bool) -> Result<(), PatternError> {
        match ast {
            Ast::Empty(_) | Ast::Literal(_) | Ast::Dot(_) | Ast::ClassUnicode(_) => Ok(()),
            Ast::Flags(flags) => Self::flags(&flags.flags),
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::StartLine
                | AssertionKind::EndLine
                | AssertionKind::StartText
                | AssertionKind::EndText => Ok(()),
                AssertionKind::WordBoundary => {
                    self.edits.push((assertion.span, r"(?-u:\b)"));
                    Ok(())
                }
                AssertionKind::NotWordBoundary => {
                    self.edits.push((assertion.span, r"(?-u:\B)"));
                    Ok(())
                }
                _ => Err(error(assertion.span, "RE2 does not know this boundary")),
            },
            Ast::ClassPerl(class) => {
                self.perl(class);
                Ok(())
            }
            Ast::ClassBracketed(class) => self.class(&class.kind),
            Ast::Repetition(repetition) => {
                use ast::{RepetitionKind, RepetitionRange};
                let (least, most) = match &repetition.op.kind {
                    RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => (0, 0),
                    RepetitionKind::OneOrMore => (1, 1),
                    RepetitionKind::Range(
                        RepetitionRange::Exactly(count) | RepetitionRange::AtLeast(count),
                    ) => (*count, *count),
                    RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => (*least, *most),
                };
                if most > MAX_REPEAT {
                    return Err(error(
                        repetition.op.span,
                        "a part is repeated at most 1,000 times",
                    ));
                }
                self.read(&repetition.ast, optional || least == 0)
            }
            Ast::Group(group) => {
                match &group.kind {
                    GroupKind::CaptureIndex(_) => {}
                    GroupKind::CaptureName { name, .. } => {
                        self.groups.push(Group {
                            name: name.name.clone(),
                            optional,
                        });
                    }
                    GroupKind::NonCapturing(flags) => Self::flags(flags)?,
                }
                self.read(&group.ast, optional)
            }
            Ast::Alternation(alternation) => {
                alternation.asts.iter().try_for_each(|part| self.read(part, true))
            }
            Ast::Concat(concat) => concat.asts.iter().try_for_each(|part| self.read(part, optional)),
        }
    }

    fn flags(flags: &ast::Flags) -> Result<(), PatternError> {
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Negation
                | FlagsItemKind::Flag(
                    Flag::CaseInsensitive | Flag::MultiLine | Flag::DotMatchesNewLine | Flag::SwapGreed,
                ) => {}
                FlagsItemKind::Flag(_) => {
                    return Err(error(item.span, "RE2 knows the flags `i`, `m`, `s` and `U`"));
                }
            }
        }
        Ok(())
    }

    fn perl(&mut self, class: &ClassPerl) {
        let with = match (&class.kind, class.negated) {
            (ClassPerlKind::Digit, false) => "[0-9]",
            (ClassPerlKind::Digit, true) => "[^0-9]",
            (ClassPerlKind::Space, false) => r"[\t\n\f\r ]",
            (ClassPerlKind::Space, true) => r"[^\t\n\f\r ]",
            (ClassPerlKind::Word, false) => "[0-9A-Za-z_]",
            (ClassPerlKind::Word, true) => "[^0-9A-Za-z_]",
        };
        self.edits.push((class.span, with));
    }

    fn class(&mut self, set: &ClassSet) -> Result<(), PatternError> {
        match set {
            ClassSet::Item(item) => self.item(item),
            ClassSet::BinaryOp(op) => Err(error(
                op.span,
                "RE2 has no operators between classes: escape the characters",
            )),
        }
    }

    fn item(&mut self, item: &ClassSetItem) -> Result<(), PatternError> {
        match item {
            ClassSetItem::Empty(_)
            | ClassSetItem::Literal(_)
            | ClassSetItem::Range(_)
            | ClassSetItem::Ascii(_)
            | ClassSetItem::Unicode(_) => Ok(()),
            ClassSetItem::Perl(class) => {
                self.perl(class);
                Ok(())
            }
            ClassSetItem::Bracketed(class) => Err(error(
                class.span,
                "RE2 has no class within a class: write `\\[` for the character".to_string(),
            )),
            ClassSetItem::Union(union) => union.items.iter().try_for_each(|item| self.item(item)),
        }
    }
}

/// Whether a text is a glob's whole match: `*` stands for any run of characters, everything else for
/// itself. Linear in the text for each star.
pub fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(mut part) = parts.next() else {
        return rest.is_empty();
    };
    // Each part takes its first occurrence: what is left for the others is then longest.
    for next in parts {
        match rest
            .find(part)
            .and_then(|at| rest.get(at.saturating_add(part.len())..))
        {
            Some(after) => rest = after,
            None => return false,
        }
        part = next;
    }
    rest.ends_with(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_of_ascii() {
        assert_eq!(
            regex(r"\d+\W[\s\d]").unwrap().text,
            r"[0-9]+[^0-9A-Za-z_][[\t\n\f\r ][0-9]]"
        );
        assert_eq!(regex(r"\bä\b").unwrap().text, r"(?-u:\b)ä(?-u:\b)");
    }

    #[test]
    fn groups_that_may_take_no_part_are_optional() {
        let groups: Vec<(String, bool)> = regex(r"(?<a>x)(?P<b>y)?(?:(?<c>z)|w)(?<d>q){1,2}((?<e>r)*)(f)")
            .unwrap()
            .groups
            .into_iter()
            .map(|group| (group.name, group.optional))
            .collect();
        let expected = [("a", false), ("b", true), ("c", true), ("d", false), ("e", true)];
        assert_eq!(
            groups,
            expected.map(|(name, optional)| (name.to_string(), optional))
        );
    }

    #[test]
    fn what_re2_lacks_is_refused() {
        for wrong in [
            "(",
            "a{1001}",
            r"(?=a)",
            r"(?<!a)",
            r"\1",
            "[a&&b]",
            "[[a]b]",
            "(?x)a",
            r"\b{start}",
            r"\<",
            "a**b{",
            "(?<a>x)(?<a>y)",
            r"\p{Greeek}",
            "[z-a]",
        ] {
            assert!(regex(wrong).is_err(), "{wrong}");
        }
        assert!(regex(&"a".repeat(MAX_PATTERN + 1)).is_err());
        assert!(regex(&"(".repeat(1000)).is_err());
        let error = regex("ab{2000}").unwrap_err();
        assert_eq!((error.start, error.end), (2, 8));
        for right in [
            r"(?i)abc",
            r"[[:alpha:]]+",
            r"\pL",
            r"(?s).*",
            "",
            r"^a$",
            r"a|b|",
            r"(?U)a+",
        ] {
            assert!(regex(right).is_ok(), "{right}: {:?}", regex(right));
        }
    }

    #[test]
    fn globs_match_the_whole_text() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("a*", "a/b"),
            ("*.io/*", "x.io/a/b"),
            ("a*b*c", "abbc"),
            ("a*a", "aa"),
            ("**", "x"),
            ("[?]", "[?]"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", "ab"),
            ("a*a", "a"),
            ("*ab*b", "ab"),
            ("a*b*c", "acb"),
            ("?", "a"),
        ] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }
}
