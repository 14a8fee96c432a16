//! The front door of the compiler: sources and a library in, a checked program or diagnostics out.

use alloc::{format, string::String, vec::Vec};

use crate::{
    Diagnostic, FileId, Library, Sources,
    check::check,
    ir::Program,
    package::{Loaded, load},
};

/// What is compiled.
#[derive(Clone, Copy, Debug)]
pub struct CompileInput<'a> {
    /// The user's own files.
    pub sources: &'a Sources,
    /// Packages, named sets and types besides.
    pub library: &'a dyn Library,
    /// Paths of the packages whose rules are in force; a prefix selects every package below it.
    pub select: &'a [String],
    /// Whether all packages of `sources` are in force besides, but for those that instances are of.
    pub own: bool,
    /// Packages that are in force under names of their own.
    pub instances: &'a [Instance<'a>],
}

impl<'a> CompileInput<'a> {
    /// All packages of the sources, in force.
    pub fn new(sources: &'a Sources, library: &'a dyn Library) -> Self {
        Self {
            sources,
            library,
            select: &[],
            own: true,
            instances: &[],
        }
    }
}

/// A package under a name of its own: its files are checked once more as a package of that path, so
/// that it has rules and data of its own. What it imports is shared, and its places are those of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance<'a> {
    /// The path of the package.
    pub package: &'a str,
    /// The path of the instance; no other package has it.
    pub name: &'a str,
}

/// What came of it.
#[derive(Debug)]
pub struct Compiled {
    /// The program, where there was no error.
    pub program: Option<Program>,
    /// Errors and warnings, by the names of the files and in the order of their text.
    pub diagnostics: Vec<Diagnostic>,
    /// The user's files, and the library's that were needed.
    pub sources: Sources,
    /// The paths of all packages that were loaded, in order; instances are not among them.
    pub packages: Vec<String>,
}

/// An expression in the scope of a package, to be compiled beside the policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Query<'a> {
    /// The package's path.
    pub(crate) package: &'a str,
    /// The file that holds nothing but the expression, as the value of the `let` [`QUERY`].
    pub(crate) file: FileId,
}

/// The name of the `let` that is made of an expression.
pub(crate) const QUERY: &str = "__expression";

/// Compiles the selected packages, and what they import.
pub fn compile(input: &CompileInput<'_>) -> Compiled {
    run(input, None)
}

/// As [`compile`], and an expression with it, which sees everything that the package sees: its
/// declarations and the imports of all its files. [`Program::query`] is its value.
pub fn compile_expression(input: &CompileInput<'_>, package: &str, expression: &str) -> Compiled {
    // A `let` on a line of its own, so that messages show the expression as it was written.
    let text = format!("package {package} let {QUERY} =\n{expression}\n");
    let mut sources = input.sources.clone();
    let file = sources.add("expression", text);
    let input = CompileInput {
        sources: &sources,
        ..*input
    };
    run(&input, Some(Query { package, file }))
}

fn run(input: &CompileInput<'_>, query: Option<Query<'_>>) -> Compiled {
    let Loaded {
        packages,
        library_files,
        mut diagnostics,
    } = load(input, query);
    let own_names = packages.iter().filter(|package| package.instance_of.is_none());
    let mut paths: Vec<String> = own_names.map(|package| package.path.clone()).collect();
    paths.sort_unstable();
    let program = check(&packages, input.library, input.sources, &mut diagnostics);
    drop(packages);
    let mut sources = input.sources.clone();
    for file in library_files {
        sources.add(file.name, file.text);
    }
    let own = input.sources.len() as u32;
    let name = |diagnostic: &Diagnostic| {
        let file = diagnostic.span.file;
        // The library's files come last.
        (
            file.0 >= own,
            sources.get(file).map(|source| source.name.as_str()),
        )
    };
    diagnostics.sort_by(|a, b| {
        let place = |of: &Diagnostic| (of.span.file, of.span.start, of.span.end, of.code);
        name(a)
            .cmp(&name(b))
            .then_with(|| place(a).cmp(&place(b)))
            .then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    debug_assert!(failed || crate::ir::verify::verify(&program) == Ok(()));
    let program = (!failed).then(|| {
        let mut program = program;
        program.files = sources
            .iter()
            .map(|(_, source)| crate::ir::FileInfo::new(&source.name, &source.text))
            .collect();
        program
    });
    Compiled {
        program,
        diagnostics,
        sources,
        packages: paths,
    }
}
