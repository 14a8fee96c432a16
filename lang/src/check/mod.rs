//! The checker: names, types, absence. It builds the IR while it checks, so that a typed tree between
//! the two is not needed.
//!
//! Order: declarations of all packages (`declare.rs`), then bodies. `let`s and functions are checked
//! when they are first used, because their types may be inferred; so each stands in the IR after what
//! it needs, and a circle is found when one is met that is still being checked.
//!
//! A broken part has the type [`Types::ERROR`], which fits everything: one mistake, one diagnostic.

mod access;
mod body;
mod call;
mod comprehension;
mod constant;
mod convert;
mod declare;
mod equality;
mod expr;
mod matching;
mod operator;
mod path;
mod place;
mod relation;
mod rule;
mod schema;
mod scope;
mod structured;
mod test;
mod unknown;
mod variants;

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    format,
    rc::Rc,
    string::String,
    vec::Vec,
};

use crate::{
    Applicability, Code, Diagnostic, Label, Library, Sources, Span,
    ids::{self, Ids},
    ir::{self, DataId, Expr, ExprId, FunctionId, InputId, LetId, PackageId, Program, StringId},
    package::Package,
    schema::Importer,
    syntax::ast,
    types::{NamedId, TypeId, Types, packed::Packed},
};

use path::Paths;
use relation::RelationDecl;
use scope::Frame;

/// Checks the packages, which stand in import order, and builds their program.
pub(crate) fn check(
    packages: &[Package<'_>],
    library: &dyn Library,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Program {
    let mut checker = Checker::new(packages, sources);
    checker.importable = library.packages().iter().map(|package| package.path).collect();
    for namespace in NAMESPACES {
        if let Some(packed) = library.types(namespace).and_then(|bytes| Packed::new(bytes).ok()) {
            checker.program.types.add_packed(namespace, packed);
        }
    }
    checker.reserve(sources.policies().map(|(_, source)| source.text.len()).sum());
    checker.declare_builtin_types();
    checker.declare();
    let circles: Vec<Span> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == Code::ImportCycle)
        .map(|diagnostic| diagnostic.span)
        .collect();
    checker.bodies(&circles);
    checker.variants();
    diagnostics.append(&mut checker.diagnostics);
    checker.program
}

pub(crate) use crate::builtin::NAMESPACES;

/// The longest chain of functions and `let`s that need one another: each link is checked inside the one before.
const LONGEST_CHAIN: u32 = 256;

/// How far the checking of a declaration that is checked on demand has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State<T> {
    Waiting,
    Checking,
    Done(T),
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LetInfo {
    id: LetId,
    ty: TypeId,
    reads_input: bool,
    reads_data: bool,
}

#[derive(Clone, Debug)]
struct FnInfo {
    id: FunctionId,
    params: Rc<[TypeId]>,
    result: TypeId,
    reads_input: bool,
    reads_data: bool,
}

struct LetDecl<'a, 's> {
    name: ast::Name<'s>,
    ty: Option<&'a ast::Type<'s>>,
    value: &'a ast::Expr<'s>,
    file: usize,
    state: State<LetInfo>,
}

struct FnDecl<'a, 's> {
    name: ast::Name<'s>,
    params: &'a [ast::Param<'s>],
    result: Option<&'a ast::Type<'s>>,
    body: &'a ast::FnBody<'s>,
    file: usize,
    state: State<usize>,
}

#[derive(Clone, Copy)]
struct TypeDecl<'a, 's> {
    id: TypeId,
    name: ast::Name<'s>,
    file: usize,
    origin: TypeOrigin<'a, 's>,
}

/// Where the meaning of a declared type comes from.
#[derive(Clone, Copy)]
enum TypeOrigin<'a, 's> {
    /// `type Name = T`
    Written(NamedId, &'a ast::Type<'s>),
    /// `import schema "file" as Name`
    Schema,
}

