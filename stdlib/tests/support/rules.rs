//! The rules of the library as their files describe them, read from the text: documentation and annotations.

use wardlaw_stdlib::library;

/// A rule and what stands above it.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// Package and name.
    pub(crate) full_name: String,
    /// The package.
    pub(crate) package: &'static str,
    /// The file it lies in.
    pub(crate) file: &'static str,
    /// First line of its documentation.
    pub(crate) title: String,
    /// The other lines of its documentation.
    pub(crate) doc: Vec<String>,
    /// Argument of `@severity`.
    pub(crate) severity: String,
    /// Text of the arguments of `@controls`.
    pub(crate) controls: String,
    /// Arguments of `@aliases`.
    pub(crate) aliases: Vec<String>,
}

impl Rule {
    /// The Pod Security control that the rule belongs to: its alias `pss:…`.
    pub(crate) fn control(&self) -> Option<&str> {
        self.aliases.iter().find_map(|alias| alias.strip_prefix("pss:"))
    }
}

/// All rules of the library, by package and file.
pub(crate) fn rules() -> Vec<Rule> {
    let mut rules = Vec::new();
    for package in library().packages() {
        for file in package.files {
            let lines: Vec<&str> = file.text.lines().collect();
            for (index, line) in lines.iter().enumerate() {
                let Some(name) = line.strip_prefix("rule ").and_then(|rest| rest.split(' ').next()) else {
                    continue;
                };
                // What stands above the rule reaches up to the nearest empty line.
                let above = lines[..index]
                    .iter()
                    .rposition(|line| line.is_empty())
                    .map_or(0, |at| at + 1);
                let header = &lines[above..index];
                let mut doc = header
                    .iter()
                    .filter_map(|line| line.strip_prefix("///"))
                    .map(|line| line.trim().to_owned());
                let title = doc.next().unwrap_or_default();
                let doc = doc.collect();
                let annotations = header
                    .iter()
                    .filter(|line| !line.starts_with("///"))
                    .copied()
                    .collect::<String>();
                rules.push(Rule {
                    full_name: format!("{}.{name}", package.path),
                    package: package.path,
                    file: file.name,
                    title,
                    doc,
                    severity: arguments(&annotations, "severity").join(","),
                    controls: arguments_text(&annotations, "controls").to_owned(),
                    aliases: arguments(&annotations, "aliases"),
                });
            }
        }
    }
    rules
}

/// What stands between the parentheses of an annotation.
fn arguments_text<'t>(annotations: &'t str, name: &str) -> &'t str {
    annotations
        .split_once(&format!("@{name}("))
        .and_then(|(_, rest)| rest.split_once(')'))
        .map_or("", |(inside, _)| inside)
}

/// The quoted arguments of an annotation.
fn arguments(annotations: &str, name: &str) -> Vec<String> {
    arguments_text(annotations, name)
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}
