//! `--format human`: on a terminal each finding with the line of the manifest it is about and the
//! mend; in a pipe one line a finding, `file:line:column: deny rule: message`.

use std::fmt::Write as _;

use serde_json::Value;

use super::{
    Entry, Outcome, Problem, escape,
    snippet::{Mark, Snippet, gutter},
    style::Style,
};
use crate::engine::{Effect, Exempt, Finding, Level, Location, PatchOperation, RuleInfo};

/// How much is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// With lines of the manifest, for a person.
    pub(crate) full: bool,
    /// Colours.
    pub(crate) style: Style,
}

/// All findings of one object, by line.
pub(crate) fn entry(out: &mut String, entry: &Entry<'_>, layout: Layout) {
    match entry.outcome {
        Outcome::Failed(problem) if layout.full => full_problem(out, entry, problem, layout.style),
        Outcome::Failed(problem) => plain_problem(out, entry, problem, layout.style),
        Outcome::Decided(decision) => {
            let findings = decision.findings.iter();
            let findings = findings.filter(|finding| finding.effect != Effect::Allow);
            self::findings(out, entry, findings.collect(), layout);
        }
    }
}

/// Findings of one file, by line.
pub(super) fn findings(out: &mut String, entry: &Entry<'_>, mut findings: Vec<&Finding>, layout: Layout) {
    // Stable: findings of one place keep the order of the contract.
    findings.sort_by_key(|finding| location(entry, finding).map(|at| (at.line, at.column)));
    if layout.full {
        for group in findings.chunk_by(|a, b| same_place(entry, a, b)) {
            full_findings(out, entry, group, layout.style);
        }
    } else {
        for finding in findings {
            plain_finding(out, entry, finding, layout.style);
        }
    }
}

/// Whether two findings are shown with the lines of one place. A field that is missing lies where its
/// nearest ancestor does, so that all that is missing there is told together.
fn same_place(entry: &Entry<'_>, a: &Finding, b: &Finding) -> bool {
    let at = location(entry, a);
    at == location(entry, b) && a.within == b.within && (at.is_some() || a.path == b.path)
}

/// Where a finding lies in the file of the entry.
fn location(entry: &Entry<'_>, finding: &Finding) -> Option<Location> {
    entry.here(finding.within.as_deref(), finding.location)
}

fn plain_finding(out: &mut String, entry: &Entry<'_>, finding: &Finding, style: Style) {
    let place = place(
        entry,
        location(entry, finding)
            .map(|at| (at.line, at.column))
            .or(entry.start),
    );
    let effect = paint(finding, label(finding), style);
    let rule = escape::line(&finding.rule);
    let exempt = finding.exempt.as_ref();
    let exempt = exempt.map_or_else(String::new, |exempt| {
        format!(" ({})", escape::line(&exempt.reason))
    });
    let _ = writeln!(out, "{place}: {effect} {rule}: {}{exempt}", message(finding));
}

/// What a finding counts as.
fn label(finding: &Finding) -> &'static str {
    match (finding.effect, &finding.exempt) {
        (_, Some(_)) => "exempt",
        (Effect::Error | Effect::Allow, None) => finding.effect.name(),
        (Effect::Deny | Effect::Warn, None) => finding.level.name(),
    }
}

/// The message on one line. That of an error names types only, so the path stands before it: what is missing has no
/// line of its own.
fn message(finding: &Finding) -> String {
    let message = escape::line(&finding.message);
    if finding.effect == Effect::Error && !finding.path.is_empty() {
        format!("`{}`: {message}", escape::line(&finding.path))
    } else {
        message.into_owned()
    }
}

fn plain_problem(out: &mut String, entry: &Entry<'_>, problem: &Problem, style: Style) {
    let place = place(entry, problem.place);
    let _ = writeln!(
        out,
        "{place}: {}: {}",
        style.alarm("error"),
        escape::line(&problem.message)
    );
}

/// `file:line:column`, as far as it is known.
fn place(entry: &Entry<'_>, at: Option<(u32, u32)>) -> String {
    let file = escape::line(entry.file.name);
    match at {
        Some((line, column)) => format!("{file}:{line}:{column}"),
        None => file.into_owned(),
    }
}

