//! Calls of builtins, from the table of all: a new row is called as soon as it stands there, and a new
//! shape does not compile until it is said here what fits it.

use wardlaw_lang::{
    builtin::{BUILTINS, Builtin, Receiver, Row, Shape},
    types::Opaque,
};

use super::{Generator, types::Ty, value::texts};

impl Generator {
    /// A builtin whose result is of the wanted type.
    pub(super) fn builtin(&mut self, want: &Ty, depth: usize) -> Option<String> {
        let fitting: Vec<(&'static Row, Ty)> = BUILTINS
            .iter()
            .filter(|row| !row.builtin.in_tests_only() && self.has_types(row))
            .filter_map(|row| Some((row, element_for(row, want)?)))
            .collect();
        let (row, element) = self.random.pick(&fitting)?.clone();
        let mut arguments = Vec::new();
        for shape in row.params {
            arguments.push(match row.builtin {
                // What a text grows to is bounded: the limits of a decision are the engine's alone.
                Builtin::TextRepeat => self.random.word(&["0", "1", "3", "(-1)"]).into(),
                _ => self.argument(row, *shape, &element, depth),
            });
        }
        // On a literal it is the value itself, and a literal that is none is refused.
        if let (Shape::Constructed(_) | Shape::PodSecurityVersion, [argument]) =
            (row.result, arguments.as_mut_slice())
        {
            if want.is_optional() {
                *argument = format!("({argument}).trim()");
            } else {
                let opaque = match row.result {
                    Shape::Constructed(opaque) => opaque,
                    _ => Opaque::PodSecurityVersion,
                };
                *argument = format!("\"{}\"", self.random.word(texts(opaque)));
            }
        }
        let arguments = arguments.join(", ");
        let name = row.name;
        Some(match row.receiver {
            Receiver::Namespace(namespace) => format!("{namespace}.{name}({arguments})"),
            Receiver::Global => format!("{name}({arguments})"),
            receiver => {
                let ty = self.receiver(row.builtin, receiver, &element);
                let text = match self.path_where(|have| *have == ty) {
                    Some(path) => path.text,
                    None => format!("({})", self.closed(&ty, depth)),
                };
                format!("{text}.{name}({arguments})")
            }
        })
    }

    /// The library's types are not in every program.
    fn has_types(&self, row: &Row) -> bool {
        let library = |shape: &Shape| {
            matches!(
                shape,
                Shape::KubernetesObject | Shape::LabelSelector | Shape::UnknownFields
            )
        };
        self.types.library || !(row.params.iter().any(library) || library(&row.result))
    }

    fn receiver(&mut self, builtin: Builtin, receiver: Receiver, element: &Ty) -> Ty {
        match receiver {
            Receiver::Text | Receiver::Namespace(_) | Receiver::Global => Ty::Text,
            Receiver::Number => match element {
                Ty::Int => Ty::Int,
                _ => Ty::Float,
            },
            Receiver::List if builtin == Builtin::ListJoin => Ty::Text.list(),
            Receiver::List => element.clone().list(),
            Receiver::Set => element.clone().set(),
            Receiver::Map => {
                let record = self.path_where(|ty| matches!(ty, Ty::Record(_)));
                match record {
                    Some(path) if *element == Ty::Any => path.ty,
                    _ => element.clone().map(),
                }
            }
        }
    }

    fn argument(&mut self, row: &Row, shape: Shape, element: &Ty, depth: usize) -> String {
        let ty = match shape {
            Shape::Bool => Ty::Bool,
            Shape::Int => Ty::Int,
            Shape::Number => match element {
                Ty::Int => Ty::Int,
                _ => Ty::Float,
            },
            Shape::Ordered => element.clone(),
            Shape::String => match row.result {
                Shape::Compiled(opaque) => return format!("r\"{}\"", self.random.word(texts(opaque))),
                Shape::Constructed(opaque) if self.random.percent(60) => {
                    return format!("\"{}\"", self.random.word(texts(opaque)));
                }
                Shape::OptionalAny if self.random.percent(70) => {
                    return self
                        .random
                        .word(&["r\"[1, {\"\"\"", "\"[1, 2]\"", "\"a\"", "\"null\"", "\"1e999\""])
                        .replace("r\"[1, {\"\"\"", "\"x\"");
                }
                Shape::Image => return self.some_text(&["nginx", "a/b:1", "UPPER", "r:5/a@sha256:0"], depth),
                Shape::Url => return self.some_text(&["https://a.b:8/p?q#f", "x", "https://u@h"], depth),
                _ => Ty::Text,
            },
            Shape::Strings => Ty::Text.list(),
            Shape::StringMap => Ty::Text.map(),
            Shape::Value => {
                // What prints or takes apart shows no secret.
                return match self.path_where(|ty| !ty.shows_secret()) {
                    Some(path) => path.text,
                    None => self.closed(&Ty::Int, depth),
                };
            }
            Shape::Pattern => return "r\"(?<g>a)\"".into(),
            Shape::LabelSelector => Ty::Library("k8s.LabelSelector"),
            Shape::KubernetesObject => Ty::Library("k8s.Object"),
            // No row has these as parameters; one that does is not called.
            Shape::OptionalInt
            | Shape::OptionalFloat
            | Shape::OptionalString
            | Shape::OptionalStringMap
            | Shape::OptionalElement
            | Shape::List
            | Shape::Flattened
            | Shape::IndexedList
            | Shape::Members
            | Shape::OptionalAny
            | Shape::Groups
            | Shape::Constructed(_)
            | Shape::Compiled(_)
            | Shape::Image
            | Shape::Url
            | Shape::UnknownFields
            | Shape::PodSecurityVersion
            | Shape::Document
            | Shape::Documents
            | Shape::AdmissionRequest => Ty::Any,
        };
        self.closed(&ty, depth)
    }

    fn some_text(&mut self, texts: &[&'static str], depth: usize) -> String {
        if self.random.percent(60) {
            format!("\"{}\"", self.random.word(texts))
        } else {
            self.closed(&Ty::Text, depth)
        }
    }
}

/// The element type with which a row gives the wanted type; none where it cannot.
fn element_for(row: &Row, want: &Ty) -> Option<Ty> {
    let plain = |ty: Ty| ty.fits(want).then_some(Ty::Any);
    match row.result {
        Shape::Bool => plain(Ty::Bool),
        Shape::Int => plain(Ty::Int),
        Shape::OptionalInt => plain(Ty::Int.optional()),
        Shape::OptionalFloat => plain(Ty::Float.optional()),
        Shape::String => plain(Ty::Text),
        Shape::OptionalString => plain(Ty::Text.optional()),
        Shape::Strings => plain(Ty::Text.list()),
        Shape::StringMap => plain(Ty::Text.map()),
        Shape::OptionalStringMap => plain(Ty::Text.map().optional()),
        Shape::OptionalAny => plain(Ty::Any.optional()),
        Shape::Members => plain(Ty::Tuple(vec![Ty::Text, Ty::Any]).list()),
        Shape::Constructed(opaque) if want.is_optional() => plain(Ty::Opaque(opaque).optional()),
        Shape::Constructed(opaque) | Shape::Compiled(opaque) => plain(Ty::Opaque(opaque)),
        Shape::PodSecurityVersion if want.is_optional() => {
            plain(Ty::Opaque(Opaque::PodSecurityVersion).optional())
        }
        Shape::PodSecurityVersion => plain(Ty::Opaque(Opaque::PodSecurityVersion)),
        Shape::Number | Shape::Ordered => {
            let ty = want.present();
            let number = matches!(ty, Ty::Int | Ty::Float);
            (number || (row.result == Shape::Ordered && ty.is_ordered())).then(|| ty.clone())
        }
        Shape::OptionalElement => match want {
            Ty::Optional(present) => Some((**present).clone()),
            _ => None,
        },
        Shape::List => match want.present() {
            Ty::List(element) if !(row.receiver == Receiver::Set && element.is_optional()) => {
                Some((**element).clone())
            }
            _ => None,
        },
        Shape::Flattened => match want.present() {
            Ty::List(element) => Some((**element).clone().list()),
            _ => None,
        },
        Shape::IndexedList => match want.present() {
            Ty::List(pair) => match &**pair {
                Ty::Tuple(members) => match members.as_slice() {
                    [Ty::Int, element] => Some(element.clone()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        },
        Shape::Image => plain(Ty::Library("oci.Image").optional()),
        Shape::Url => plain(Ty::Library("url.Url").optional()),
        Shape::UnknownFields => plain(Ty::Library("k8s.UnknownField").list()),
        // `captured` reads what a pattern finds.
        Shape::Groups
        | Shape::Value
        | Shape::Pattern
        | Shape::LabelSelector
        | Shape::KubernetesObject
        | Shape::Document
        | Shape::Documents
        | Shape::AdmissionRequest => None,
    }
}
