//! Exemptions: findings that are known and accepted. They stay in the decision, marked with the reason,
//! and do not deny. One that has run out holds no longer; the clock is the host's, as the input `now`.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use wardlaw_lang::{Code, ir::Program, opaque::Time, pattern::glob};

use super::{
    matching::{Match, Outcome},
    names::{Elsewhere, RuleNames},
    origins::{At, Mistake},
    subject::Subject,
};
use crate::{
    decision::{Effect, Exempt, Raw, canonical},
    engine::ExemptionInfo,
};

/// An accepted violation. It holds where each dimension that is stated is present in the request and
/// matches; lists are any-of, `*` is any run of characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exemption {
    /// Which rules: full names, others' ids, or patterns of either (`k8s.pod_security.*`).
    pub rules: Vec<String>,
    /// Namespaces of the object; empty for all.
    pub namespaces: Vec<String>,
    /// Names of the object; empty for all.
    pub names: Vec<String>,
    /// Kinds of the object; empty for all.
    pub kinds: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds (`2027-01-31`, in UTC), or the last moment.
    pub expires: Option<String>,
}

impl Exemption {
    /// The last moment at which it holds; an error where that is no day and no time.
    fn until(&self) -> Result<Option<Time>, ()> {
        let Some(text) = &self.expires else {
            return Ok(None);
        };
        Time::parse(text)
            .or_else(|| Time::parse(&format!("{text}T23:59:59.999999999Z")))
            .map(Some)
            .ok_or(())
    }

    fn sorted(mut self) -> Self {
        for list in [
            &mut self.rules,
            &mut self.namespaces,
            &mut self.names,
            &mut self.kinds,
        ] {
            list.sort_unstable();
            list.dedup();
        }
        self
    }

    fn matching(&self) -> Match {
        Match {
            kinds: self.kinds.clone(),
            namespaces: self.namespaces.clone(),
            names: self.names.clone(),
            ..Match::default()
        }
    }
}

/// An exemption, ready to be asked.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) exemption: Exemption,
    until: Option<Time>,
    matching: Match,
    /// Rules, by index.
    pub(crate) rules: BTreeSet<u32>,
    /// Packages whose `default` finding it names, by index.
    pub(crate) defaults: BTreeSet<u32>,
    mark: Exempt,
}

impl Ready {
    /// Of an exemption whose lists are in order; none where it ends on no day.
    pub(crate) fn new(
        exemption: Exemption,
        position: usize,
        rules: BTreeSet<u32>,
        defaults: BTreeSet<u32>,
    ) -> Option<Self> {
        Some(Self {
            until: exemption.until().ok()?,
            matching: exemption.matching(),
            rules,
            defaults,
            mark: Exempt {
                reason: exemption.reason.clone(),
                owner: exemption.owner.clone(),
                expires: exemption.expires.clone(),
                position,
            },
            exemption,
        })
    }

    /// How many exemptions were given before it.
    pub(crate) fn position(&self) -> usize {
        self.mark.position
    }

    /// Whether it is in force at that time; where no time is known, one that expires is not.
    pub(crate) fn lasts(&self, now: Option<Time>) -> bool {
        self.until.is_none_or(|until| now.is_some_and(|now| now <= until))
    }

    /// Whether it holds for a request.
    pub(super) fn holds(&self, subject: &Subject, now: Option<Time>) -> bool {
        self.lasts(now) && self.matching.of(subject) == Outcome::Matches
    }

    /// Marks a finding that it covers; whether it does.
    pub(super) fn mark(&self, raw: &mut Raw) -> bool {
        let covers = match (raw.rule, raw.finding.effect) {
            (_, Effect::Allow) => false,
            (Some(rule), _) => self.rules.contains(&rule),
            // Of no rule: what a package says where nothing allows, not an error.
            (None, Effect::Deny) => self.defaults.contains(&raw.package),
            (None, _) => false,
        };
        if covers {
            raw.finding.exempt = Some(self.mark.clone());
        }
        covers
    }

    /// What is known of it.
    pub(crate) fn info(&self, now: Option<Time>) -> ExemptionInfo<'_> {
        ExemptionInfo {
            exemption: &self.exemption,
            position: self.mark.position,
            expired: !self.lasts(now),
            names_some: !self.rules.is_empty() || !self.defaults.is_empty(),
        }
    }
}

