//! Files to packages: which package a file belongs to, which are in force, which are needed besides,
//! and in what order they import one another.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use crate::{
    Code, Diagnostic, FileId, LibraryFile, Source, Span,
    compile::{CompileInput, QUERY, Query},
    suggest::nearest,
    syntax::{ast, parse},
};

/// A package, parsed.
#[derive(Debug)]
pub(crate) struct Package<'s> {
    /// Its path.
    pub(crate) path: String,
    /// Whether its rules are in force.
    pub(crate) selected: bool,
    /// Whether it is in force, or needed by one that is.
    pub(crate) reached: bool,
    /// The package that it is an instance of.
    pub(crate) instance_of: Option<String>,
    /// Whether it comes from the library.
    pub(crate) library: bool,
    /// Its files.
    pub(crate) files: Vec<ast::File<'s>>,
    /// Which of the files holds an expression of the host; it sees the imports of all others.
    pub(crate) query: Option<usize>,
}

/// All packages that are needed.
#[derive(Debug)]
pub(crate) struct Loaded<'s> {
    /// Ordered so that each stands after those it imports.
    pub(crate) packages: Vec<Package<'s>>,
    /// The files of the library that were parsed; their ids follow the user's own.
    pub(crate) library_files: Vec<LibraryFile>,
    /// What was wrong so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Whether the package lies at or below the prefix.
pub fn below(path: &str, prefix: &str) -> bool {
    path == prefix
        || path
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.starts_with('.'))
}

pub(crate) fn load<'s>(input: &CompileInput<'s>, query: Option<Query<'_>>) -> Loaded<'s> {
    let mut loader = Loader {
        input: *input,
        query: query.map(|query| query.file),
        packages: BTreeMap::new(),
        library_files: Vec::new(),
        diagnostics: Vec::new(),
    };
    loader.own();
    loader.select();
    loader.instances();
    if let Some(query) = query {
        loader.query(query);
    }
    loader.imports();
    loader.order()
}

struct Loader<'s> {
    input: CompileInput<'s>,
    /// The file that is no part of the policy.
    query: Option<FileId>,
    packages: BTreeMap<String, Package<'s>>,
    library_files: Vec<LibraryFile>,
    diagnostics: Vec<Diagnostic>,
}

impl<'s> Loader<'s> {
    /// Parses the user's files and groups them into packages.
    fn own(&mut self) {
        let mut folders: BTreeMap<String, (&'s str, Span)> = BTreeMap::new();
        // By name: what is said of two files does not depend on the order in which they are given.
        let mut files: Vec<(FileId, &'s Source)> = self.input.sources.policies().collect();
        files.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
        for (id, source) in files {
            if self.query == Some(id) {
                continue;
            }
            let parsed = parse(id, &source.text);
            self.diagnostics.extend(parsed.diagnostics);
            let Some(path) = &parsed.file.package else {
                continue;
            };
            let (name, span) = (dotted(path), path.span);
            let folder = source.name.rsplit_once('/').map_or("", |(folder, _)| folder);
            if let Some(package) = self.input.library.package(&name) {
                let file = package.files.first().map_or("the library", |file| file.name);
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::SplitPackage,
                        span,
                        format!("package `{name}` is part of the library (`{file}`)"),
                    )
                    .with_help("choose another path; the library's packages cannot be extended"),
                );
                continue;
            }
            match folders.get(&name) {
                Some((other, first)) if *other != folder => {
                    self.diagnostics.push(
                        Diagnostic::new(
                            Code::SplitPackage,
                            span,
                            format!("package `{name}` is claimed by two folders"),
                        )
                        .with_label(*first, "and here")
                        .with_help("keep the files of a package in one folder"),
                    );
                    continue;
                }
                Some(_) => {}
                None => {
                    folders.insert(name.clone(), (folder, span));
                }
            }
            let package = self.packages.entry(name.clone()).or_insert_with(|| Package {
                path: name,
                selected: false,
                reached: false,
                instance_of: None,
                library: false,
                files: Vec::new(),
                query: None,
            });
            package.files.push(parsed.file);
        }
    }