/// Findings of one place: their messages, the place once, their mends.
fn full_findings(out: &mut String, entry: &Entry<'_>, group: &[&Finding], style: Style) {
    let Some(first) = group.first() else { return };
    // Many rules can meet one error at one place: it is told once, with their names below.
    let mut told: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for finding in group {
        let same = |(other, _): &&mut (&Finding, _)| {
            label(other) == label(finding) && other.message == finding.message
        };
        match told.iter_mut().find(same) {
            Some((_, rules)) => rules.push(&finding.rule),
            None => told.push((finding, Vec::new())),
        }
    }
    for (finding, _) in &told {
        let head = format!("{}[{}]", label(finding), escape::line(&finding.rule));
        let head = paint(finding, &head, style);
        let _ = writeln!(out, "{head}: {}", style.strong(&message(finding)));
    }
    let mut marks: Vec<Mark> = location(entry, first)
        .into_iter()
        .map(|at| mark(at, true))
        .collect();
    for related in group.iter().flat_map(|finding| &finding.related) {
        let further = entry.here(related.within.as_deref(), related.location);
        let further = further.filter(|at| {
            marks
                .iter()
                .all(|mark| (mark.line, mark.start) != (at.line, at.column))
        });
        marks.extend(further.map(|at| mark(at, false)));
    }
    let snippet = Snippet {
        file: entry.file.name,
        gutter: gutter(marks.iter().map(|mark| mark.line).max().unwrap_or(1)),
        arrow: "-->",
        style,
    };
    if marks.is_empty() {
        arrow_alone(out, entry, &snippet, entry.start);
    } else {
        snippet.write(out, &marks, |line| entry.file.line(line));
    }
    if let Some(within) = &first.within {
        let elsewhere = entry.elsewhere(first.within.as_deref(), first.location);
        let elsewhere = elsewhere.map_or_else(String::new, |place| format!(", {place}"));
        snippet.remark(out, "note", &format!("`{}` of {within}{elsewhere}", first.path));
    }
    for related in group.iter().flat_map(|finding| &finding.related) {
        let within = related.within.as_deref();
        if entry.here(within, related.location).is_none() {
            let elsewhere = entry.elsewhere(within, related.location);
            let elsewhere = elsewhere.map_or_else(String::new, |place| format!(", {place}"));
            let within = within.map_or_else(String::new, |within| format!(" of {within}"));
            snippet.remark(out, "note", &format!("see `{}`{within}{elsewhere}", related.path));
        }
    }
    for rules in told
        .iter()
        .map(|(_, rules)| rules)
        .filter(|rules| !rules.is_empty())
    {
        const LISTED: usize = 3;
        let mut text = format!(
            "so says {}",
            rules.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ")
        );
        if rules.len() > LISTED {
            let _ = write!(text, " and {} more", rules.len() - LISTED);
        }
        snippet.remark(out, "note", &text);
    }
    for exempt in group.iter().filter_map(|finding| finding.exempt.as_ref()) {
        snippet.remark(out, "note", &exemption(exempt));
    }
    let mut said: Vec<String> = Vec::new();
    for mend in group.iter().flat_map(|finding| mends(&finding.fix)) {
        if !said.contains(&mend) {
            snippet.remark(out, "help", &mend);
            said.push(mend);
        }
    }
    out.push('\n');
}

fn full_problem(out: &mut String, entry: &Entry<'_>, problem: &Problem, style: Style) {
    let _ = writeln!(
        out,
        "{}: {}",
        style.alarm("error"),
        style.strong(&escape::line(&problem.message))
    );
    let line = problem.place.map_or(1, |(line, _)| line);
    let snippet = Snippet {
        file: entry.file.name,
        gutter: gutter(line),
        arrow: "-->",
        style,
    };
    match problem.place {
        Some((line, column)) if entry.file.line(line).is_some() => {
            let mark = Mark {
                line,
                start: column,
                end: column.saturating_add(1),
                label: String::new(),
                primary: true,
            };
            snippet.write(out, &[mark], |line| entry.file.line(line));
        }
        at => arrow_alone(out, entry, &snippet, at),
    }
    out.push('\n');
}

