//! Declarations: what each package offers, and types as written to types.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    ir::{self, DataId, InputId},
    package::dotted,
    suggest::nearest,
    syntax::ast::{self, ItemKind, TypeKind},
    types::{Field, Literal, Opaque, Type, TypeId, Types},
};

use super::{Checker, FnDecl, LetDecl, NAMESPACES, Scope, State, TypeDecl, TypeOrigin};

const BASIC: &[(&str, TypeId)] = &[
    ("bool", Types::BOOL),
    ("int", Types::INT),
    ("float", Types::FLOAT),
    ("string", Types::STRING),
    ("any", Types::ANY),
    ("null", Types::NULL),
];

impl<'a, 's> Checker<'a, 's> {
    /// Types of a builtin namespace that no packed table holds.
    pub(super) fn declare_builtin_types(&mut self) {
        let field = |name: &str, ty| Field {
            name: name.into(),
            ty,
        };
        let suggestion = self.types().optional(Types::STRING);
        let body = self.types().record(alloc::vec![
            field("name", Types::STRING),
            field("owner", Types::STRING),
            field("value", Types::ANY),
            field("suggestion", suggestion),
        ]);
        let (named, id) = self.types().declare("k8s.UnknownField".into());
        self.types().define(named, body);
        self.unknown_field = id;
        let text = Types::STRING;
        let port = self.types().optional(Types::INT);
        let image = alloc::vec![
            field("registry", text),
            field("repository", text),
            field("name", text),
            field("tag", suggestion),
            field("digest", suggestion),
        ];
        self.image = self.declare_record("oci.Image", image);
        let url = alloc::vec![
            field("scheme", text),
            field("user", suggestion),
            field("host", text),
            field("port", port),
            field("path", text),
            field("query", suggestion),
            field("fragment", suggestion),
        ];
        self.url = self.declare_record("url.Url", url);
    }

    fn declare_record(&mut self, name: &str, fields: Vec<Field>) -> TypeId {
        let body = self.types().record(fields);
        let (named, id) = self.types().declare(name.into());
        self.types().define(named, body);
        id
    }

    /// Declares everything of all packages, in import order.
    pub(super) fn declare(&mut self) {
        for (index, package) in self.packages.iter().enumerate() {
            self.program.packages.push(ir::Package {
                path: package.path.clone(),
                selected: package.selected,
                reached: package.reached,
                instance_of: package.instance_of.clone(),
                default_deny: false,
            });
            self.scopes.push(Scope {
                types: BTreeMap::new(),
                inputs: BTreeMap::new(),
                data: BTreeMap::new(),
                lets: BTreeMap::new(),
                functions: BTreeMap::new(),
                relations: BTreeMap::new(),
                rules: BTreeMap::new(),
                imports: Vec::new(),
                names: BTreeMap::new(),
            });
            for file in 0..package.files.len() {
                self.declare_imports(index, file);
            }
            let of = package.instance_of.as_deref();
            if let Some(of) = of.and_then(|of| self.by_path.get(of).copied()) {
                self.share_types(index, of);
            } else {
                for file in 0..package.files.len() {
                    self.declare_types(index, file);
                }
                self.define_types(index);
            }
            for file in 0..package.files.len() {
                self.declare_values(index, file);
            }
        }
        for index in 0..self.packages.len() {
            self.data_defaults(index);
        }
    }

