//! Types of generated programs: a closed union of three variants, an input record, and values of types.

use super::json::Json;
use crate::random::Random;

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    Bool,
    Int,
    Float,
    Text,
    Any,
    /// Texts; with `string`, if it is open.
    Enum(Vec<&'static str>, bool),
    List(Box<Ty>),
    Set(Box<Ty>),
    Map(Box<Ty>),
    Record(Vec<(String, Ty)>),
    Optional(Box<Ty>),
    /// `Va`, `Vb` or `Vc`: records that differ in the literal field `kind`.
    Variant(usize, Vec<(String, Ty)>),
    /// All variants.
    Union(Vec<Ty>),
}

/// The names of variants: of the type, and of its `kind`.
pub(super) const VARIANTS: &[(&str, &str)] = &[("Va", "a"), ("Vb", "b"), ("Vc", "c")];

const WORDS: &[&str] = &["", "a", "b", "ab", "x/y~z", "1", "é", "b a"];

impl Ty {
    pub(super) fn optional(self) -> Self {
        match self {
            Self::Optional(_) => self,
            other => Self::Optional(Box::new(other)),
        }
    }

    pub(super) fn present(&self) -> &Self {
        match self {
            Self::Optional(present) => present,
            other => other,
        }
    }

    pub(super) fn is_optional(&self) -> bool {
        matches!(self, Self::Optional(_))
    }