/// What a package declares.
struct Scope<'a, 's> {
    types: BTreeMap<&'s str, TypeDecl<'a, 's>>,
    inputs: BTreeMap<&'s str, InputId>,
    data: BTreeMap<&'s str, DataId>,
    lets: BTreeMap<&'s str, LetDecl<'a, 's>>,
    functions: BTreeMap<&'s str, FnDecl<'a, 's>>,
    relations: BTreeMap<&'s str, RelationDecl<'a, 's>>,
    rules: BTreeMap<&'s str, Span>,
    /// By file: import alias to package.
    imports: Vec<BTreeMap<&'s str, usize>>,
    /// Every name of the value name space, and where.
    names: BTreeMap<&'s str, Span>,
}

struct Checker<'a, 's> {
    packages: &'a [Package<'s>],
    sources: &'a Sources,
    schemas: Importer,
    scopes: Vec<Scope<'a, 's>>,
    by_path: BTreeMap<&'a str, usize>,
    program: Program,
    strings: Ids<Box<str>>,
    /// Of each text its type as a literal, once it is needed.
    text_types: Vec<Option<TypeId>>,
    inputs: BTreeMap<String, InputId>,
    /// Checked functions, by the index in [`State::Done`].
    functions: Vec<FnInfo>,
    /// Unions of records, as they are written.
    unions: Vec<variants::Written>,
    /// Relations whose blocks are to be checked: package and name.
    waiting: Vec<(usize, &'s str)>,
    diagnostics: Vec<Diagnostic>,
    frame: Frame<'s>,
    paths: Paths,
    /// How many declarations are being checked, each because the one before needs it.
    chain: u32,
    /// Their names.
    checking: Vec<(&'s str, Span)>,
    /// Paths of the packages that the library offers.
    importable: Vec<&'static str>,
    /// Packages that a file names without importing them: package, file, name.
    unimported: Vec<(usize, usize, &'s str)>,
    /// Imports that something uses: package, file, name.
    used_imports: BTreeSet<(usize, usize, &'s str)>,
    /// Names of imports whose package is not there: package, file, name.
    missing: BTreeSet<(usize, usize, &'s str)>,
    unknown_field: TypeId,
    image: TypeId,
    url: TypeId,
}

impl<'a, 's> Checker<'a, 's> {
    fn new(packages: &'a [Package<'s>], sources: &'a Sources) -> Self {
        Self {
            packages,
            sources,
            schemas: Importer::default(),
            scopes: Vec::new(),
            by_path: packages
                .iter()
                .enumerate()
                .map(|(index, package)| (package.path.as_str(), index))
                .collect(),
            program: Program::default(),
            strings: Ids::default(),
            text_types: Vec::new(),
            inputs: BTreeMap::new(),
            functions: Vec::new(),
            unions: Vec::new(),
            waiting: Vec::new(),
            diagnostics: Vec::new(),
            frame: Frame::default(),
            paths: Paths::default(),
            chain: 0,
            checking: Vec::new(),
            importable: Vec::new(),
            unimported: Vec::new(),
            used_imports: BTreeSet::new(),
            missing: BTreeSet::new(),
            unknown_field: Types::ERROR,
            image: Types::ERROR,
            url: Types::ERROR,
        }
    }

    fn types(&mut self) -> &mut Types {
        &mut self.program.types
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn show(&self, ty: TypeId) -> String {
        self.program.types.display(ty)
    }

    /// The id of a text; equal texts have equal ids.
    fn string(&mut self, text: &str) -> StringId {
        let (strings, hash) = (&self.program.strings, ids::hash(text));
        let is = |id: u32| strings.get(id as usize).is_some_and(|known| **known == *text);
        if let Some(id) = self.strings.find(hash, text, is) {
            return StringId(id);
        }
        let id = strings.len() as u32;
        self.strings.add(hash, id, || text.into());
        self.program.strings.push(text.into());
        StringId(id)
    }

    /// The type of a text as a literal.
    fn text_type(&mut self, text: StringId) -> TypeId {
        if let Some(Some(known)) = self.text_types.get(text.index()) {
            return *known;
        }
        let ty = self
            .program
            .types
            .text_literal(self.program.strings.get(text.index()).map_or("", |text| text));
        if self.text_types.len() <= text.index() {
            self.text_types.resize(text.index() + 1, None);
        }
        if let Some(slot) = self.text_types.get_mut(text.index()) {
            *slot = Some(ty);
        }
        ty
    }

    /// Makes room for what comes of so many bytes of policies: most have an expression in eight.
    fn reserve(&mut self, bytes: usize) {
        let exprs = bytes / 8;
        self.program.exprs.reserve(exprs);
        self.program.expr_types.reserve(exprs);
        self.program.expr_spans.reserve(exprs);
    }

    /// Adds an expression to the arena.
    fn emit(&mut self, expr: Expr, ty: TypeId, span: Span) -> ExprId {
        let id = ExprId(self.program.exprs.len() as u32);
        self.program.exprs.push(expr);
        self.program.expr_types.push(ty);
        self.program.expr_spans.push(span);
        id
    }

    fn scope(&self, package: usize) -> Option<&Scope<'a, 's>> {
        self.scopes.get(package)
    }

    /// The package that a name stands for in the current file.
    fn imported(&self, alias: &str) -> Option<usize> {
        self.scope(self.frame.package)?
            .imports
            .get(self.frame.file)?
            .get(alias)
            .copied()
    }

    /// The package that a name stands for where one of its members is used.
    fn used_import(&mut self, alias: &'s str) -> Option<usize> {
        let package = self.imported(alias)?;
        self.used_imports
            .insert((self.frame.package, self.frame.file, alias));
        Some(package)
    }

    /// Warns of imports that nothing in their file uses.
    fn unused_imports(&mut self, package: usize, circles: &[Span]) {
        let packages: &'a [Package<'s>] = self.packages;
        let Some(source) = packages.get(package) else {
            return;
        };
        for (file, ast) in source.files.iter().enumerate() {
            // What did not parse may use any of them.
            if ast.broken {
                continue;
            }
            for item in &ast.items {
                let ast::ItemKind::Import { path, alias } = &item.kind else {
                    continue;
                };
                let Some(alias) = alias.as_ref().or(path.names.last()) else {
                    continue;
                };
                let known = self.by_path.contains_key(crate::package::dotted(path).as_str());
                // One that closes a circle goes in any case.
                let circular = circles.contains(&path.span);
                if known && !circular && !self.used_imports.contains(&(package, file, alias.text)) {
                    self.report(
                        Diagnostic::new(
                            Code::UnusedImport,
                            path.span,
                            format!("nothing in this file uses `{}`", alias.text),
                        )
                        .with_help("remove the import")
                        .with_edit(item.span, "", Applicability::Safe),
                    );
                }
            }
        }
    }

    /// Runs `work` in a frame of its own, for a declaration of `package` and `file`; gives what it
    /// gives, and the frame.
    fn in_frame<T>(
        &mut self,
        package: usize,
        file: usize,
        work: impl FnOnce(&mut Self) -> T,
    ) -> (T, Frame<'s>) {
        let outer = core::mem::replace(&mut self.frame, Frame::new(package, file));
        self.chain += 1;
        let result = work(self);
        self.chain -= 1;
        let inner = core::mem::replace(&mut self.frame, outer);
        (result, inner)
    }

    /// Checks the bodies of everything that was declared: rules of selected packages, and all of the
    /// user's own packages; of the library only what is used.
    fn bodies(&mut self, circles: &[Span]) {
        for (package, source) in self.packages.iter().enumerate() {
            if !source.library {
                let lets: Vec<&'s str> = self
                    .scopes
                    .get(package)
                    .map(|s| s.lets.keys().copied().collect())
                    .unwrap_or_default();
                for name in lets {
                    self.demand_let(package, name);
                }
                let functions: Vec<&'s str> = self
                    .scopes
                    .get(package)
                    .map(|s| s.functions.keys().copied().collect())
                    .unwrap_or_default();
                for name in functions {
                    self.demand_function(package, name);
                }
                let relations: Vec<&'s str> = self
                    .scopes
                    .get(package)
                    .map(|s| s.relations.keys().copied().collect())
                    .unwrap_or_default();
                for name in relations {
                    self.demand_relation(package, name);
                }
                self.check_relations();
            }
            if source.selected || !source.library {
                self.rules(package);
                if source.instance_of.is_none() {
                    self.tests(package);
                }
            }
            if !source.library && source.query.is_none() {
                self.unused_imports(package, circles);
            }
        }
        self.outputs();
        let query = self.packages.iter().position(|package| package.query.is_some());
        self.program.query = query
            .and_then(|package| self.demand_let(package, crate::compile::QUERY))
            .map(|info| info.id);
        self.order_relations();
        self.program.rules.sort_by(|a, b| {
            let path = |rule: &ir::Rule| {
                self.packages
                    .get(rule.package.index())
                    .map_or("", |p| p.path.as_str())
            };
            (path(a), &a.name).cmp(&(path(b), &b.name))
        });
        self.order_packages();
    }

    /// The `@output` `let`s of the selected packages.
    fn outputs(&mut self) {
        let packages: &'a [Package<'s>] = self.packages;
        for (package, source) in packages.iter().enumerate().filter(|(_, source)| source.selected) {
            for item in source.files.iter().flat_map(|file| &file.items) {
                let ast::ItemKind::Let { name, .. } = &item.kind else {
                    continue;
                };
                if item
                    .annotations
                    .iter()
                    .any(|annotation| annotation.name.text == "output")
                    && let Some(info) = self.demand_let(package, name.text)
                {
                    self.program.outputs.push(info.id);
                }
            }
        }
        let lets = &self.program.lets;
        self.program
            .outputs
            .sort_by_key(|id| lets.get(id.index()).map_or("", |entry| entry.name.as_str()));
    }

    /// Puts the packages of the program in path order, and the rules' references to them with it.
    fn order_packages(&mut self) {
        let mut order: Vec<usize> = (0..self.packages.len()).collect();
        order.sort_by_key(|index| {
            self.packages
                .get(*index)
                .map_or("", |package| package.path.as_str())
        });
        let mut new_index = alloc::vec![PackageId(0); self.packages.len()];
        let mut packages = Vec::with_capacity(order.len());
        for (new, old) in order.iter().enumerate() {
            if let Some(slot) = new_index.get_mut(*old) {
                *slot = PackageId(new as u32);
            }
            packages.extend(self.program.packages.get(*old).cloned());
        }
        self.program.packages = packages;
        for rule in &mut self.program.rules {
            rule.package = new_index
                .get(rule.package.index())
                .copied()
                .unwrap_or(rule.package);
        }
        for test in &mut self.program.tests {
            test.package = new_index
                .get(test.package.index())
                .copied()
                .unwrap_or(test.package);
        }
    }

    /// Checks a `let` when it is first used.
    fn demand_let(&mut self, package: usize, name: &'s str) -> Option<LetInfo> {
        let chain = self.chain;
        let decl = self.scopes.get_mut(package)?.lets.get_mut(name)?;
        match decl.state {
            State::Done(info) => return Some(info),
            State::Failed => return None,
            State::Checking => {
                decl.state = State::Failed;
                let span = decl.name.span;
                let (through, labels) = self.circle(name);
                let mut diagnostic = Diagnostic::new(
                    Code::RecursiveFunction,
                    span,
                    format!("`{name}` needs its own value{through}"),
                )
                .with_help("a `let` may not depend on itself, directly or through functions");
                diagnostic.labels = labels;
                self.report(diagnostic);
                return None;
            }
            State::Waiting if chain > LONGEST_CHAIN => {
                decl.state = State::Failed;
                let span = decl.name.span;
                self.chain_too_long(span);
                return None;
            }
            State::Waiting => decl.state = State::Checking,
        }
        let (value, declared, file) = (decl.value, decl.ty, decl.file);
        self.checking.push((name, decl.name.span));
        let ((id, ty), frame) = self.in_frame(package, file, |this| {
            let want = declared.map(|ty| this.resolve_type(ty));
            let value = this.expr(value, want);
            match want {
                Some(want) => (this.expect_declared(&value, want, "this `let`"), want),
                None => (value.id, value.ty),
            }
        });
        self.checking.pop();
        let path = self.packages.get(package).map_or("", |p| p.path.as_str());
        let info = LetInfo {
            id: LetId(self.program.lets.len() as u32),
            ty,
            reads_input: frame.reads_input,
            reads_data: frame.reads_data,
        };
        self.program.lets.push(ir::Let {
            name: format!("{path}.{name}"),
            value: id,
            locals: frame.slots(),
            reads_input: frame.reads_input,
        });
        if let Some(decl) = self
            .scopes
            .get_mut(package)
            .and_then(|scope| scope.lets.get_mut(name))
        {
            if decl.state == State::Failed {
                return None;
            }
            decl.state = State::Done(info);
        }
        Some(info)
    }

    /// What lies between a declaration that is being checked and its use in the midst of that.
    fn circle(&self, name: &str) -> (String, Vec<Label>) {
        let from = self.checking.iter().position(|(other, _)| *other == name);
        let between = self
            .checking
            .get(from.map_or(0, |from| from + 1)..)
            .unwrap_or(&[]);
        let names: Vec<String> = between
            .iter()
            .take(4)
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let through = match names.as_slice() {
            [] => String::new(),
            names => format!(", through {}", names.join(", ")),
        };
        let labels = between.iter().take(4).map(|(_, span)| Label {
            span: *span,
            message: "part of the circle".into(),
        });
        (through, labels.collect())
    }

    fn chain_too_long(&mut self, span: Span) {
        let message = format!("more than {LONGEST_CHAIN} functions and `let`s need one another here");
        self.report(
            Diagnostic::new(Code::TooDeep, span, message)
                .with_help("shorten the chain: call fewer functions from functions"),
        );
    }

    /// Checks a function when it is first used.
    fn demand_function(&mut self, package: usize, name: &'s str) -> Option<FnInfo> {
        let chain = self.chain;
        let decl = self.scopes.get_mut(package)?.functions.get_mut(name)?;
        match decl.state {
            State::Done(index) => return self.functions.get(index).cloned(),
            State::Failed => return None,
            State::Checking => {
                decl.state = State::Failed;
                let span = decl.name.span;
                let (through, labels) = self.circle(name);
                let message = format!("function `{name}` calls itself{through}");
                let mut diagnostic = Diagnostic::new(Code::RecursiveFunction, span, message)
                    .with_help("functions may not recurse, directly or in a circle; use a relation for what has no bound");
                diagnostic.labels = labels;
                self.report(diagnostic);
                return None;
            }
            State::Waiting if chain > LONGEST_CHAIN => {
                decl.state = State::Failed;
                let span = decl.name.span;
                self.chain_too_long(span);
                return None;
            }
            State::Waiting => decl.state = State::Checking,
        }
        let (params, result, body, file) = (decl.params, decl.result, decl.body, decl.file);
        let body_of = body;
        self.checking.push((name, decl.name.span));
        let before = self.diagnostics.len();
        let ((params, body, result), frame) = self.in_frame(package, file, |this| {
            let mut types = Vec::new();
            for param in params {
                let ty = this.resolve_type(&param.ty);
                this.bind_parameter(param.name, ty);
                types.push(ty);
            }
            let want = result.map(|ty| this.resolve_type(ty));
            let body = match body {
                ast::FnBody::Expr(expr) => this.expr(expr, want),
                ast::FnBody::Clauses(clauses) => this.function_body(clauses, want),
            };
            let (body, ty) = match want {
                Some(want) => (this.expect_declared(&body, want, "the result"), want),
                None => (body.id, body.ty),
            };
            this.close_scope(0);
            (types, body, ty)
        });
        self.checking.pop();
        let complete = match body_of {
            ast::FnBody::Expr(_) => true,
            ast::FnBody::Clauses(body) => matches!(
                body.steps.last().map(|step| &step.kind),
                Some(ast::StepKind::Yield { .. })
            ),
        };
        if !complete {
            self.forget_unused(before);
        }
        let path = self.packages.get(package).map_or("", |p| p.path.as_str());
        let info = FnInfo {
            id: FunctionId(self.program.functions.len() as u32),
            params: params.into(),
            result,
            reads_input: frame.reads_input,
            reads_data: frame.reads_data,
        };
        self.program.functions.push(ir::Function {
            name: format!("{path}.{name}"),
            params: info.params.len() as u32,
            param_types: info.params.to_vec(),
            locals: frame.slots(),
            body,
        });
        if let Some(decl) = self
            .scopes
            .get_mut(package)
            .and_then(|scope| scope.functions.get_mut(name))
        {
            if decl.state == State::Failed {
                return None;
            }
            decl.state = State::Done(self.functions.len());
        }
        self.functions.push(info.clone());
        Some(info)
    }
}
