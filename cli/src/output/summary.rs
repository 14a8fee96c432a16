//! What was done, on standard error: rules and documents, how many were denied, and everything that
//! was left out, so that silence is never mistaken for a pass.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use wardlaw::{Decision, Finding};

use super::{escape, style::Style};

/// Names that are listed before "and … more".
const LISTED: usize = 10;

/// What came of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It denies.
    Denied,
    /// It allows, with warnings.
    Warned,
    /// It allows.
    Passed,
}

impl Verdict {
    /// Of a decision.
    pub(crate) fn of(decision: &Decision) -> Self {
        match decision.allowed {
            false => Self::Denied,
            true if decision.findings.iter().any(Finding::warns) => Self::Warned,
            true => Self::Passed,
        }
    }
}

/// Counts over many documents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// What came of the audit rules, where there are some.
    pub(crate) audit: Option<Verdict>,
    /// Documents decided.
    pub(crate) decided: usize,
    /// Of these, denied.
    pub(crate) denied: usize,
    /// Of these, allowed with warnings.
    pub(crate) warned: usize,
    /// Documents and files that could not be read.
    pub(crate) failed: usize,
    /// Documents without apiVersion and kind, left out.
    pub(crate) other: usize,
    /// Files without a document, left out.
    pub(crate) empty: usize,
    /// Helm templates left out, by chart.
    pub(crate) templates: BTreeMap<String, usize>,
    /// Objects that no rule could look at, by apiVersion and kind.
    pub(crate) uncovered: BTreeMap<String, usize>,
    /// Findings that are exempt.
    pub(crate) exempt: usize,
    /// Which exemptions had an effect.
    pub(crate) exemptions: BTreeSet<usize>,
    /// By package: documents that its match left out.
    pub(crate) left_out: BTreeMap<String, LeftOut>,
}

/// Documents that a match left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// How many.
    pub(crate) documents: usize,
    /// Of these, those that do not state something that it asks for.
    pub(crate) absent: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Counts what is exempt in a decision.
    pub(crate) fn add_exempt(&mut self, decision: &Decision) {
        let exempt = decision
            .findings
            .iter()
            .filter_map(|finding| finding.exempt.as_ref());
        for exempt in exempt {
            self.exempt += 1;
            self.exemptions.insert(exempt.position);
        }
    }

    /// Adds another tally to this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.audit = self.audit.or(other.audit);
        self.decided += other.decided;
        self.denied += other.denied;
        self.warned += other.warned;
        self.failed += other.failed;
        self.other += other.other;
        self.empty += other.empty;
        for (name, count) in other.templates {
            *self.templates.entry(name).or_default() += count;
        }
        for (name, count) in other.uncovered {
            *self.uncovered.entry(name).or_default() += count;
        }
        self.exempt += other.exempt;
        self.exemptions.extend(other.exemptions);
        for (package, more) in other.left_out {
            let left_out = self.left_out.entry(package).or_default();
            left_out.documents += more.documents;
            for (dimension, count) in more.absent {
                *left_out.absent.entry(dimension).or_default() += count;
            }
        }
    }
}

/// What the summary tells.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    /// Rules in force that decide about documents.
    pub(crate) rules: usize,
    /// Rules in force that decide about data alone.
    pub(crate) audits: usize,
    /// Whether data are given, so that these decide about more than defaults.
    pub(crate) data_given: bool,
    /// What was selected.
    pub(crate) policy: String,
    /// Whether nothing was selected, so that the default is in force.
    pub(crate) by_default: bool,
    /// Whether only the library's rules are in force: of the user's own it is not known what they look at.
    pub(crate) library_only: bool,
    /// The file of settings.
    pub(crate) settings: Option<&'a str>,
    /// Exemptions without effect: what is to be said of each.
    pub(crate) idle: &'a [String],
    /// Counts.
    pub(crate) tally: &'a Tally,
    /// Symlinked folders left out.
    pub(crate) symlinks: &'a [String],
    /// Objects found in several places: what and where.
    pub(crate) duplicates: &'a [String],
}

