//! Levels: how the findings of a package or of a rule count. What is said of a rule stands before what
//! is said of its package, and of packages the longest path; an instance's own name before its package's.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use wardlaw_lang::{Code, package::below};

use super::{
    names::{Elsewhere, RuleNames},
    origins::{At, Mistake},
};
use crate::decision::Level;

/// The level of each rule, where one is stated. What is wrong goes to `wrong`.
pub(super) fn resolve<'e>(
    levels: &BTreeMap<String, Level>,
    rules: &[RuleNames],
    elsewhere: &dyn Fn() -> &'e Elsewhere,
    wrong: &mut Vec<Mistake>,
) -> Vec<Option<Level>> {
    for (name, level) in levels {
        let at = At::key(&["levels", name]);
        let mut named = rules.iter().filter(|rule| names_rule(name, rule)).peekable();
        if named.peek().is_some() {
            if let Some(rule) = named.find(|rule| rule.allows && *level != Level::Deny) {
                let message = format!("`{}` allows: its level cannot be `{}`", rule.full, level.name());
                let mistake = Mistake::new(Code::BadLevel, at, name, message);
                wrong.push(mistake.with_help("leave it out, or change the policy"));
            }
        } else if !rules.iter().any(|rule| names_package(name, rule).is_some()) {
            let known = elsewhere();
            if let Some(package) = name
                .strip_suffix(".default")
                .filter(|path| known.has_package(path))
            {
                let message =
                    format!("`{name}` is what `{package}` says where nothing allows: it has no level");
                let mistake = Mistake::new(Code::BadLevel, at, name, message);
                wrong.push(mistake.with_help("an exemption can accept it"));
            } else if name.contains('*') {
                let mistake = Mistake::new(Code::BadLevel, at, name, "a level is of one rule or package");
                wrong.push(mistake.with_help("write the path of a package: it stands for all its rules"));
            } else if !known.has_package(name) && !known.has_rule(name) {
                let message = format!("there is no rule or package `{name}`");
                let near = known.nearest(name, rules);
                wrong.push(
                    Mistake::new(Code::UnknownRule, at, name, message)
                        .with_nearest(near, "`ward rules` lists the rules in force"),
                );
            }
        }
    }
    rules.iter().map(|rule| level_of(levels, rule, wrong)).collect()
}

fn level_of(levels: &BTreeMap<String, Level>, rule: &RuleNames, wrong: &mut Vec<Mistake>) -> Option<Level> {
    if rule.origin.is_some()
        && let Some(level) = levels.get(&rule.full)
    {
        return Some(*level);
    }
    let mut stated = levels.iter().filter(|(name, _)| names_rule(name, rule));
    if let Some((first, level)) = stated.next() {
        for (other, _) in stated.filter(|(_, other)| *other != level) {
            let message = format!("`{first}` and `{other}` are one rule, and have two levels");
            let mistake = Mistake::new(Code::Contradiction, At::key(&["levels", other]), other, message);
            wrong.push(
                mistake
                    .beside(At::key(&["levels", first]), "the other level")
                    .with_help("leave one out"),
            );
        }
        return Some(*level);
    }
    if rule.allows {
        return None;
    }
    levels
        .iter()
        .filter_map(|(name, level)| Some((names_package(name, rule)?, level)))
        .max_by_key(|(rank, _)| *rank)
        .map(|(_, level)| *level)
}

/// Whether the name is the rule's, or its package's rule's, or another's id for it.
fn names_rule(name: &str, rule: &RuleNames) -> bool {
    rule.full == name
        || rule.origin.as_deref() == Some(name)
        || rule.aliases.iter().any(|alias| alias == name)
}

/// Whether the name is a path at or above the rule's package; the more so, the longer it is.
fn names_package(name: &str, rule: &RuleNames) -> Option<(bool, usize)> {
    if below(&rule.package, name) {
        return Some((true, name.len()));
    }
    let origin = rule.origin_package.as_deref()?;
    below(origin, name).then_some((false, name.len()))
}

/// The levels as lines, for the digest of the policy.
pub(super) fn lines(levels: &BTreeMap<String, Level>) -> impl Iterator<Item = String> {
    levels
        .iter()
        .map(|(name, level)| format!("level {name} {}", level.name()))
}
