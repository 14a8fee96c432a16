//! The types that one program declares, and types at random.

use wardlaw_lang::types::Opaque;

use super::types::{OPAQUE, Ty, VARIANTS, fields_text, tree};
use crate::random::Random;

/// The types of one program.
#[derive(Clone, Debug)]
pub(super) struct Types {
    pub(super) union: Ty,
    pub(super) open: Ty,
    pub(super) mixed: Ty,
    /// Whether the library's types occur.
    pub(super) library: bool,
}

impl Types {
    pub(super) fn new(random: &mut Random) -> Self {
        let mut types = Self {
            union: Ty::Bool,
            open: Ty::Bool,
            mixed: Self::mixed(random),
            library: random.percent(15),
        };
        let mut variants = Vec::new();
        for index in 0..VARIANTS.len() {
            let mut fields = vec![("name".to_owned(), Ty::Text)];
            for name in ["u", "v", "w"] {
                if random.percent(60) {
                    let ty = Self::basic(random, 2);
                    // Constants of a variant can be written.
                    fields.push((name.into(), if ty.holds_secret() { Ty::Text } else { ty }));
                }
            }
            variants.push(Ty::Variant(index, fields));
        }
        types.open = Ty::Open(variants.iter().take(2).cloned().collect());
        types.union = Ty::Union(variants);
        types
    }

    /// A union of values of several kinds: a number or text, a list, an object.
    fn mixed(random: &mut Random) -> Ty {
        let opaque = |random: &mut Random| match random.pick(OPAQUE).copied() {
            None | Some(Opaque::Secret) => Ty::Opaque(Opaque::Quantity),
            Some(opaque) => Ty::Opaque(opaque),
        };
        let (one, other) = (opaque(random), opaque(random));
        let mut members = Vec::new();
        if random.percent(70) {
            members.extend(random.pick(&[Ty::Text, Ty::Text, one.clone()]).cloned());
        }
        // A number is a quantity.
        if random.percent(70) && members.first() != Some(&Ty::Opaque(Opaque::Quantity)) {
            members.extend(random.pick(&[Ty::Int, Ty::Float, Ty::Bool]).cloned());
        }
        let pair = Ty::Tuple(vec![Ty::Text, other.clone()]);
        let record = Ty::Record(vec![
            ("from".into(), other.clone()),
            ("to".into(), Ty::Text.optional()),
        ]);
        if members.is_empty() || random.percent(60) {
            let lists = [
                Ty::Int.list(),
                one.list(),
                other.clone().set(),
                Ty::Text.set(),
                pair,
            ];
            members.extend(random.pick(&lists).cloned());
        }
        if members.len() < 2 || random.percent(30) {
            members.extend(random.pick(&[record, other.map(), Ty::Text.map()]).cloned());
        }
        Ty::Mixed(members)
    }

    /// The items that declare them.
    pub(super) fn declarations(&self) -> Vec<String> {
        let mut items = Vec::new();
        if let Ty::Union(variants) = &self.union {
            for (variant, (name, kind)) in variants.iter().zip(VARIANTS) {
                if let Ty::Variant(_, fields) = variant {
                    let fields = fields_text(fields, "");
                    items.push(format!("type {name} = {{ kind: \"{kind}\", {fields} }}"));
                }
            }
        }
        items.push("type V = Va | Vb | Vc".into());
        items.push("type Wild = { kind: string, name: string }".into());
        items.push("type Open = Va | Vb | Wild".into());
        if let Ty::Mixed(members) = &self.mixed {
            let members: Vec<String> = members.iter().map(|member| member.text("")).collect();
            items.push(format!("type Mixed = {}", members.join(" | ")));
        }
        items.push(format!("type Tree = {{ {} }}", fields_text(&tree(), "")));
        items
    }

    /// The type of an input or datum.
    pub(super) fn record(&self, random: &mut Random, names: &[&str]) -> Ty {
        let mut fields = Vec::new();
        for name in names {
            if fields.is_empty() || random.percent(70) {
                fields.push(((*name).to_owned(), self.declared(random, 3)));
            }
        }
        Ty::Record(fields)
    }