    /// Marks what is in force, and loads it from the library where it lies there.
    fn select(&mut self) {
        if self.input.own {
            let instances = self.input.instances;
            for package in self.packages.values_mut() {
                package.selected = !instances.iter().any(|instance| instance.package == package.path);
            }
        }
        let library: Vec<&'static str> = self
            .input
            .library
            .packages()
            .iter()
            .map(|package| package.path)
            .collect();
        for prefix in self.input.select {
            for path in library.iter().filter(|path| below(path, prefix)) {
                self.library(path);
            }
            for package in self
                .packages
                .values_mut()
                .filter(|package| below(&package.path, prefix))
            {
                package.selected = true;
            }
        }
    }

    /// Adds the instances: each is its package's files once more. One without a package, or whose name
    /// is taken, is the host's mistake, which the host is told of where it is known what it wrote.
    fn instances(&mut self) {
        for instance in self.input.instances {
            if self.packages.contains_key(instance.name)
                || self.input.library.package(instance.name).is_some()
                || !self.library(instance.package)
            {
                continue;
            }
            let Some(package) = self.packages.get(instance.package) else {
                continue;
            };
            if package.instance_of.is_some() {
                continue;
            }
            let instance = Package {
                path: instance.name.into(),
                selected: true,
                reached: false,
                instance_of: Some(package.path.clone()),
                library: package.library,
                files: package.files.clone(),
                query: None,
            };
            self.packages.insert(instance.path.clone(), instance);
        }
    }

    /// Loads a package of the library; false where there is none.
    fn library(&mut self, path: &str) -> bool {
        if self.packages.contains_key(path) {
            return true;
        }
        let Some(package) = self.input.library.package(path) else {
            return false;
        };
        let mut files = Vec::new();
        for file in package.files {
            let id = FileId((self.input.sources.len() + self.library_files.len()) as u32);
            self.library_files.push(*file);
            let parsed = parse(id, file.text);
            self.diagnostics.extend(parsed.diagnostics);
            files.push(parsed.file);
        }
        self.packages.insert(
            path.into(),
            Package {
                path: path.into(),
                selected: false,
                reached: false,
                instance_of: None,
                library: true,
                files,
                query: None,
            },
        );
        true
    }

    /// Adds the host's expression to its package.
    fn query(&mut self, query: Query<'_>) {
        let Some(source) = self.input.sources.get(query.file) else {
            return;
        };
        let parsed = parse(query.file, &source.text);
        let whole = Span::new(query.file, 0, source.text.len() as u32);
        let broken = !parsed.diagnostics.is_empty();
        self.diagnostics.extend(parsed.diagnostics);
        let [item] = parsed.file.items.as_slice() else {
            if !broken {
                self.diagnostics.push(
                    Diagnostic::new(Code::Syntax, whole, "this is more than one expression")
                        .with_help("declarations belong into the policy"),
                );
            }
            return;
        };
        if !matches!(&item.kind, ast::ItemKind::Let { name, .. } if name.text == QUERY) {
            return;
        }
        self.library(query.package);
        let Some(package) = self.packages.get_mut(query.package) else {
            let near = nearest(query.package, self.packages.keys().map(String::as_str)).map(String::from);
            let message = format!("there is no package `{}`", query.package);
            let diagnostic = Diagnostic::new(Code::UnknownPackage, whole, message);
            self.diagnostics.push(match near {
                Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
                None => diagnostic.with_help("name a package of the policy or of the library"),
            });
            return;
        };
        package.query = Some(package.files.len());
        package.files.push(parsed.file);
    }

    /// Loads what is imported, until nothing is missing.
    fn imports(&mut self) {
        let mut waiting: Vec<String> = self.packages.keys().cloned().collect();
        while let Some(path) = waiting.pop() {
            let Some(package) = self.packages.get(&path) else {
                continue;
            };
            let wanted: Vec<(String, Span)> = imports(package)
                .map(|import| (dotted(import), import.span))
                .collect();
            for (wanted, span) in wanted {
                if let Some(known) = self.packages.get(&wanted) {
                    if let Some(of) = &known.instance_of {
                        // What a policy means does not depend on how often it is used.
                        let message =
                            format!("`{wanted}` is an instance of `{of}`, which is no package to import");
                        let diagnostic = Diagnostic::new(Code::UnknownPackage, span, message);
                        self.diagnostics
                            .push(diagnostic.with_help(format!("write `import {of}`")));
                    }
                    continue;
                }
                if self.library(&wanted) {
                    waiting.push(wanted);
                    continue;
                }
                let library = self.input.library.packages();
                let known = self
                    .packages
                    .keys()
                    .map(String::as_str)
                    .chain(library.iter().map(|package| package.path));
                let near = nearest(&wanted, known).map(String::from);
                let mut diagnostic = Diagnostic::new(
                    Code::UnknownPackage,
                    span,
                    format!("there is no package `{wanted}`"),
                );
                // Where the last name is another one, so is what its members are called by.
                let last = |path: &str| path.rsplit('.').next().map(String::from);
                diagnostic = match near {
                    Some(near) if last(&near) == last(&wanted) => diagnostic
                        .with_note(format!("did you mean `{near}`?"))
                        .with_edit(span, near, crate::Applicability::Unsafe),
                    Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")),
                    None => diagnostic
                        .with_help("`ward rules` lists the packages of the library; pass your own with `-p`"),
                };
                self.diagnostics.push(diagnostic);
            }
        }
    }

