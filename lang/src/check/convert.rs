//! How a value of the wrong type is mended: the help of a type mismatch.

use alloc::{format, string::String};

use crate::{
    Applicability, Diagnostic,
    types::{Literal, Opaque, Type, TypeId, Types},
};

use super::{Checker, expr::Typed};

impl Checker<'_, '_> {
    /// Adds the mend to a diagnostic of a value that should fit `want`.
    pub(super) fn convert(&mut self, diagnostic: Diagnostic, value: &Typed, want: TypeId) -> Diagnostic {
        if value.ty == Types::NULL {
            return diagnostic
                .with_help("`null` fits only an optional type: leave it out, or declare a `T?`");
        }
        let have = self.types().present(value.ty);
        let want = self.types().present(want);
        let (from, to) = (self.types().structure(have), self.types().structure(want));
        match (&from, &to) {
            (Type::Literal(Literal::Text(text)), Type::Int | Type::Float) if text.parse::<f64>().is_ok() => {
                diagnostic
                    .with_help(format!("write the number without quotes: `{text}`"))
                    .with_edit(value.span, text.as_ref(), Applicability::Unsafe)
            }
            (Type::String, Type::Int) => {
                diagnostic.with_help("`text.to_int()` reads a number, and is absent where the text is none")
            }
            (Type::String, Type::Float) => {
                diagnostic.with_help("`text.to_float()` reads a number, and is absent where the text is none")
            }
            (Type::Literal(Literal::Text(text)), Type::Opaque(opaque)) => {
                diagnostic.with_help(format!("write `{}(\"{text}\")`", opaque.name()))
            }
            (Type::String, Type::Opaque(opaque)) => diagnostic.with_help(format!(
                "declare the field that it comes from as `{0}`, or read it with `{0}(…)`",
                opaque.name()
            )),
            (Type::Literal(Literal::Text(text)), Type::Bool) if matches!(&**text, "true" | "false") => {
                diagnostic
                    .with_help(format!("write it without quotes: `{text}`"))
                    .with_edit(value.span, text.as_ref(), Applicability::Unsafe)
            }
            (Type::Set(element), Type::Bool) if self.types().assignable(*element, Types::BOOL) => {
                diagnostic.with_help("leave out the braces: a condition stands without them")
            }
            (_, Type::Bool) => {
                diagnostic.with_help("write a comparison: `x == …`, `x in [ … ]`, `x.len() > 0`")
            }
            (Type::Opaque(Opaque::Secret), Type::String) => {
                diagnostic.with_help("a `secret` stays one: compare it, or name its key")
            }
            (Type::Literal(_) | Type::Int | Type::Float | Type::Bool | Type::Opaque(_), Type::String) => {
                diagnostic.with_help("put the value into a text: `\"{…}\"`")
            }
            (Type::List(_), Type::Set(_)) => diagnostic.with_help("make it a set: `{x for x in …}`"),
            (Type::Set(_), Type::List(_)) => diagnostic.with_help("make it a list: `[x for x in …]`"),
            (Type::Record(_), Type::Record(_)) | (Type::List(_), Type::List(_)) => {
                match self.difference(have, want, 4) {
                    Some(difference) => diagnostic.with_help(difference),
                    None => diagnostic.with_help("give what is wanted, or change the declared type"),
                }
            }
            _ => diagnostic.with_help("give what is wanted, or change the declared type"),
        }
    }

    /// The first thing in which a record differs from the one that is wanted.
    fn difference(&mut self, have: TypeId, want: TypeId, depth: u8) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let (have, want) = (self.types().present(have), self.types().present(want));
        match (self.types().structure(have), self.types().structure(want)) {
            (Type::List(have), Type::List(want)) => self.difference(have, want, depth),
            (Type::Record(have), Type::Record(want)) => {
                for wanted in want.iter() {
                    let Some(field) = have.iter().find(|field| field.name == wanted.name) else {
                        if self.types().is_optional(wanted.ty) {
                            continue;
                        }
                        let others = have
                            .iter()
                            .map(|field| &*field.name)
                            .filter(|name| !want.iter().any(|wanted| &*wanted.name == *name));
                        let near = crate::suggest::nearest(&wanted.name, others);
                        return Some(match near {
                            Some(near) => format!("field `{}` is missing: is `{near}` meant?", wanted.name),
                            None => format!("field `{}` is missing", wanted.name),
                        });
                    };
                    if !self.types().assignable(field.ty, wanted.ty) {
                        return self.difference(field.ty, wanted.ty, depth).or_else(|| {
                            Some(format!(
                                "field `{}` is `{}`, not `{}`",
                                wanted.name,
                                self.show(wanted.ty),
                                self.show(field.ty)
                            ))
                        });
                    }
                }
                None
            }
            _ => None,
        }
    }
}
