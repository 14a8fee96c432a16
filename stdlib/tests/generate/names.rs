//! Names: every type has one full name, and the short one belongs to the type that people mean by it.

use super::model::{Model, OBJECT, Short};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Groups by how much they are used, for short names that several claim; the others follow.
const GROUPS: [&str; 9] = [
    "core",
    "apps",
    "batch",
    "networking",
    "rbac",
    "policy",
    "autoscaling",
    "storage",
    "admissionregistration",
];

/// Every name, full or short, with the full name of its type.
pub(crate) fn assign(model: &Model) -> BTreeMap<String, String> {
    let mut claims: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    names.insert(OBJECT.to_owned(), OBJECT.to_owned());
    for (full, record) in &model.records {
        names.insert(full.clone(), full.clone());
        let last = full.rsplit('.').next().unwrap_or(full);
        match record.short {
            Short::Last => claims.entry(last).or_default().push(full),
            Short::None => {}
            Short::Is(short) => assert_eq!(
                names.insert(short.to_owned(), full.clone()),
                None,
                "`{short}` twice"
            ),
        }
    }
    for (short, types) in claims {
        let best = types.into_iter().min_by_key(|full| {
            let kind = model
                .records
                .get(*full)
                .is_some_and(|record| record.gvk.is_some());
            let (label, version) = label_and_version(full);
            let group = GROUPS
                .iter()
                .position(|group| *group == label)
                .unwrap_or(GROUPS.len());
            // A kind before a part, the core before other groups, stable before beta, the newest version.
            (
                !kind,
                label != "core",
                stability(version),
                group,
                Reverse(version.to_owned()),
                (*full).to_owned(),
            )
        });
        let best = best.expect("a claim").to_owned();
        let before = names.insert(short.to_owned(), best.clone());
        assert!(before.is_none_or(|before| before == best), "`{short}` twice");
    }
    names
}

fn label_and_version(full: &str) -> (&str, &str) {
    let mut parts = full.split('.');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

fn stability(version: &str) -> u8 {
    match () {
        () if version.contains("alpha") => 2,
        () if version.contains("beta") => 1,
        () => 0,
    }
}
