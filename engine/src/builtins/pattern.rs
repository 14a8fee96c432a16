//! Patterns: regular expressions as RE2 has them, and globs. Both hold on the whole text. Matching is
//! linear in the text; what compiles is limited in size.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use regex_automata::{Anchored, Input, meta};
use wardlaw_lang::{pattern, types::Opaque};

use super::text::text;
use crate::{
    eval::{Eval, Machine},
    fault::Reason,
    plan::OpId,
    value::Value,
};

/// Bytes that a compiled pattern may take.
const MAX_COMPILED: usize = 1 << 20;
/// Bytes that a matcher may keep between two steps.
const MAX_CACHE: usize = 1 << 20;

/// A compiled regular expression.
#[derive(Clone, Debug)]
pub(crate) struct Regex(meta::Regex);

impl Regex {
    /// Compiles a pattern; else says what is wrong with it.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let read = pattern::regex(text).map_err(|error| error.message)?;
        let config = meta::Config::new()
            .nfa_size_limit(Some(MAX_COMPILED))
            .hybrid_cache_capacity(MAX_CACHE)
            .onepass(false)
            .dfa(false);
        meta::Builder::new()
            .configure(config)
            .build(&format!(r"\A(?:{})\z", read.text))
            .map(Self)
            .map_err(|error| match error.size_limit() {
                Some(_) => String::from("the pattern is too large when it is compiled"),
                None => error.to_string(),
            })
    }

    /// Whether it matches the whole text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(Input::new(text).anchored(Anchored::Yes))
    }

    /// Names and texts of the groups, if it matches the whole text.
    fn capture<'t>(&self, text: &'t str) -> Option<Vec<(&str, Option<&'t str>)>> {
        let mut found = self.0.create_captures();
        self.0
            .search_captures(&Input::new(text).anchored(Anchored::Yes), &mut found);
        if !found.is_match() {
            return None;
        }
        let names = self
            .0
            .group_info()
            .pattern_names(regex_automata::PatternID::ZERO)
            .enumerate()
            .filter_map(|(index, name)| Some((index, name?)));
        Some(
            names
                .map(|(index, name)| {
                    let part = found.get_group(index).and_then(|span| text.get(span.range()));
                    (name, part)
                })
                .collect(),
        )
    }
}

/// Does something with the compiled pattern of a text; compiles it where it came with the input.
fn with_regex<T>(machine: &mut Machine<'_>, id: OpId, text: &str, run: impl FnOnce(&Regex) -> T) -> Eval<T> {
    if let Some(regex) = machine.plan.patterns.get(text) {
        return Ok(run(regex));
    }
    if !machine.patterns.contains_key(text) {
        match Regex::new(text) {
            Ok(regex) => machine.patterns.insert(text.into(), regex),
            Err(_) => return Err(machine.fail(Reason::Operand("expected a `regex` here"), id)),
        };
    }
    match machine.patterns.get(text) {
        Some(regex) => Ok(run(regex)),
        None => Err(machine.fail(Reason::Internal("a pattern is missing"), id)),
    }
}

/// The text of a pattern: a literal, or a value of its type.
fn pattern_text<'m>(
    machine: &mut Machine<'m>,
    id: OpId,
    value: Value,
    kind: Opaque,
) -> Eval<alloc::borrow::Cow<'m, str>> {
    match machine.world.opaque_apart(value) {
        Some((opaque, text)) if opaque == kind => Ok(text),
        _ => text(machine, id, value),
    }
}

/// `text matches pattern`
pub(crate) fn matches(machine: &mut Machine<'_>, id: OpId, value: Value, pattern: Value) -> Eval<Value> {
    let pattern = pattern_text(machine, id, pattern, Opaque::Regex)?;
    let value = text(machine, id, value)?;
    with_regex(machine, id, &pattern, |regex| regex.matches(&value)).map(Value::Bool)
}

/// `text like pattern`
pub(crate) fn like(machine: &mut Machine<'_>, id: OpId, value: Value, pattern: Value) -> Eval<Value> {
    let pattern = pattern_text(machine, id, pattern, Opaque::Glob)?;
    let value = text(machine, id, value)?;
    Ok(Value::Bool(pattern::glob(&pattern, &value)))
}

/// The groups as a record, ordered by name; absent where the pattern does not match.
pub(super) fn capture(machine: &mut Machine<'_>, id: OpId, value: Value, pattern: Value) -> Eval<Value> {
    let pattern = text(machine, id, pattern)?;
    let value = text(machine, id, value)?;
    let found = with_regex(machine, id, &pattern, |regex| {
        regex.capture(&value).map(|groups| {
            let owned = |(name, part): (&str, Option<&str>)| (name.to_string(), part.map(String::from));
            groups.into_iter().map(owned).collect::<Vec<_>>()
        })
    })?;
    let Some(mut groups) = found else {
        return Ok(Value::Null);
    };
    groups.sort();
    let mut members = Vec::with_capacity(groups.len().saturating_mul(2));
    for (name, part) in groups {
        members.push(machine.make_text(&name, id)?);
        members.push(match part {
            Some(part) => machine.make_text(&part, id)?,
            None => Value::Null,
        });
    }
    machine.make_run(&members, id).map(Value::Map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_text_is_matched() {
        let matches = |pattern: &str, text: &str| Regex::new(pattern).unwrap().matches(text);
        assert!(matches("a|ab", "ab"));
        assert!(!matches("a", "a\n"));
        assert!(!matches("a$", "a\n"));
        assert!(!matches(".*", "a\nb"));
        assert!(matches("(?s).*", "a\nb"));
        assert!(!matches("(?m)^a$", "a\na"));
        assert!(!matches(r"\d", "٣"));
        assert!(matches(r"\W", "ä"));
        assert!(matches(r"\bab\b", "ab"));
        assert!(matches("(?i)straße", "STRAßE"));
        assert!(matches("", ""));
        assert!(!matches("a", "xa"));
        assert!(matches("(?U)a+", "aaa"));
    }

    #[test]
    fn patterns_that_grow_too_large_are_refused() {
        assert!(Regex::new(r"(?:\pL{1000}){1000}").is_err());
        assert!(Regex::new("((a{100}){100}){100}").is_err());
        assert!(Regex::new("[a-z0-9]([-a-z0-9]{0,251}[a-z0-9])?").is_ok());
    }

    #[test]
    fn matching_does_not_backtrack() {
        let text = "a".repeat(50_000);
        assert!(!Regex::new("(a*)*b").unwrap().matches(&text));
        assert!(!Regex::new("(a|aa)+$b").unwrap().matches(&text));
    }
}