/// The arrow, where there is no line to show.
fn arrow_alone(out: &mut String, entry: &Entry<'_>, snippet: &Snippet<'_>, at: Option<(u32, u32)>) {
    let gutter = snippet.gutter;
    let arrow = snippet.style.frame(snippet.arrow);
    let _ = writeln!(out, "{:gutter$}{arrow} {}", "", place(entry, at));
}

/// A place as a mark in its first line.
fn mark(at: Location, primary: bool) -> Mark {
    Mark {
        line: at.line,
        start: at.column,
        end: if at.end_line == at.line {
            at.end_column
        } else {
            u32::MAX
        },
        label: String::new(),
        primary,
    }
}

/// A fix in words. A new object of one member only makes room for it: the member is told.
fn mends(fix: &[PatchOperation]) -> Vec<String> {
    let told = |operation: &PatchOperation| {
        let Some(mut value) = operation.value.as_ref() else {
            return format!("remove `{}`", operation.path);
        };
        let mut path = operation.path.clone();
        while let Value::Object(members) = value
            && let (Some((key, member)), 1) = (members.iter().next(), members.len())
        {
            path.push('/');
            path.push_str(&key.replace('~', "~0").replace('/', "~1"));
            value = member;
        }
        let value = shortened(&value.to_string());
        match path.strip_suffix("/-") {
            Some(list) => format!("add `{value}` to `{list}`"),
            None => format!("set `{path}` to `{value}`"),
        }
    };
    fix.iter().map(told).collect()
}

/// Why a finding is exempt, by whom and until when.
fn exemption(exempt: &Exempt) -> String {
    let owner = exempt.owner.as_ref();
    let owner = owner.map_or_else(String::new, |owner| format!(", says {owner}"));
    let expires = exempt.expires.as_ref();
    let expires = expires.map_or_else(String::new, |expires| format!(", until {expires}"));
    format!("exempt: {}{owner}{expires}", exempt.reason)
}

fn shortened(value: &str) -> String {
    const LONGEST: usize = 80;
    if value.chars().nth(LONGEST).is_none() {
        return value.to_owned();
    }
    value.chars().take(LONGEST).chain(['…']).collect()
}

fn paint(finding: &Finding, text: &str, style: Style) -> String {
    let painted = if finding.denies() {
        style.alarm(text)
    } else if finding.warns() {
        style.caution(text)
    } else {
        style.good(text)
    };
    painted.into_owned()
}

