//! What is known inside one rule, function or `let`: its locals, and the facts that conditions have shown.

use alloc::{format, rc::Rc, vec::Vec};

use crate::{
    Applicability, Code, Diagnostic, Span,
    ir::{ExprId, LocalId, PlaceStep, StringId},
    syntax::ast,
    types::TypeId,
};

use super::{Checker, path::PathId, structured::Structured};

/// What was shown of a path.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    /// Its type.
    Type { path: PathId, ty: TypeId },
    /// That its value is one of these, or none of these.
    Value {
        path: PathId,
        values: Values,
        one_of: bool,
        /// Where it was shown.
        at: Span,
    },
}

/// Literal types, of one value each. Equal literals have equal types.
#[derive(Clone, Debug)]
pub(super) enum Values {
    One(TypeId),
    Several(Rc<[TypeId]>),
}

impl Values {
    pub(super) fn as_slice(&self) -> &[TypeId] {
        match self {
            Values::One(one) => core::slice::from_ref(one),
            Values::Several(several) => several,
        }
    }
}

/// A name bound to a pure path is that path, where a place is wanted.
#[derive(Clone, Debug)]
pub(super) struct PurePath {
    pub(super) root: ExprId,
    pub(super) steps: Vec<PlaceStep>,
}

#[derive(Clone, Debug)]
pub(super) struct Local<'s> {
    pub(super) name: &'s str,
    pub(super) span: Span,
    pub(super) slot: LocalId,
    pub(super) ty: TypeId,
    pub(super) used: bool,
    pub(super) parameter: bool,
    pub(super) alias: Option<Rc<PurePath>>,
    /// What the text is, where it has a structure of its own.
    pub(super) structured: Option<&'static Structured>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Frame<'s> {
    pub(super) package: usize,
    pub(super) file: usize,
    pub(super) locals: Vec<Local<'s>>,
    pub(super) facts: Vec<Fact>,
    pub(super) anchors: Vec<LocalId>,
    pub(super) reads_input: bool,
    pub(super) reads_data: bool,
    /// A condition before is broken: what it would have shown is not known.
    pub(super) facts_unknown: bool,
    /// In a test: the patterns that it gives to `files`.
    pub(super) test: Option<Vec<StringId>>,
    next: u32,
}

impl Frame<'_> {
    pub(super) fn new(package: usize, file: usize) -> Self {
        Self {
            package,
            file,
            ..Self::default()
        }
    }

    /// Slots that the frame needs at run time.
    pub(super) fn slots(&self) -> u32 {
        self.next
    }

    /// What facts say of a path; the newest first.
    pub(super) fn fact(&self, path: PathId) -> Option<TypeId> {
        self.facts.iter().rev().find_map(|fact| match fact {
            Fact::Type { path: of, ty } if *of == path => Some(*ty),
            _ => None,
        })
    }
}

impl<'s> Checker<'_, 's> {
    /// Binds a name to a new slot. `_` has a slot, but no name.
    pub(super) fn bind(&mut self, name: ast::Name<'s>, ty: TypeId) -> LocalId {
        let slot = LocalId(self.frame.next);
        self.frame.next += 1;
        if name.text == "_" {
            return slot;
        }
        let earlier = self
            .frame
            .locals
            .iter_mut()
            .find(|local| local.name == name.text)
            .map(|local| {
                // What was meant is not known, so neither is reported as unused.
                local.used = true;
                local.span
            })
            .or_else(|| {
                let scope = self.scope(self.frame.package)?;
                scope.names.get(name.text).copied()
            });
        if let Some(earlier) = earlier {
            self.report(
                Diagnostic::new(
                    Code::Shadowed,
                    name.span,
                    format!("`{}` is already in use here", name.text),
                )
                .with_label(earlier, "declared here")
                .with_help("give it another name: nothing is shadowed"),
            );
        } else if self.imported(name.text).is_some() || name.text == "k8s" {
            // The other namespaces are words such as `url`: a local of that name is what the name means.
            self.report(
                Diagnostic::new(
                    Code::Shadowed,
                    name.span,
                    format!("`{}` is the name of a package here", name.text),
                )
                .with_help("give it another name, or import the package `as` another"),
            );
        }
        self.frame.locals.push(Local {
            name: name.text,
            span: name.span,
            slot,
            ty,
            used: false,
            parameter: false,
            alias: None,
            structured: None,
        });
        slot
    }

    pub(super) fn bind_parameter(&mut self, name: ast::Name<'s>, ty: TypeId) -> LocalId {
        let slot = self.bind(name, ty);
        if let Some(local) = self.frame.locals.last_mut()
            && local.slot == slot
        {
            local.parameter = true;
        }
        slot
    }

    /// Says what path the newest local stands for, and what its text is.
    pub(super) fn alias(
        &mut self,
        slot: LocalId,
        path: Option<Rc<PurePath>>,
        structured: Option<&'static Structured>,
    ) {
        if let Some(local) = self.frame.locals.last_mut()
            && local.slot == slot
        {
            local.alias = path;
            local.structured = structured;
        }
    }

    /// The local of that name; marks it as used.
    pub(super) fn local(&mut self, name: &str) -> Option<Local<'s>> {
        let local = self
            .frame
            .locals
            .iter_mut()
            .rev()
            .find(|local| local.name == name)?;
        local.used = true;
        Some(local.clone())
    }

    /// A mark to go back to.
    pub(super) fn open_scope(&self) -> usize {
        self.frame.locals.len()
    }

    /// Forgets the locals above the mark; warns of those that nothing used.
    pub(super) fn close_scope(&mut self, mark: usize) {
        for local in self.frame.locals.split_off(mark.min(self.frame.locals.len())) {
            if local.used || local.name.starts_with('_') {
                continue;
            }
            let diagnostic = if local.parameter {
                Diagnostic::new(
                    Code::UnusedBinding,
                    local.span,
                    format!("parameter `{}` is never used", local.name),
                )
                .with_help(format!(
                    "remove it, or write `_{}` where it has to be there",
                    local.name
                ))
                .with_edit(local.span, format!("_{}", local.name), Applicability::Unsafe)
            } else {
                Diagnostic::new(
                    Code::UnusedBinding,
                    local.span,
                    format!("`{}` is never used", local.name),
                )
                .with_help("remove it, or write `_`")
                .with_edit(local.span, "_", Applicability::Unsafe)
            };
            self.report(diagnostic);
        }
    }

    /// Takes back what was said of unused bindings since: what a broken part would have used is not known.
    pub(super) fn forget_unused(&mut self, since: usize) {
        let mut index = 0;
        self.diagnostics.retain(|diagnostic| {
            index += 1;
            index <= since || diagnostic.code != Code::UnusedBinding
        });
    }

    /// Runs `work` with further facts.
    pub(super) fn with_facts<T>(&mut self, facts: &[Fact], work: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.frame.facts.len();
        self.frame.facts.extend_from_slice(facts);
        let result = work(self);
        self.frame.facts.truncate(mark);
        result
    }
}
