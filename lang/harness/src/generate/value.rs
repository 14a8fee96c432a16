//! Documents of a type: values that fit, with equal parts at several places, and odd ones among them.

use wardlaw_lang::types::Opaque;

use super::{
    json::Json,
    types::{Ty, VARIANTS, tree},
    vocabulary::Types,
};
use crate::random::Random;

pub(super) const WORDS: &[&str] = &[
    "a", "b", "ab", "", "c", "x/y~z", "1", "é", "b a", "𝒳", "e\u{301}", "\\\"", "{", "\n",
];
const KEYS: &[&str] = &["a", "b", "ab", "", "x/y~z", "1", "é", "b c"];
const INTS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "10",
    "1",
    "2",
    "9223372036854775807",
    "-9223372036854775808",
    "-0",
    "4611686018427387905",
];
const FLOATS: &[&str] = &[
    "0.5",
    "1.0",
    "2.0",
    "-2.5",
    "1e1",
    "0.0",
    "-0.0",
    "9007199254740993.0",
    "1e300",
    "-1.7976931348623157e308",
    "5e-324",
    "0.1",
    "1E2",
];

/// Makes values; keeps those it made, so that equal ones lie at several places.
pub(super) struct Values<'t> {
    types: &'t Types,
    made: Vec<(Ty, Json)>,
}

impl<'t> Values<'t> {
    pub(super) fn new(types: &'t Types) -> Self {
        Self {
            types,
            made: Vec::new(),
        }
    }

    /// A value of the type.
    pub(super) fn value(&mut self, random: &mut Random, ty: &Ty) -> Json {
        self.at_depth(random, ty, 0)
    }

    fn at_depth(&mut self, random: &mut Random, ty: &Ty, depth: usize) -> Json {
        let composed = ty.element().is_some() || matches!(ty, Ty::Record(_) | Ty::Variant(..) | Ty::Tuple(_));
        if composed && random.percent(20) {
            let known: Vec<&Json> = self
                .made
                .iter()
                .filter(|(made, _)| made == ty)
                .map(|(_, value)| value)
                .collect();
            if let Some(value) = random.pick(&known) {
                return (*value).clone();
            }
        }
        let value = self.fresh(random, ty, depth);
        if composed {
            self.made.push((ty.clone(), value.clone()));
        }
        value
    }

    fn fresh(&mut self, random: &mut Random, ty: &Ty, depth: usize) -> Json {
        match ty {
            Ty::Bool => Json::Bool(random.percent(50)),
            Ty::Int => Json::Number(random.word(INTS).into()),
            Ty::Float if random.percent(50) => Json::Number(random.word(FLOATS).into()),
            Ty::Float => Json::Number(random.word(INTS).into()),
            Ty::Text => Json::Text(random.word(WORDS).into()),
            Ty::Any => self.anything(random, depth),
            Ty::Enum(values, open) => {
                let words = if *open && random.percent(50) {
                    WORDS
                } else {
                    values.as_slice()
                };
                Json::Text(random.word(words).into())
            }
            Ty::Ints(values) => {
                Json::Number(random.pick(values).map_or_else(String::new, ToString::to_string))
            }
            Ty::Opaque(opaque) => {
                let text = random.word(texts(*opaque));
                if *opaque == Opaque::Quantity && random.percent(20) {
                    return Json::Number(random.word(&["1", "0.5", "2", "1e3"]).into());
                }
                Json::Text(text.into())
            }
            Ty::List(element) | Ty::Set(element) => {
                let mut items: Vec<Json> = Vec::new();
                for _ in 0..random.several(65, 4) {
                    // Equal elements at several places.
                    let item = match items.last() {
                        Some(last) if random.percent(20) => last.clone(),
                        _ => self.at_depth(random, element, depth + 1),
                    };
                    items.push(item);
                }
                Json::List(items)
            }
            Ty::Tuple(members) => {
                let members = members.iter();
                Json::List(members.map(|ty| self.at_depth(random, ty, depth + 1)).collect())
            }
            Ty::Map(value) => {
                let mut members: Vec<(String, Json)> = Vec::new();
                for _ in 0..random.several(65, 4) {
                    let key = random.word(KEYS);
                    if !members.iter().any(|(known, _)| known == key) {
                        let value = self.at_depth(random, value, depth + 1);
                        members.push((key.into(), value));
                    }
                }
                if random.percent(5) {
                    members.push(("gone".into(), Json::Null));
                }
                Json::Object(members)
            }
            Ty::Record(fields) => self.object(random, fields, None, depth),
            Ty::Variant(index, fields) => {
                let kind = VARIANTS.get(*index).map(|(_, kind)| *kind);
                self.object(random, fields, kind, depth)
            }
            Ty::Union(variants) => match random.pick(variants).cloned() {
                Some(variant) => self.at_depth(random, &variant, depth),
                None => Json::Null,
            },
            Ty::Open(variants) => match random.pick(variants).cloned() {
                Some(variant) if random.percent(60) => self.at_depth(random, &variant, depth),
                _ => self.at_depth(random, &Ty::Wild, depth),
            },
            Ty::Wild => self.object(random, &[("name".into(), Ty::Text)], Some("wild"), depth),
            Ty::Mixed(members) => {
                let ty = random.pick(members).cloned().unwrap_or(Ty::Int);
                self.at_depth(random, &ty, depth)
            }
            Ty::Tree if depth > 4 => self.object(
                random,
                &[
                    ("name".into(), Ty::Text),
                    ("below".into(), Ty::Ints(Vec::new()).list()),
                ],
                None,
                9,
            ),
            Ty::Tree => self.object(random, &tree(), None, depth),
            Ty::Library(name) => library(random, name),
            Ty::Optional(_) if random.percent(30) => Json::Null,
            Ty::Optional(present) => self.at_depth(random, present, depth),
        }
    }