/// The rules as a table, a package a block.
pub(crate) fn rules(rules: &[RuleInfo<'_>], style: Style) -> String {
    let mut out = String::new();
    let short = |rule: &RuleInfo<'_>| {
        rule.name
            .strip_prefix(rule.package)
            .and_then(|rest| rest.strip_prefix('.'))
            .unwrap_or(rule.name)
            .to_owned()
    };
    let widest = rules
        .iter()
        .map(|rule| escape::width(&short(rule)))
        .max()
        .unwrap_or(0)
        .min(40);
    for (index, package) in rules.chunk_by(|a, b| a.package == b.package).enumerate() {
        let Some(first) = package.first() else { continue };
        if index > 0 {
            out.push('\n');
        }
        let count = if package.len() == 1 {
            "1 rule".to_owned()
        } else {
            format!("{} rules", package.len())
        };
        let _ = writeln!(out, "{} ({count})", style.strong(&escape::line(first.package)));
        for rule in package {
            let name = short(rule);
            let pad = widest.saturating_sub(escape::width(&name));
            let severity = format!("{:<8}", rule.severity.name());
            let severity = match rule.severity.name() {
                "critical" | "high" => style.alarm(&severity),
                "medium" => style.caution(&severity),
                _ => severity.as_str().into(),
            };
            let level = match (rule.audit, rule.level) {
                (true, Level::Warn) => " (audit, warns)",
                (true, Level::Deny | Level::Off) => " (audit)",
                (false, Level::Warn) => " (warns)",
                (false, Level::Deny | Level::Off) => "",
            };
            let line = format!(
                "  {}{:pad$}  {severity}  {}{level}",
                escape::line(&name),
                "",
                escape::line(rule.title)
            );
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wardlaw::{
        Decision, Engine, Request,
        fix::PatchOp,
        input::{self, ReadLimits},
    };

    use super::{Layout, PatchOperation, Style, entry, mends};
    use crate::output::{Entry, Outcome, Problem, Text, audit::DataFiles};

    const POD: &str = "kind: Pod\nspec:\n  name: \"a\\e[0m\\nb\"\n  privileged: true\n";

    const POLICY: &str = "package a
input pod: { spec: { name: string, privileged: bool } }
rule b {
    when pod.spec.privileged
    deny \"it is privileged\" at pod.spec.privileged
    fix set pod.spec.privileged = false
}
rule c { when pod.spec.privileged deny \"so is `{pod.spec.name}`\" at pod.spec.privileged }
rule a { when pod.spec.privileged warn \"a name\" at pod.spec.name }
";

    fn decision() -> Decision {
        let engine = Engine::builder()
            .source("a.ward", POLICY)
            .build()
            .expect("the policy is right");
        let document = input::read_yaml(POD, &ReadLimits::default()).expect("the pod is right");
        engine.decide(&Request::input("pod", &document))
    }

    fn render(outcome: Outcome<'_>, full: bool) -> String {
        let text = Text::new("pod.yaml", POD);
        let mut out = String::new();
        let of = Entry {
            file: &text,
            document: Some(1),
            item: None,
            object: None,
            start: None,
            outcome,
            data: &DataFiles::default(),
        };
        entry(
            &mut out,
            &of,
            Layout {
                full,
                style: Style::default(),
            },
        );
        out
    }

    #[test]
    fn findings_are_grouped_by_place_with_line_and_mend() {
        let want = "\
warn[a.a]: a name
 --> pod.yaml:3:9
  |
3 |   name: \"a\\e[0m\\nb\"
  |         ^^^^^^^^^^^
  = note: `/spec/name` of pod

deny[a.b]: it is privileged
deny[a.c]: so is `a\\u{1b}[0m\\nb`
 --> pod.yaml:4:15
  |
4 |   privileged: true
  |               ^^^^
  = note: `/spec/privileged` of pod
  = help: set `/spec/privileged` to `false`

";
        assert_eq!(render(Outcome::Decided(&decision()), true), want);
    }

    #[test]
    fn a_pipe_gets_one_line_a_finding() {
        let want = "\
pod.yaml:3:9: warn a.a: a name
pod.yaml:4:15: deny a.b: it is privileged
pod.yaml:4:15: deny a.c: so is `a\\u{1b}[0m\\nb`
";
        assert_eq!(render(Outcome::Decided(&decision()), false), want);
    }

    #[test]
    fn a_problem_shows_its_place() {
        let problem = Problem {
            message: "bad".to_owned(),
            place: Some((2, 5)),
            repeated_key: false,
        };
        assert_eq!(
            render(Outcome::Failed(&problem), false),
            "pod.yaml:2:5: error: bad\n"
        );
        let full = render(Outcome::Failed(&problem), true);
        assert_eq!(
            full,
            "error: bad\n --> pod.yaml:2:5\n  |\n2 | spec:\n  |     ^\n\n"
        );
    }

    #[test]
    fn a_fix_is_told_in_words() {
        let operation = |op, path: &str, value| PatchOperation {
            op,
            path: path.to_owned(),
            value,
        };
        let fix = [
            operation(PatchOp::Add, "/spec/a", Some(json!({ "b/c": { "d": [1] } }))),
            operation(PatchOp::Add, "/spec/e/-", Some(json!("x"))),
            operation(PatchOp::Remove, "/spec/f", None),
        ];
        let want = [
            "set `/spec/a/b~1c/d` to `[1]`",
            "add `\"x\"` to `/spec/e`",
            "remove `/spec/f`",
        ];
        assert_eq!(mends(&fix), want);
    }
}
