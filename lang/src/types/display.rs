//! Types as the user writes them.

use alloc::{format, string::String, vec::Vec};

use super::{Literal, Type, TypeId, Types};

impl Types {
    /// The type as the user writes it; inner structure beyond a few levels is left out.
    pub fn display(&self, id: TypeId) -> String {
        self.show(id, 3)
    }

    fn show(&self, id: TypeId, depth: u8) -> String {
        if depth == 0 {
            return "…".into();
        }
        let next = depth - 1;
        match self.get(id) {
            Type::Error => "?".into(),
            Type::Never => "nothing".into(),
            Type::Any => "any".into(),
            Type::Null => "null".into(),
            Type::Bool => "bool".into(),
            Type::Int => "int".into(),
            Type::Float => "float".into(),
            Type::String => "string".into(),
            Type::Literal(Literal::Text(text)) => format!("\"{}\"", text.escape_debug()),
            Type::Literal(Literal::Int(int)) => format!("{int}"),
            Type::Literal(Literal::Bool(bool)) => format!("{bool}"),
            Type::Opaque(opaque) => opaque.name().into(),
            Type::List(inner) => format!("[{}]", self.show(*inner, next)),
            Type::Set(inner) => format!("{{{}}}", self.show(*inner, next)),
            Type::Map(inner) => format!("{{[string]: {}}}", self.show(*inner, next)),
            Type::Tuple(members) => format!("({})", self.list(members, ", ", next)),
            Type::Record(fields) => {
                let mut shown: Vec<String> = fields
                    .iter()
                    .take(6)
                    .map(|field| format!("{}: {}", field.name, self.show(field.ty, next)))
                    .collect();
                if fields.len() > 6 {
                    shown.push("…".into());
                }
                format!("{{{}}}", shown.join(", "))
            }
            Type::Union(members) => {
                if members.len() > 8 {
                    let first = members.get(..4).unwrap_or(&[]);
                    format!("{} | …", self.list(first, " | ", next))
                } else {
                    self.list(members, " | ", next)
                }
            }
            Type::Optional(inner) => match self.get(*inner) {
                Type::Union(_) => format!("({})?", self.show(*inner, depth)),
                _ => format!("{}?", self.show(*inner, depth)),
            },
            Type::Named(named) => self
                .named(*named)
                .map_or_else(|| "?".into(), |named| named.name.clone()),
        }
    }

    fn list(&self, members: &[TypeId], separator: &str, depth: u8) -> String {
        let shown: Vec<String> = members.iter().map(|member| self.show(*member, depth)).collect();
        shown.join(separator)
    }
}