    fn items(&self, package: usize, file: usize) -> &'a [ast::Item<'s>] {
        let packages: &'a [_] = self.packages;
        packages
            .get(package)
            .and_then(|package| package.files.get(file))
            .map_or(&[], |file| file.items.as_slice())
    }

    fn declare_imports(&mut self, package: usize, file: usize) {
        let mut imports: BTreeMap<&'s str, usize> = BTreeMap::new();
        for item in self.items(package, file) {
            let ItemKind::Import { path, alias } = &item.kind else {
                continue;
            };
            let Some(last) = path.names.last() else { continue };
            let alias = alias.as_ref().unwrap_or(last);
            let Some(target) = self.by_path.get(dotted(path).as_str()).copied() else {
                // Said where packages are loaded; what it would have been called is not unknown besides.
                self.missing.insert((package, file, alias.text));
                continue;
            };
            if NAMESPACES.contains(&alias.text) {
                self.report(
                    Diagnostic::new(
                        Code::Shadowed,
                        alias.span,
                        format!("`{}` is a builtin namespace", alias.text),
                    )
                    .with_help("import the package `as` another name"),
                );
            } else if imports.insert(alias.text, target).is_some() {
                self.report(
                    Diagnostic::new(
                        Code::Duplicate,
                        alias.span,
                        format!("`{}` is imported twice", alias.text),
                    )
                    .with_help("remove one, or import it `as` another name"),
                );
            }
        }
        let is_query = self
            .packages
            .get(package)
            .is_some_and(|package| package.query == Some(file));
        if let Some(scope) = self.scopes.get_mut(package) {
            if is_query {
                // Where two files call different packages by one name, the first file's stands.
                for (alias, target) in scope.imports.iter().flatten() {
                    imports.entry(alias).or_insert(*target);
                }
            }
            scope.imports.push(imports);
        }
    }

    /// An instance has the types of its package: it reads the same inputs.
    fn share_types(&mut self, instance: usize, package: usize) {
        let types = self.scopes.get(package).map(|scope| scope.types.clone());
        if let (Some(scope), Some(types)) = (self.scopes.get_mut(instance), types) {
            scope.types = types;
        }
    }

    fn declare_types(&mut self, package: usize, file: usize) {
        for item in self.items(package, file) {
            let (name, ty) = match &item.kind {
                ItemKind::Type { name, ty } => (name, ty),
                ItemKind::ImportSchema {
                    kind,
                    file: text,
                    alias,
                } => {
                    self.import_schema(package, file, *kind, text, *alias);
                    continue;
                }
                _ => continue,
            };
            let Some(scope) = self.scopes.get_mut(package) else {
                continue;
            };
            if let Some(earlier) = scope.types.get(name.text) {
                let earlier = earlier.name.span;
                self.duplicate("type", *name, earlier);
                continue;
            }
            let (named, id) = self.program.types.declare(name.text.into());
            scope.types.insert(
                name.text,
                TypeDecl {
                    id,
                    name: *name,
                    file,
                    origin: TypeOrigin::Written(named, ty),
                },
            );
        }
    }

    fn define_types(&mut self, package: usize) {
        let Some(scope) = self.scopes.get(package) else {
            return;
        };
        let declared: Vec<_> = scope
            .types
            .values()
            .filter_map(|decl| match decl.origin {
                TypeOrigin::Written(named, ty) => Some((named, decl.id, ty, decl.name, decl.file)),
                TypeOrigin::Schema => None,
            })
            .collect();
        for (named, _, ty, _, file) in &declared {
            let (body, _) = self.in_frame(package, *file, |this| this.resolve_type(ty));
            self.types().define(*named, body);
        }
        for (named, id, _, name, _) in declared {
            let body = self.types().resolve(id);
            if matches!(self.types().get(body), Type::Named(_)) {
                self.types().define(named, Types::ERROR);
                self.report(
                    Diagnostic::new(
                        Code::EmptyType,
                        name.span,
                        format!("type `{}` is only another name of itself", name.text),
                    )
                    .with_help("say what its values look like: a record, a list, a union"),
                );
            }
        }
    }

    pub(super) fn duplicate(&mut self, what: &str, name: ast::Name<'_>, earlier: Span) {
        self.report(
            Diagnostic::new(
                Code::Duplicate,
                name.span,
                format!("{what} `{}` is declared twice", name.text),
            )
            .with_label(earlier, "first declared here")
            .with_help("remove one, or give it another name"),
        );
    }

    /// Takes a name of the value name space; false where it is taken already.
    pub(super) fn take(&mut self, package: usize, file: usize, name: ast::Name<'s>) -> bool {
        let Some(scope) = self.scopes.get_mut(package) else {
            return false;
        };
        if let Some(earlier) = scope.names.get(name.text).copied() {
            self.duplicate("the name", name, earlier);
            return false;
        }
        scope.names.insert(name.text, name.span);
        let imported = scope
            .imports
            .get(file)
            .is_some_and(|imports| imports.contains_key(name.text));
        if imported || NAMESPACES.contains(&name.text) {
            self.report(
                Diagnostic::new(
                    Code::Shadowed,
                    name.span,
                    format!("`{}` is the name of a package here", name.text),
                )
                .with_help("give it another name, or import the package `as` another"),
            );
        }
        true
    }

    fn declare_values(&mut self, package: usize, file: usize) {
        for item in self.items(package, file) {
            self.item_annotations(item);
            match &item.kind {
                ItemKind::Input { name, ty } => self.declare_input(package, file, *name, ty),
                ItemKind::Data { name, ty, .. } => {
                    if !self.take(package, file, *name) {
                        continue;
                    }
                    let (ty, _) = self.in_frame(package, file, |this| this.resolve_type(ty));
                    let id = DataId(self.program.data.len() as u32);
                    let path = self.packages.get(package).map_or("", |p| p.path.as_str());
                    self.program.data.push(ir::Data {
                        name: format!("{path}.{}", name.text),
                        ty,
                        default: None,
                        locals: 0,
                        span: name.span,
                    });
                    if let Some(scope) = self.scopes.get_mut(package) {
                        scope.data.insert(name.text, id);
                    }
                }
                ItemKind::Default { allow, .. } => {
                    if let Some(package) = self.program.packages.get_mut(package) {
                        package.default_deny |= !allow;
                    }
                }
                ItemKind::Let { name, ty, value } => {
                    if self.take(package, file, *name)
                        && let Some(scope) = self.scopes.get_mut(package)
                    {
                        let decl = LetDecl {
                            name: *name,
                            ty: ty.as_ref(),
                            value,
                            file,
                            state: State::Waiting,
                        };
                        scope.lets.insert(name.text, decl);
                    }
                }
                ItemKind::Fn {
                    name,
                    params,
                    result,
                    body,
                } => {
                    let Some(scope) = self.scopes.get_mut(package) else {
                        continue;
                    };
                    if let Some(earlier) = scope.functions.get(name.text) {
                        let earlier = earlier.name.span;
                        self.duplicate("function", *name, earlier);
                        continue;
                    }
                    let decl = FnDecl {
                        name: *name,
                        params,
                        result: result.as_ref(),
                        body,
                        file,
                        state: State::Waiting,
                    };
                    scope.functions.insert(name.text, decl);
                }
                ItemKind::Rule { name, .. } => {
                    let Some(scope) = self.scopes.get_mut(package) else {
                        continue;
                    };
                    if let Some(earlier) = scope.rules.get(name.text).copied() {
                        self.duplicate("rule", *name, earlier);
                    } else {
                        scope.rules.insert(name.text, name.span);
                    }
                }
                ItemKind::Relation { name, params, body } => {
                    self.declare_relation(package, file, *name, params, body);
                }
                ItemKind::Import { .. }
                | ItemKind::ImportSchema { .. }
                | ItemKind::Type { .. }
                | ItemKind::Test { .. } => {}
            }
        }
    }

    fn declare_input(&mut self, package: usize, file: usize, name: ast::Name<'s>, ty: &'a ast::Type<'s>) {
        // Each file of a package may say what it reads; they must agree.
        let again = self
            .scopes
            .get(package)
            .is_some_and(|scope| scope.inputs.contains_key(name.text));
        if !again && !self.take(package, file, name) {
            return;
        }
        let (ty, _) = self.in_frame(package, file, |this| this.resolve_type(ty));
        let id = match self.inputs.get(name.text).copied() {
            Some(id) => {
                let known = self
                    .program
                    .inputs
                    .get(id.index())
                    .map(|input| (input.ty, input.span));
                if let Some((known, span)) = known
                    && known != ty
                    && known != Types::ERROR
                    && ty != Types::ERROR
                {
                    let message = format!(
                        "input `{}` is `{}` here, and `{}` elsewhere",
                        name.text,
                        self.show(ty),
                        self.show(known)
                    );
                    self.report(
                        Diagnostic::new(Code::InputConflict, name.span, message)
                            .with_label(span, "declared here")
                            .with_help("packages that are used together must agree on an input's type"),
                    );
                    // Whichever is right, the other's reads are not wrong besides.
                    if let Some(input) = self.program.inputs.get_mut(id.index()) {
                        input.ty = Types::ERROR;
                    }
                }
                id
            }
            None => {
                let id = InputId(self.program.inputs.len() as u32);
                self.program.inputs.push(ir::Input {
                    name: name.text.into(),
                    ty,
                    span: name.span,
                });
                self.inputs.insert(name.text.into(), id);
                id
            }
        };
        if let Some(scope) = self.scopes.get_mut(package) {
            scope.inputs.insert(name.text, id);
        }
    }

    fn data_defaults(&mut self, package: usize) {
        let files = self.packages.get(package).map_or(0, |p| p.files.len());
        for file in 0..files {
            for item in self.items(package, file) {
                let ItemKind::Data {
                    name,
                    default: Some(default),
                    ..
                } = &item.kind
                else {
                    continue;
                };
                let Some(id) = self
                    .scope(package)
                    .and_then(|scope| scope.data.get(name.text))
                    .copied()
                else {
                    continue;
                };
                let ty = self
                    .program
                    .data
                    .get(id.index())
                    .map_or(Types::ERROR, |data| data.ty);
                let (value, frame) = self.in_frame(package, file, |this| {
                    let value = this.expr(default, Some(ty));
                    this.expect(&value, ty, "the default");
                    value.id
                });
                if frame.reads_input || frame.reads_data {
                    self.report(
                        Diagnostic::new(
                            Code::DataDefault,
                            default.span,
                            "the default of a datum reads input or data",
                        )
                        .with_help("write a constant; the host gives every other value"),
                    );
                }
                if let Some(data) = self.program.data.get_mut(id.index()) {
                    data.default = Some(value);
                    data.locals = frame.slots();
                }
            }
        }
    }

    /// A type as written.
    pub(super) fn resolve_type(&mut self, ty: &ast::Type<'s>) -> TypeId {
        match &ty.kind {
            TypeKind::Basic(name) => self.basic_type(*name),
            TypeKind::Named(path) => self.named_type(path),
            TypeKind::Text(text) => match text.literal() {
                Some(text) => self.types().text_literal(text),
                None => {
                    self.report(
                        Diagnostic::new(Code::Syntax, text.span, "a literal type cannot be interpolated")
                            .with_help("write the text itself"),
                    );
                    Types::ERROR
                }
            },
            TypeKind::Int(int) => self.types().intern(Type::Literal(Literal::Int(*int))),
            TypeKind::Bool(bool) => self.types().intern(Type::Literal(Literal::Bool(*bool))),
            TypeKind::Null => Types::NULL,
            TypeKind::List(inner) => {
                let inner = self.resolve_type(inner);
                self.types().intern(Type::List(inner))
            }
            TypeKind::Set(inner) => {
                let inner = self.resolve_type(inner);
                self.types().intern(Type::Set(inner))
            }
            TypeKind::Map(key, value) => {
                let key_type = self.resolve_type(key);
                if !self.types().assignable(key_type, Types::STRING) {
                    self.report(
                        Diagnostic::new(Code::TypeMismatch, key.span, "the keys of a map are texts")
                            .with_help("write `{[string]: T}`"),
                    );
                }
                let value = self.resolve_type(value);
                self.types().intern(Type::Map(value))
            }
            TypeKind::Record(fields) => {
                let mut members: Vec<Field> = Vec::new();
                for (key, ty) in fields {
                    let ty = self.resolve_type(ty);
                    if members.iter().any(|field| *field.name == *key.text) {
                        self.report(
                            Diagnostic::new(
                                Code::Duplicate,
                                key.span,
                                format!("field `{}` is declared twice", key.text),
                            )
                            .with_help("remove one"),
                        );
                    }
                    members.push(Field {
                        name: key.text.as_ref().into(),
                        ty,
                    });
                }
                self.types().record(members)
            }
            TypeKind::Tuple(members) => {
                let members = members.iter().map(|member| self.resolve_type(member)).collect();
                self.types().intern(Type::Tuple(members))
            }
            TypeKind::Optional(inner) => {
                let inner = self.resolve_type(inner);
                // The body of a type that is still being defined is not known; only records and unions refer to themselves.
                match self.types().get(inner) {
                    Type::Named(_) => self.types().intern(Type::Optional(inner)),
                    _ => self.types().optional(inner),
                }
            }
            TypeKind::Union(members) => {
                let spans = members.iter().map(|member| member.span);
                let ids: Vec<TypeId> = members.iter().map(|member| self.resolve_type(member)).collect();
                self.unions.push(ids.iter().copied().zip(spans).collect());
                self.types().union(&ids)
            }
            TypeKind::Error => Types::ERROR,
        }
    }

    fn basic_type(&mut self, name: ast::Name<'_>) -> TypeId {
        if let Some((_, id)) = BASIC.iter().find(|(basic, _)| *basic == name.text) {
            return *id;
        }
        if let Some(opaque) = Opaque::ALL.iter().find(|opaque| opaque.name() == name.text) {
            return self.types().intern(Type::Opaque(*opaque));
        }
        let names = BASIC
            .iter()
            .map(|(name, _)| *name)
            .chain(Opaque::ALL.iter().map(|opaque| opaque.name()));
        let near = match name.text {
            "boolean" => Some("bool"),
            "integer" | "number" | "long" => Some("int"),
            "double" => Some("float"),
            "str" | "text" => Some("string"),
            _ => nearest(name.text, names),
        };
        if self.is_lost(name.text) {
            return Types::ERROR;
        }
        let diagnostic = Diagnostic::new(
            Code::UnknownType,
            name.span,
            format!("there is no type `{}`", name.text),
        );
        self.report(match near {
            Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")).with_edit(
                name.span,
                near,
                Applicability::Unsafe,
            ),
            None => diagnostic.with_help("types of your own begin with a capital letter"),
        });
        Types::ERROR
    }

    pub(super) fn named_type(&mut self, path: &ast::Path<'s>) -> TypeId {
        let Some((last, qualifier)) = path.names.split_last() else {
            return Types::ERROR;
        };
        let Some(first) = qualifier.first() else {
            let package = self.frame.package;
            if let Some(decl) = self.scope(package).and_then(|scope| scope.types.get(last.text)) {
                return decl.id;
            }
            let near = self
                .scope(package)
                .and_then(|scope| nearest(last.text, scope.types.keys().copied()));
            return self.unknown_type(last.text, last.span, near.map(String::from));
        };
        if let Some(package) = self.used_import(first.text)
            && qualifier.len() == 1
        {
            if let Some(decl) = self.scope(package).and_then(|scope| scope.types.get(last.text)) {
                return decl.id;
            }
            let near = self
                .scope(package)
                .and_then(|scope| nearest(last.text, scope.types.keys().copied()));
            return self.unknown_type(&dotted(path), last.span, near.map(String::from));
        }
        if NAMESPACES.contains(&first.text) {
            let name = path
                .names
                .get(1..)
                .unwrap_or(&[])
                .iter()
                .map(|name| name.text)
                .collect::<Vec<_>>()
                .join(".");
            match (first.text, name.as_str()) {
                ("k8s", "PodSecurityVersion") => {
                    return self.types().intern(Type::Opaque(Opaque::PodSecurityVersion));
                }
                ("k8s", "UnknownField") => return self.unknown_field,
                ("oci", "Image") => return self.image,
                ("url", "Url") => return self.url,
                _ => {}
            }
            if let Some(id) = self.types().packed_named(first.text, &name) {
                return id;
            }
            let near = self
                .program
                .types
                .packed(first.text)
                .and_then(|packed| nearest(&name, packed.names().map(|(name, _)| name)))
                .map(String::from);
            let span = path
                .names
                .get(1)
                .map_or(last.span, |second| second.span.to(last.span));
            return self.unknown_type(&dotted(path), span, near);
        }
        self.unknown_package_name(*first);
        Types::ERROR
    }

    fn unknown_type(&mut self, name: &str, span: Span, near: Option<String>) -> TypeId {
        if self.is_lost(name) {
            return Types::ERROR;
        }
        let basic = match name {
            "Integer" | "Int" | "Number" | "Long" => Some("int"),
            "Float" | "Double" | "Decimal" => Some("float"),
            "Boolean" | "Bool" => Some("bool"),
            "Text" | "String" | "Str" => Some("string"),
            "Any" | "Object" | "Value" => Some("any"),
            _ => None,
        };
        let near = basic.map(String::from).or(near);
        let diagnostic = Diagnostic::new(Code::UnknownType, span, format!("there is no type `{name}`"));
        self.report(match near {
            Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")).with_edit(
                span,
                near,
                Applicability::Unsafe,
            ),
            None if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') => diagnostic
                .with_help(format!(
                    "a text is quoted: `\"{name}\"`; else declare it with `type`"
                ))
                .with_edit(span, format!("\"{name}\""), Applicability::Unsafe),
            None => diagnostic.with_help("declare it with `type`, or import the package that does"),
        });
        Types::ERROR
    }

    pub(super) fn unknown_package_name(&mut self, name: ast::Name<'s>) {
        if self.is_lost(name.text) || self.unimported(name) {
            return;
        }
        let imports = self
            .scope(self.frame.package)
            .and_then(|scope| scope.imports.get(self.frame.file));
        let near = imports
            .and_then(|imports| {
                nearest(
                    name.text,
                    imports.keys().copied().chain(NAMESPACES.iter().copied()),
                )
            })
            .map(String::from);
        let diagnostic = Diagnostic::new(
            Code::NotImported,
            name.span,
            format!("no package `{}` is imported here", name.text),
        );
        self.report(match near {
            Some(near) => diagnostic.with_note(format!("did you mean `{near}`?")).with_edit(
                name.span,
                near,
                Applicability::Unsafe,
            ),
            None => diagnostic.with_help(format!("add `import … as {}` below the package line", name.text)),
        });
    }
}
