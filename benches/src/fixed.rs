//! Fixed pieces of work, to count the instructions of and to look into with a profiler: what a program
//! would do over and over, prepared before.

use std::hint::black_box;

use crate::{
    Failure,
    ward::{self, Pods},
    workload::{apps::app, bindings::cluster, manifests::stream, pods::pods, rules},
};

/// A piece of work that is prepared.
pub type Work = Box<dyn FnMut() -> usize>;

/// Prepares a piece of work.
pub type Prepare = fn() -> Result<Work, Failure>;

/// All of them, by name.
pub const FIXED: &[(&str, Prepare)] = &[
    ("load", load),
    ("policies", policies),
    ("artefact", artefact),
    ("library", library),
    ("checks", checks),
    ("pod", pod),
    ("json", json),
    ("typical", typical),
    ("objects", objects),
    ("yaml", yaml),
    ("rules", many_rules),
    ("bindings", bindings),
    ("github", github),
];

/// The piece of work of that name.
pub fn prepare(name: &str) -> Result<Work, Failure> {
    let known = FIXED.iter().find(|(known, _)| *known == name);
    let (_, prepare) = known.ok_or_else(|| format!("no work is called `{name}`"))?;
    prepare()
}

/// Does it so many times. Callgrind counts from here, so it must be a function of its own.
#[inline(never)]
pub fn counted_work(work: &mut Work, times: usize) -> usize {
    (0..times).map(|_| black_box(work())).sum()
}

/// W6: the Kubernetes library from text.
fn load() -> Result<Work, Failure> {
    let load = || Pods::library("pss-restricted");
    load()?;
    Ok(Box::new(move || {
        load().map_or(0, |pods| pods.engine().rules().count())
    }))
}

/// W2: 100 rules from text.
fn policies() -> Result<Work, Failure> {
    let files = rules::ward(100);
    ward::rules(&files)?;
    Ok(Box::new(move || {
        ward::rules(&files).map_or(0, |engine| engine.rules().count())
    }))
}

/// W2: 100 rules from an artefact.
fn artefact() -> Result<Work, Failure> {
    let bytes = ward::artefact(&rules::ward(100))?;
    ward::from_artefact(&bytes)?;
    Ok(Box::new(move || {
        ward::from_artefact(&bytes).map_or(0, |engine| engine.rules().count())
    }))
}

/// W6: the Kubernetes library from an artefact.
fn library() -> Result<Work, Failure> {
    let bytes = ward::library_artefact("pss-restricted")?;
    ward::from_artefact(&bytes)?;
    Ok(Box::new(move || {
        ward::from_artefact(&bytes).map_or(0, |engine| engine.rules().count())
    }))
}

/// W1, parsed: the 18 checks on the good pod.
fn checks() -> Result<Work, Failure> {
    let pods_of = Pods::checks()?;
    let document = ward::document(&pods().swap_remove(0).json).into_owned();
    Ok(Box::new(move || {
        pods_of.decide(&document, &ward::manifest(&document))
    }))
}

/// W1, parsed: the library's set on the good pod.
fn pod() -> Result<Work, Failure> {
    let pods_of = Pods::library("pss-restricted")?;
    let document = ward::document(&pods().swap_remove(0).json).into_owned();
    Ok(Box::new(move || {
        pods_of.decide(&document, &ward::manifest(&document))
    }))
}

/// W1, from JSON: the library's set on the typical pod.
fn json() -> Result<Work, Failure> {
    let (pods_of, pod) = (Pods::library("pss-restricted")?, pods().swap_remove(1));
    Ok(Box::new(move || {
        let document = ward::document(&pod.json);
        pods_of.decide(&document, &ward::manifest(&document))
    }))
}

/// W1, from JSON: the 18 checks on the typical pod.
fn typical() -> Result<Work, Failure> {
    let (pods_of, pod) = (Pods::checks()?, pods().swap_remove(1));
    Ok(Box::new(move || {
        let document = ward::document(&pod.json);
        pods_of.decide(&document, &ward::manifest(&document))
    }))
}

/// W3: the 18 checks on 100 objects, each from its text.
fn objects() -> Result<Work, Failure> {
    let (pods_of, text) = (Pods::checks()?, stream(100));
    let decide = move |json: &str| {
        let document = ward::document(json);
        pods_of.decide(&document, &ward::manifest(&document))
    };
    Ok(Box::new(move || text.lines().map(&decide).sum()))
}

/// W1, from YAML: the 18 checks on the good pod.
fn yaml() -> Result<Work, Failure> {
    let (checks, pod) = (Pods::checks()?, pods().swap_remove(0));
    Ok(Box::new(move || checks.yaml(&pod.yaml)))
}

/// W2: a decision by 1,000 rules.
fn many_rules() -> Result<Work, Failure> {
    let engine = ward::rules(&rules::ward(1_000))?;
    let document = ward::document(&rules::input(1_000).to_string()).into_owned();
    Ok(Box::new(move || ward::denied(&engine, &document)))
}

/// W4: an audit of 1,000 bindings.
fn bindings() -> Result<Work, Failure> {
    let engine = ward::bindings(&cluster(1_000))?;
    Ok(Box::new(move || engine.audit().findings.len()))
}

/// W5: all requests of github with 20 entities of each type.
fn github() -> Result<Work, Failure> {
    let app = app("github", 20)?;
    let authorizer = ward::Authorizer::new(&app)?;
    let requests = app.requests.len();
    Ok(Box::new(move || {
        (0..requests)
            .filter(|request| authorizer.allows(*request))
            .count()
    }))
}