    /// Orders the packages so that each stands after those it imports; reports circles.
    fn order(mut self) -> Loaded<'s> {
        let mut ordered: Vec<String> = Vec::new();
        let mut circles = Vec::new();
        let mut state: BTreeMap<&str, bool> = BTreeMap::new();
        for start in self.packages.keys() {
            // Depth first with an explicit stack: a chain of imports may be as long as the policy.
            let mut stack: Vec<(&str, Vec<(String, Span)>)> = Vec::new();
            if !state.contains_key(start.as_str()) {
                state.insert(start, false);
                stack.push((start, self.targets(start)));
            }
            while let Some((path, targets)) = stack.last_mut() {
                let path = *path;
                match targets.pop() {
                    Some((target, span)) => {
                        let Some((target, _)) = self.packages.get_key_value(&target) else {
                            continue;
                        };
                        match state.get(target.as_str()) {
                            None => {
                                state.insert(target, false);
                                let next = self.targets(target);
                                stack.push((target, next));
                            }
                            Some(false) => circles.push((path.into(), target.clone(), span)),
                            Some(true) => {}
                        }
                    }
                    None => {
                        state.insert(path, true);
                        ordered.push(path.into());
                        stack.pop();
                    }
                }
            }
        }
        for (from, to, span) in circles {
            let from: String = from;
            let message = if from == to {
                format!("package `{from}` imports itself")
            } else {
                format!("package `{from}` imports `{to}`, which imports it in turn")
            };
            self.diagnostics.push(
                Diagnostic::new(Code::ImportCycle, span, message)
                    .with_help("move what both need into a third package"),
            );
        }
        self.reach();
        let packages = ordered
            .iter()
            .filter_map(|path| self.packages.remove(path))
            .collect();
        Loaded {
            packages,
            library_files: self.library_files,
            diagnostics: self.diagnostics,
        }
    }

    /// Marks what is in force, and what that needs.
    fn reach(&mut self) {
        let mut waiting: Vec<String> = self
            .packages
            .values()
            .filter(|package| package.selected || package.query.is_some())
            .map(|package| package.path.clone())
            .collect();
        while let Some(path) = waiting.pop() {
            if let Some(package) = self.packages.get_mut(&path)
                && !package.reached
            {
                package.reached = true;
                waiting.extend(imports(package).map(dotted));
            }
        }
    }

    /// What must stand before a package: what it imports, and what it is an instance of.
    fn targets(&self, path: &str) -> Vec<(String, Span)> {
        let Some(package) = self.packages.get(path) else {
            return Vec::new();
        };
        let mut targets: Vec<(String, Span)> = imports(package)
            .map(|import| (dotted(import), import.span))
            .collect();
        if let Some(of) = &package.instance_of {
            targets.push((of.clone(), Span::new(FileId(0), 0, 0)));
        }
        targets.reverse();
        targets
    }
}

fn imports<'a, 's>(package: &'a Package<'s>) -> impl Iterator<Item = &'a ast::Path<'s>> {
    package
        .files
        .iter()
        .flat_map(|file| &file.items)
        .filter_map(|item| match &item.kind {
            ast::ItemKind::Import { path, .. } => Some(path),
            _ => None,
        })
}

/// The names of a path, joined by dots.
pub(crate) fn dotted(path: &ast::Path<'_>) -> String {
    let names: Vec<&str> = path.names.iter().map(|name| name.text).collect();
    names.join(".")
}