    /// As a policy writes it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Bool => "bool".into(),
            Self::Int => "int".into(),
            Self::Float => "float".into(),
            Self::Text => "string".into(),
            Self::Any => "any".into(),
            Self::Enum(values, open) => {
                let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
                format!("{}{}", values.join(" | "), if *open { " | string" } else { "" })
            }
            Self::List(element) => format!("[{}]", element.text()),
            Self::Set(element) => format!("{{{}}}", element.text()),
            Self::Map(value) => format!("{{[string]: {}}}", value.text()),
            Self::Record(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, ty)| format!("{name}: {}", ty.text()))
                    .collect();
                format!("{{ {} }}", fields.join(", "))
            }
            Self::Optional(present) => match &**present {
                Self::Enum(..) => format!("({})?", present.text()),
                Self::Union(_) => "V?".into(),
                present => format!("{}?", present.text()),
            },
            Self::Variant(index, _) => VARIANTS.get(*index).map_or("", |(name, _)| name).into(),
            Self::Union(_) => "V".into(),
        }
    }

    /// The fields that can be read of it.
    pub(super) fn fields(&self) -> Vec<(String, Self)> {
        match self {
            Self::Record(fields) => fields.clone(),
            Self::Variant(index, fields) => {
                let mut fields = fields.clone();
                let kind = VARIANTS.get(*index).map(|(_, kind)| *kind);
                fields.push(("kind".into(), Self::Enum(kind.into_iter().collect(), false)));
                fields
            }
            // Every variant has these.
            Self::Union(_) => {
                let kinds = VARIANTS.iter().map(|(_, kind)| *kind).collect();
                vec![
                    ("kind".into(), Self::Enum(kinds, false)),
                    ("name".into(), Self::Text),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// Whether a value of this type may be used as the other, by what the checker says.
    pub(super) fn fits(&self, want: &Self) -> bool {
        match (self, want) {
            (a, b) if a == b => true,
            (Self::Optional(a), Self::Optional(b)) => a.fits(b),
            (Self::Optional(_), _) => false,
            (a, Self::Optional(b)) => a.fits(b),
            (Self::Int, Self::Float) | (Self::Enum(..), Self::Text) => true,
            (Self::Variant(..), Self::Union(_)) => true,
            _ => false,
        }
    }
}

/// The types of one program.
#[derive(Clone, Debug)]
pub(super) struct Types {
    union: Ty,
    request: Ty,
}

impl Types {
    pub(super) fn new(random: &mut Random) -> Self {
        let mut variants = Vec::new();
        for index in 0..VARIANTS.len() {
            let mut fields = vec![("name".to_owned(), Ty::Text)];
            for name in ["u", "v", "w"] {
                if random.percent(60) {
                    fields.push((name.into(), basic(random, 2)));
                }
            }
            variants.push(Ty::Variant(index, fields));
        }
        let union = Ty::Union(variants);
        let mut types = Self {
            union,
            request: Ty::Any,
        };
        let mut fields = Vec::new();
        for name in ["a", "b", "c", "d", "e", "f"] {
            if random.percent(75) {
                fields.push((name.into(), types.declared(random, 3)));
            }
        }
        if fields.is_empty() {
            fields.push(("a".into(), Ty::List(Box::new(Ty::Int))));
        }
        types.request = Ty::Record(fields);
        types
    }

    pub(super) fn declarations(&self) -> Vec<String> {
        let Ty::Union(variants) = &self.union else {
            return Vec::new();
        };
        let mut items = Vec::new();
        for variant in variants {
            let Ty::Variant(index, fields) = variant else {
                continue;
            };
            let Some((name, kind)) = VARIANTS.get(*index) else {
                continue;
            };
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, ty)| format!("{name}: {}", ty.text()))
                .collect();
            items.push(format!(
                "type {name} = {{ kind: \"{kind}\", {} }}",
                fields.join(", ")
            ));
        }
        items.push("type V = Va | Vb | Vc".into());
        items
    }

    pub(super) fn request(&self) -> Ty {
        self.request.clone()
    }

    /// A type of a field.
    fn declared(&self, random: &mut Random, depth: usize) -> Ty {
        let ty = match random.below(9) {
            0 | 1 if depth > 0 => {
                let ty = match random.below(3) {
                    0 => self.union.clone(),
                    _ => self.declared(random, depth - 1),
                };
                Ty::List(Box::new(ty))
            }
            2 if depth > 0 => self.union.clone(),
            3 if depth > 0 => {
                let names = ["k", "l", "m", "n"];
                let mut fields = Vec::new();
                for name in names.iter().take(1 + random.below(names.len())) {
                    fields.push(((*name).into(), self.declared(random, depth - 1)));
                }
                Ty::Record(fields)
            }
            4 if depth > 0 => Ty::Map(Box::new(self.declared(random, depth - 1).present().clone())),
            _ => basic(random, depth),
        };
        if random.percent(30) { ty.optional() } else { ty }
    }

    /// A type without records.
    pub(super) fn small(random: &mut Random) -> Ty {
        basic(random, 1).present().clone()
    }

    /// A type that occurs in the input, or a small one.
    pub(super) fn any_of_interest(&self, random: &mut Random) -> Ty {
        let mut found = vec![Ty::Bool, Ty::Int, Ty::Text, self.union.clone()];
        collect(&self.request, &mut found);
        match random.pick(&found) {
            Some(ty) if random.percent(70) => ty.clone(),
            _ => Self::small(random),
        }
    }

    pub(super) fn union(&self) -> Ty {
        self.union.clone()
    }

    /// A value of a type.
    pub(super) fn value(&self, random: &mut Random, ty: &Ty) -> Json {
        match ty {
            Ty::Bool => Json::Bool(random.percent(50)),
            Ty::Int => Json::Number(int(random)),
            Ty::Float => {
                if random.percent(50) {
                    Json::Number(int(random))
                } else {
                    Json::Number(
                        random
                            .pick(&["1.0", "0.5", "-2.5", "1e1", "0.0"])
                            .map_or("", |text| text)
                            .into(),
                    )
                }
            }
            Ty::Text => Json::Text(random.pick(WORDS).map_or("", |text| text).into()),
            Ty::Any => match random.below(4) {
                0 => self.value(random, &Ty::Int),
                1 => self.value(random, &Ty::Text),
                2 => self.value(random, &Ty::List(Box::new(Ty::Int))),
                _ => self.value(random, &self.union),
            },
            Ty::Enum(values, open) => {
                let values: Vec<&str> = if *open {
                    values.iter().chain(WORDS).copied().collect()
                } else {
                    values.clone()
                };
                Json::Text(random.pick(&values).map_or("", |text| text).into())
            }
            Ty::List(element) | Ty::Set(element) => {
                let mut items: Vec<Json> = Vec::new();
                for _ in 0..random.below(4) {
                    // Equal elements at several places.
                    let item = match items.last() {
                        Some(last) if random.percent(25) => last.clone(),
                        _ => self.value(random, element),
                    };
                    items.push(item);
                }
                Json::List(items)
            }
            Ty::Map(value) => {
                let mut members: Vec<(String, Json)> = Vec::new();
                for _ in 0..random.below(4) {
                    let key = random.pick(WORDS).map_or("", |text| text);
                    if !members.iter().any(|(known, _)| known == key) {
                        members.push((key.into(), self.value(random, value)));
                    }
                }
                Json::Object(members)
            }
            Ty::Record(fields) => self.object(random, fields, None),
            Ty::Variant(index, fields) => {
                self.object(random, fields, VARIANTS.get(*index).map(|(_, kind)| *kind))
            }
            Ty::Union(variants) => match random.pick(variants) {
                Some(variant) => self.value(random, &variant.clone()),
                None => Json::Null,
            },
            Ty::Optional(_) if random.percent(30) => Json::Null,
            Ty::Optional(present) => self.value(random, present),
        }
    }

    fn object(&self, random: &mut Random, fields: &[(String, Ty)], kind: Option<&str>) -> Json {
        let mut members: Vec<(String, Json)> = Vec::new();
        if let Some(kind) = kind {
            members.push(("kind".into(), Json::Text(kind.into())));
        }
        for (name, ty) in fields {
            if !(ty.is_optional() && random.percent(30)) {
                members.push((name.clone(), self.value(random, ty)));
            }
        }
        if random.percent(10) {
            members.push(("undeclared".into(), Json::Number("7".into())));
        }
        Json::Object(members)
    }
}

fn int(random: &mut Random) -> String {
    let ints = [
        "0",
        "1",
        "-1",
        "2",
        "3",
        "10",
        "1",
        "2",
        "9223372036854775807",
        "-9223372036854775808",
    ];
    random.pick(&ints).map_or("0", |text| text).into()
}

/// A type without variants.
fn basic(random: &mut Random, depth: usize) -> Ty {
    let ty = match random.below(14) {
        0 | 1 => Ty::Bool,
        2 | 3 => Ty::Int,
        4 => Ty::Float,
        5 | 6 => Ty::Text,
        7 => Ty::Enum(vec!["a", "b"], false),
        8 => Ty::Enum(vec!["a", "b", "ab"], true),
        9 => Ty::Any,
        10 | 11 if depth > 0 => Ty::List(Box::new(basic(random, depth - 1).present().clone())),
        12 if depth > 0 => {
            let element = random.pick(&[Ty::Int, Ty::Text, Ty::Bool]).cloned();
            Ty::Set(Box::new(element.unwrap_or(Ty::Int)))
        }
        13 if depth > 0 => Ty::Map(Box::new(basic(random, depth - 1).present().clone())),
        _ => Ty::Int,
    };
    if random.percent(25) { ty.optional() } else { ty }
}

fn collect(ty: &Ty, found: &mut Vec<Ty>) {
    if found.len() > 30 {
        return;
    }
    found.push(ty.clone());
    match ty {
        Ty::List(inner) | Ty::Set(inner) | Ty::Map(inner) | Ty::Optional(inner) => collect(inner, found),
        Ty::Record(fields) | Ty::Variant(_, fields) => {
            fields.iter().for_each(|(_, ty)| collect(ty, found));
        }
        _ => {}
    }
}