    /// A type of a field.
    pub(super) fn declared(&self, random: &mut Random, depth: usize) -> Ty {
        let ty = match random.below(12) {
            0..=3 => Self::basic(random, depth),
            _ if depth == 0 => Self::basic(random, 0),
            4..=6 => {
                let ty = match random.below(4) {
                    0 => self.union.clone(),
                    1 => Self::small_record(random),
                    _ => self.declared(random, depth - 1).present().clone(),
                };
                ty.list()
            }
            7 => self.variants(random),
            8 => {
                let mut fields = vec![("k".to_owned(), self.declared(random, depth - 1))];
                for name in ["l", "m", "n"] {
                    if random.percent(50) {
                        fields.push((name.into(), self.declared(random, depth - 1)));
                    }
                }
                Ty::Record(fields)
            }
            9 => self.declared(random, depth - 1).present().clone().map(),
            10 => self.special(random),
            _ => {
                let mut members = vec![Self::basic(random, 0), Self::basic(random, 0)];
                if random.percent(30) {
                    members.push(self.declared(random, depth - 1));
                }
                Ty::Tuple(members)
            }
        };
        if random.percent(25) { ty.optional() } else { ty }
    }

    fn special(&self, random: &mut Random) -> Ty {
        match random.below(4) {
            0 => self.mixed.clone(),
            1 if self.library => Ty::Library("k8s.LabelSelector"),
            2 if self.library => Ty::Library("k8s.Object"),
            2 | 3 => Ty::Tree,
            _ => self.mixed.clone(),
        }
    }

    fn variants(&self, random: &mut Random) -> Ty {
        if random.percent(30) {
            self.open.clone()
        } else {
            self.union.clone()
        }
    }

    /// A record of the kind that relations and joins are made of.
    fn small_record(random: &mut Random) -> Ty {
        let key = random
            .pick(&[Ty::Text, Ty::Int, Ty::Text])
            .cloned()
            .unwrap_or(Ty::Text);
        let mut fields = vec![("from".to_owned(), key.clone())];
        let to = if random.percent(25) { key.optional() } else { key };
        fields.push(("to".into(), to));
        if random.percent(40) {
            fields.push(("tag".into(), Self::basic(random, 1)));
        }
        Ty::Record(fields)
    }

    /// A type without records.
    pub(super) fn small(random: &mut Random) -> Ty {
        Self::basic(random, 1).present().clone()
    }

    /// A type without variants.
    fn basic(random: &mut Random, depth: usize) -> Ty {
        let ty = match random.below(18) {
            0 | 1 => Ty::Bool,
            2 | 3 => Ty::Int,
            4 | 5 => Ty::Text,
            6 => Ty::Float,
            7 => Ty::Enum(vec!["a", "b"], false),
            8 => Ty::Enum(vec!["a", "b", "ab"], true),
            9 => Ty::Any,
            10 => Ty::Ints(vec![1, 2, 3]),
            11 | 12 => Ty::Opaque(random.pick(OPAQUE).copied().unwrap_or(Opaque::Time)),
            13 | 14 if depth > 0 => Self::basic(random, depth - 1).present().clone().list(),
            15 if depth > 0 => {
                let mut elements = vec![
                    Ty::Text,
                    Ty::Int,
                    Ty::Bool,
                    Ty::Float,
                    Ty::Enum(vec!["a", "b"], true),
                ];
                elements.push(Ty::Opaque(random.pick(OPAQUE).copied().unwrap_or(Opaque::Time)));
                elements.push(Ty::Text.list());
                elements.push(Ty::Tuple(vec![Ty::Text, Ty::Int]));
                elements.push(Ty::Text.set());
                random.pick(&elements).cloned().unwrap_or(Ty::Int).set()
            }
            16 if depth > 0 => Self::basic(random, depth - 1).present().clone().map(),
            17 if depth > 0 => Self::basic(random, depth - 1).present().clone().list().list(),
            _ => Ty::Int,
        };
        if random.percent(20) { ty.optional() } else { ty }
    }
}