/// The summary, a line a fact.
pub(crate) fn write(summary: &Summary<'_>, style: Style) -> String {
    let tally = summary.tally;
    let mut out = String::new();
    let passed = tally.decided.saturating_sub(tally.denied + tally.warned);
    let mut verdicts = Vec::new();
    if tally.denied > 0 {
        verdicts.push(style.alarm(&format!("{} denied", tally.denied)).into_owned());
    }
    if tally.warned > 0 {
        verdicts.push(style.caution(&format!("{} warned", tally.warned)).into_owned());
    }
    if tally.failed > 0 {
        verdicts.push(style.alarm(&format!("{} unreadable", tally.failed)).into_owned());
    }
    if passed > 0 || verdicts.is_empty() {
        verdicts.push(style.good(&format!("{passed} passed")).into_owned());
    }
    if summary.rules > 0 {
        let _ = writeln!(
            out,
            "{} × {}: {}",
            count(summary.rules, "rule"),
            count(tally.decided, "document"),
            verdicts.join(", ")
        );
    }
    if let Some(verdict) = tally.audit {
        let verdict = match verdict {
            Verdict::Denied => style.alarm("denied"),
            Verdict::Warned => style.caution("warned"),
            Verdict::Passed => style.good("passed"),
        };
        let audits = count(summary.audits, "audit rule");
        let defaults = if summary.data_given {
            ""
        } else {
            " (no data are given: on the defaults)"
        };
        let _ = writeln!(out, "{audits}: {verdict}{defaults}");
    }
    let policy = escape::line(&summary.policy);
    if summary.by_default {
        let _ = writeln!(out, "policy: {policy} (the default; choose with `-p`)");
    } else {
        let _ = writeln!(out, "policy: {policy}");
    }
    if let Some(settings) = summary.settings {
        let _ = writeln!(out, "settings: {}", escape::line(settings));
    }
    write_exempt(&mut out, summary);
    write_left_out(&mut out, tally);
    let mut skipped = Vec::new();
    if tally.other > 0 {
        skipped.push(format!(
            "{} without apiVersion and kind",
            count(tally.other, "document")
        ));
    }
    if tally.empty > 0 {
        skipped.push(format!("{} without a document", count(tally.empty, "file")));
    }
    if !summary.symlinks.is_empty() {
        skipped.push(format!(
            "{} ({})",
            count(summary.symlinks.len(), "symlinked folder"),
            list(
                summary.symlinks.iter().map(String::as_str),
                summary.symlinks.len()
            )
        ));
    }
    if !skipped.is_empty() {
        let _ = writeln!(out, "skipped: {}", skipped.join(", "));
    }
    for (chart, templates) in &tally.templates {
        let chart = escape::line(chart);
        let _ = writeln!(
            out,
            "skipped: {} of `{chart}`; render with `helm template {chart} | ward check -`",
            count(*templates, "Helm template")
        );
    }
    if !tally.uncovered.is_empty() {
        let label = if summary.library_only {
            "not covered"
        } else {
            "not covered by the library"
        };
        let names: Vec<String> = tally
            .uncovered
            .iter()
            .map(|(name, count)| format!("{name} ({count})"))
            .collect();
        let names = list(names.iter().map(String::as_str), names.len());
        let _ = writeln!(out, "{label}: {names}");
    }
    for duplicate in summary.duplicates.iter().take(LISTED) {
        let _ = writeln!(out, "duplicate: {}", escape::line(duplicate));
    }
    if let Some(more) = more(summary.duplicates.len()) {
        let _ = writeln!(out, "duplicate: {more}");
    }
    out
}

/// What was exempt, and exemptions that had no effect.
fn write_exempt(out: &mut String, summary: &Summary<'_>) {
    if summary.tally.exempt > 0 {
        let _ = writeln!(out, "exempt: {}", count(summary.tally.exempt, "finding"));
    }
    for idle in summary.idle.iter().take(LISTED) {
        let _ = writeln!(out, "exemption: {}", escape::line(idle));
    }
    if let Some(more) = more(summary.idle.len()) {
        let _ = writeln!(out, "exemption: {more}");
    }
}

/// What matches left out, and what documents do not state of what they ask for.
fn write_left_out(out: &mut String, tally: &Tally) {
    for (package, left_out) in tally.left_out.iter().take(LISTED) {
        let absent: Vec<String> = left_out
            .absent
            .iter()
            .map(|(dimension, documents)| format!("{documents} of them for want of a {dimension}"))
            .collect();
        let absent = if absent.is_empty() {
            String::new()
        } else {
            format!(", {}", absent.join(", "))
        };
        let _ = writeln!(
            out,
            "match: {} left out {} of {}{absent}",
            escape::line(package),
            left_out.documents,
            count(tally.decided, "document")
        );
    }
    if let Some(more) = more(tally.left_out.len()) {
        let _ = writeln!(out, "match: {more}");
    }
}

/// `1 rule`, `2 rules`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>, length: usize) -> String {
    let mut names: Vec<String> = names
        .take(LISTED)
        .map(|name| escape::line(name).into_owned())
        .collect();
    names.extend(more(length));
    names.join(", ")
}

fn more(length: usize) -> Option<String> {
    (length > LISTED).then(|| format!("and {} more", length - LISTED))
}

#[cfg(test)]
mod tests {
    use super::{Style, Summary, Tally, write};

    #[test]
    fn tells_what_was_done_and_what_was_left_out() {
        let mut tally = Tally {
            decided: 3,
            denied: 1,
            other: 2,
            empty: 1,
            ..Tally::default()
        };
        tally.templates.insert("charts/web".to_owned(), 4);
        tally.uncovered.insert("acme.io/v1 Widget".to_owned(), 3);
        tally.exempt = 2;
        let left_out = tally.left_out.entry("acme.team".to_owned()).or_default();
        left_out.documents = 2;
        left_out.absent.insert("namespace", 1);
        let summary = Summary {
            rules: 1,
            audits: 0,
            data_given: false,
            policy: "pss-baseline".to_owned(),
            by_default: true,
            library_only: true,
            settings: Some("ward.toml"),
            idle: &["`a.b` matched nothing (ward.toml:3)".to_owned()],
            tally: &tally,
            symlinks: &[],
            duplicates: &["v1 Pod a/b: x.yaml, y.yaml".to_owned()],
        };
        let want = "\
1 rule × 3 documents: 1 denied, 2 passed
policy: pss-baseline (the default; choose with `-p`)
settings: ward.toml
exempt: 2 findings
exemption: `a.b` matched nothing (ward.toml:3)
match: acme.team left out 2 of 3 documents, 1 of them for want of a namespace
skipped: 2 documents without apiVersion and kind, 1 file without a document
skipped: 4 Helm templates of `charts/web`; render with `helm template charts/web | ward check -`
not covered: acme.io/v1 Widget (3)
duplicate: v1 Pod a/b: x.yaml, y.yaml
";
        assert_eq!(write(&summary, Style::default()), want);
    }
}
