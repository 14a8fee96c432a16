//! `import schema "file" as Name`: a type whose meaning stands in a schema.

use alloc::format;

use crate::{Applicability, Code, Diagnostic, schema::Import, syntax::ast};

use super::{Checker, TypeDecl, TypeOrigin};

impl<'a, 's> Checker<'a, 's> {
    /// Declares the type. Several files of a package may repeat an import, as they may an input.
    pub(super) fn import_schema(
        &mut self,
        package: usize,
        file: usize,
        kind: ast::Name<'s>,
        text: &'a ast::Text<'s>,
        alias: ast::Name<'s>,
    ) {
        if kind.text != "schema" {
            self.report(
                Diagnostic::new(
                    Code::Syntax,
                    kind.span,
                    format!("`{}` cannot be imported from a file", kind.text),
                )
                .with_note("write `schema`")
                .with_edit(kind.span, "schema", Applicability::Unsafe),
            );
            return;
        }
        let Some(reference) = text.literal() else {
            self.report(
                Diagnostic::new(
                    Code::Syntax,
                    text.span,
                    "the path of a schema cannot be interpolated",
                )
                .with_help("write the path itself"),
            );
            return;
        };
        let sources = self.sources;
        let import = Import {
            policy: text.span.file,
            reference,
            span: text.span,
            alias: alias.text,
        };
        let (id, found) = self.schemas.import(&mut self.program.types, sources, import);
        self.diagnostics.extend(found);
        let Some(scope) = self.scopes.get_mut(package) else {
            return;
        };
        if let Some(earlier) = scope.types.get(alias.text) {
            let again = matches!(earlier.origin, TypeOrigin::Schema) && earlier.id == id;
            if !again {
                let earlier = earlier.name.span;
                self.duplicate("type", alias, earlier);
            }
            return;
        }
        let decl = TypeDecl {
            id,
            name: alias,
            file,
            origin: TypeOrigin::Schema,
        };
        scope.types.insert(alias.text, decl);
    }
}
