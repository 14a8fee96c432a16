//! What a `default deny` package says where nothing allows: the same in every decision, so it is prepared.

use alloc::{
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

use wardlaw_lang::ir::EffectKind;

use super::Plan;

/// The finding of a `default deny` package.
#[derive(Clone, Debug)]
pub(crate) struct Denial {
    /// Its name, as that of a rule.
    pub(crate) rule: Arc<str>,
    pub(crate) message: String,
}

/// Of each package, if it is in force and denies by default.
pub(super) fn of_packages(plan: &Plan) -> Vec<Option<Denial>> {
    (0_u32..)
        .zip(&plan.packages)
        .map(|(index, package)| {
            (package.selected && package.default_deny).then(|| Denial {
                rule: format!("{}.default", package.path).into(),
                message: message(plan, index),
            })
        })
        .collect()
}

fn message(plan: &Plan, package: u32) -> String {
    let allowing = plan
        .rules
        .iter()
        .filter(|rule| rule.package == package && rule.effect.kind == EffectKind::Allow);
    let short = |name: &str| format!("`{}`", name.rsplit('.').next().unwrap_or(""));
    let names: Vec<String> = allowing.map(|rule| short(&rule.name)).collect();
    match names.as_slice() {
        [] => "the package has no rule that allows".to_string(),
        [one] => format!("nothing allows this: {one} does not hold"),
        many => format!("nothing allows this: none of {} holds", many.join(", ")),
    }
}