    fn anything(&mut self, random: &mut Random, depth: usize) -> Json {
        let union = self.types.union.clone();
        let ty = match random.below(6) {
            _ if depth > 4 => Ty::Int,
            0 => Ty::Int,
            1 => Ty::Text,
            2 => Ty::Bool,
            3 => Ty::Any.list(),
            4 => Ty::Any.map(),
            _ => union,
        };
        self.at_depth(random, &ty, depth + 1)
    }

    fn object(
        &mut self,
        random: &mut Random,
        fields: &[(String, Ty)],
        kind: Option<&str>,
        depth: usize,
    ) -> Json {
        let mut members: Vec<(String, Json)> = Vec::new();
        if let Some(kind) = kind {
            members.push(("kind".into(), Json::Text(kind.into())));
        }
        for (name, ty) in fields {
            if depth > 8 && ty.element().is_some() {
                members.push((name.clone(), Json::List(Vec::new())));
            } else if !(ty.is_optional() && random.percent(30)) {
                members.push((name.clone(), self.at_depth(random, ty, depth + 1)));
            }
        }
        if random.percent(10) {
            members.push(("undeclared".into(), Json::Number("7".into())));
        }
        Json::Object(members)
    }
}

/// Texts that are values of an opaque type, equal ones written differently among them.
pub(super) fn texts(opaque: Opaque) -> &'static [&'static str] {
    match opaque {
        Opaque::Quantity => &["1", "1000m", "0", "500m", "1Gi", "1.5Gi", "-1", "1e3", "100n"],
        Opaque::Time => &[
            "2026-01-31T12:00:00Z",
            "2026-01-31T13:00:00+01:00",
            "1970-01-01T00:00:00Z",
            "2026-01-31T12:00:00.5Z",
        ],
        Opaque::Duration => &["1h", "60m", "90s", "0s", "-1h30m", "1.5h"],
        Opaque::Semver => &["1.0.0", "1.0.0+b1", "1.0.0-rc.1", "1.10.0", "0.0.1"],
        Opaque::Ip => &[
            "10.0.0.1",
            "10.0.0.2",
            "127.0.0.1",
            "2001:db8::1",
            "2001:DB8:0::1",
        ],
        Opaque::Cidr => &[
            "10.0.0.0/8",
            "10.1.2.3/8",
            "10.0.0.0/16",
            "2001:db8::/32",
            "0.0.0.0/0",
        ],
        Opaque::Regex => &["a", "[ab]*", "a|b", "(?i)A.*", ""],
        Opaque::Glob => &["a", "*", "a*", "*b*", ""],
        Opaque::Secret => &["a", "hush", ""],
        Opaque::PodSecurityVersion => &["latest", "v1.25", "v1.0", "v1.99"],
    }
}

fn library(random: &mut Random, name: &str) -> Json {
    let text = |text: &str| Json::Text(text.into());
    let object = |members: Vec<(&str, Json)>| {
        let members = members.into_iter();
        Json::Object(members.map(|(key, value)| (key.to_owned(), value)).collect())
    };
    match name {
        "k8s.LabelSelector" => {
            let mut members = Vec::new();
            if random.percent(60) {
                members.push(("matchLabels", object(vec![("a", text(random.word(&["a", "b"])))])));
            }
            if random.percent(40) {
                let operator = random.word(&["Exists", "In", "NotIn", "DoesNotExist"]);
                let mut one = vec![
                    ("key", text(random.word(&["a", "b"]))),
                    ("operator", text(operator)),
                ];
                if operator.ends_with("In") {
                    one.push(("values", Json::List(vec![text(random.word(&["a", "b"]))])));
                }
                members.push(("matchExpressions", Json::List(vec![object(one)])));
            }
            object(members)
        }
        _ => {
            let mut meta = Vec::new();
            for key in ["name", "namespace"] {
                if random.percent(80) {
                    meta.push((key, text(random.word(&["a", "b"]))));
                }
            }
            if random.percent(50) {
                meta.push(("labels", object(vec![("a", text(random.word(&["a", "b"])))])));
            }
            let meta = object(meta);
            if random.percent(50) {
                let mut container = vec![("name", text(random.word(&["a", "b"])))];
                if random.percent(60) {
                    container.push(("image", text(random.word(&["nginx", "a/b:1", "UPPER"]))));
                }
                if random.percent(10) {
                    container.push(("imagee", text("x")));
                }
                let mut spec = vec![("containers", Json::List(vec![object(container)]))];
                if random.percent(30) {
                    spec.push(("hostNetwork", Json::Bool(random.percent(50))));
                }
                object(vec![
                    ("apiVersion", text("v1")),
                    ("kind", text("Pod")),
                    ("metadata", meta),
                    ("spec", object(spec)),
                ])
            } else {
                let (version, kind) = *random
                    .pick(&[("example.com/v1", "Thing"), ("v1", "ConfigMap"), ("v1", "Pod2")])
                    .unwrap_or(&("v1", "Pod2"));
                object(vec![
                    ("apiVersion", text(version)),
                    ("kind", text(kind)),
                    ("metadata", meta),
                ])
            }
        }
    }
}