/// The exemptions, those that last longest first. What is wrong goes to `wrong`.
pub(super) fn resolve<'e>(
    exemptions: &[Exemption],
    program: &Program,
    rules: &[RuleNames],
    elsewhere: &dyn Fn() -> &'e Elsewhere,
    wrong: &mut Vec<Mistake>,
) -> Vec<Ready> {
    let mut ready: Vec<Ready> = Vec::new();
    let mut stated: BTreeMap<[Vec<String>; 4], usize> = BTreeMap::new();
    for (position, exemption) in exemptions.iter().enumerate() {
        let index = position.to_string();
        let exemption = exemption.clone().sorted();
        for (nth, pattern) in exemptions
            .get(position)
            .map_or(&[][..], |exemption| &exemption.rules)
            .iter()
            .enumerate()
        {
            let known =
                rules.iter().any(|rule| rule.fits(pattern)) || defaults(program, pattern).next().is_some();
            if known {
                continue;
            }
            let known = elsewhere();
            if !known.has_rule(pattern) {
                let at = At::value(&["exempt", &index, "rule", &nth.to_string()]);
                let message = if pattern.contains('*') {
                    format!("no rule is called like `{pattern}`")
                } else {
                    format!("there is no rule `{pattern}`")
                };
                let help = if known.has_package(pattern) {
                    format!("it is a package: write `{pattern}.*`")
                } else {
                    "`ward rules` lists the rules in force".to_owned()
                };
                let near = known.nearest_rule(pattern, rules);
                wrong.push(Mistake::new(Code::UnknownRule, at, pattern, message).with_nearest(near, help));
            }
        }
        if let Some(mistake) = incomplete(&exemption, &index) {
            wrong.push(mistake);
        }
        if exemption.until().is_err() {
            let expires = exemption.expires.as_deref().unwrap_or("");
            let message = format!("`{expires}` is no day and no time");
            let at = At::value(&["exempt", &index, "expires"]);
            wrong.push(
                Mistake::new(Code::BadExemption, at, expires, message)
                    .with_help("write the last day on which it holds: `2027-01-31`"),
            );
            continue;
        }
        let same = [
            exemption.rules.clone(),
            exemption.namespaces.clone(),
            exemption.names.clone(),
            exemption.kinds.clone(),
        ];
        if let Some(other) = stated.insert(same, position) {
            let message = "this is exempt already, by an entry that says the same of it";
            let at = At::value(&["exempt", &index]);
            let first = At::value(&["exempt", &other.to_string()]);
            wrong.push(
                Mistake::new(Code::Contradiction, at, exemption.rules.join(", "), message)
                    .beside(first, "the other entry")
                    .with_help("keep one: it cannot be told which reason and which day count"),
            );
        }
        let fits = |rule: &&RuleNames| exemption.rules.iter().any(|pattern| rule.fits(pattern));
        let named = (0_u32..)
            .zip(rules)
            .filter(|(_, rule)| fits(rule))
            .map(|(index, _)| index)
            .collect();
        let patterns = exemption.rules.iter();
        let defaults = patterns.flat_map(|pattern| defaults(program, pattern)).collect();
        ready.extend(Ready::new(exemption, position, named, defaults));
    }
    // A finding is marked by the one that lasts longest; none of the host's order is left.
    ready.sort_by(|a, b| {
        let longest = |ready: &Ready| (ready.until.is_some(), core::cmp::Reverse(ready.until));
        (longest(a), &a.exemption).cmp(&(longest(b), &b.exemption))
    });
    ready
}

fn incomplete(exemption: &Exemption, index: &str) -> Option<Mistake> {
    let at = At::value(&["exempt", index]);
    let mistake = |message| Mistake::new(Code::BadExemption, at, exemption.rules.join(", "), message);
    if exemption.rules.is_empty() {
        return Some(
            mistake("an exemption of no rule").with_help("say which: `rule = \"k8s.pod_security.*\"`"),
        );
    }
    exemption
        .reason
        .trim()
        .is_empty()
        .then(|| mistake("an exemption without a reason").with_help("say why: `reason = \"…\"`"))
}

/// The packages in force whose `default` finding a pattern names.
fn defaults(program: &Program, pattern: &str) -> impl Iterator<Item = u32> {
    (0_u32..)
        .zip(&program.packages)
        .filter(move |(_, package)| {
            let named = |path: &str| glob(pattern, &format!("{path}.default"));
            package.selected
                && package.default_deny
                && (named(&package.path) || package.instance_of.as_deref().is_some_and(named))
        })
        .map(|(index, _)| index)
}

/// An exemption as a line, for the digest of the policy.
pub(super) fn line(exemption: &Exemption) -> String {
    let exemption = exemption.clone().sorted();
    let value = serde_json::json!({
        "rules": exemption.rules,
        "namespaces": exemption.namespaces,
        "names": exemption.names,
        "kinds": exemption.kinds,
        "reason": exemption.reason,
        "owner": exemption.owner,
        "expires": exemption.expires,
    });
    format!("exempt {}", canonical(&value))
}
