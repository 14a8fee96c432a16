//! What is checked of a value that is read from a document: its kind, and for closed enumerations and
//! unions its content. Before evaluation and at the read itself the same check runs.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    sync::Arc,
    vec::Vec,
};

use wardlaw_lang::types::{Literal, Opaque, Type, TypeId, Types};

use super::{
    declared::{Declared, literal_fields},
    shape::{Shape, ShapeId},
};
use crate::{
    builtins::pattern::Regex,
    input::{Document, FieldKey, Kind, NodeId, hash},
    value::{NodeRef, Value, View, World},
};

/// A check; an index into [`Checks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CheckId(pub(crate) u32);

/// Sets of document kinds.
pub(crate) mod kinds {
    use crate::input::Kind;

    pub(crate) const NULL: u8 = of(Kind::Null);
    pub(crate) const BOOL: u8 = of(Kind::Bool);
    pub(crate) const INT: u8 = of(Kind::Int);
    pub(crate) const FLOAT: u8 = of(Kind::Float);
    pub(crate) const STRING: u8 = of(Kind::String);
    pub(crate) const LIST: u8 = of(Kind::List);
    pub(crate) const OBJECT: u8 = of(Kind::Object);
    /// Numbers outside 64 bits: only where nothing computes with them.
    pub(crate) const HUGE: u8 = of(Kind::Huge);

    /// The set of one kind.
    #[inline]
    pub(crate) const fn of(kind: Kind) -> u8 {
        1 << kind as u8
    }
}

/// What a read turns a node into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Convert {
    /// It stays the node.
    Nothing,
    /// A list that stands for a set: ordered, each element once.
    Set,
    /// A text, or for a quantity a number, that stands for a value of an opaque type.
    Opaque,
}

/// A check.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    /// The kinds that fit; null stands for absent, too.
    pub(crate) mask: u8,
    /// Of these, the ones that fit whatever the value is, and stay what they are: most of all reads.
    pub(crate) at_once: u8,
    /// The texts that fit, ordered, if only some do.
    pub(crate) texts: Option<Vec<Arc<str>>>,
    /// The integers that fit, if only some do.
    pub(crate) ints: Option<Vec<i64>>,
    /// The truth value that fits, if only one does.
    pub(crate) bools: Option<Vec<bool>>,
    /// The literal fields of each record that fits, if only some objects do.
    pub(crate) variants: Option<Vec<Vec<(FieldKey, Literal)>>>,
    /// By what these are told apart.
    pub(crate) told: Option<Told>,
    /// The lengths of lists that fit, if all are tuples.
    pub(crate) lengths: Option<Vec<usize>>,
    /// The opaque types that fit, where nothing else that is a text does.
    pub(crate) opaques: Vec<Opaque>,
    /// Whether a number outside 64 bits has to be a quantity, whatever else fits.
    pub(crate) quantity: bool,
    /// What a read turns the node into.
    pub(crate) convert: Convert,
    /// Of a set: what its elements are, where they are more than they are written as.
    pub(crate) element: Option<ShapeId>,
    /// The first opaque type that fits, for messages.
    pub(crate) opaque_type: Option<Opaque>,
    /// The type, for messages.
    pub(crate) expected: String,
}

/// A field of which each of some records has a text of its own.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) field: FieldKey,
    /// Of each record, [`Told::hash`] of its text.
    pub(crate) texts: Vec<u32>,
}

impl Told {
    /// The field that tells most of the records apart; of several the last, for objects name their version
    /// before their kind.
    fn new(records: &[Vec<(FieldKey, Literal)>]) -> Option<Self> {
        let of = |field: &FieldKey| {
            let mut texts = Vec::with_capacity(records.len());
            for record in records {
                let (_, literal) = record.iter().find(|(name, _)| name == field)?;
                let Literal::Text(text) = literal else { return None };
                texts.push(Self::hash(text));
            }
            let field = field.clone();
            Some(Self { field, texts })
        };
        let told = records.first()?.iter().filter_map(|(field, _)| of(field));
        told.max_by_key(|told| told.texts.iter().collect::<BTreeSet<_>>().len())
    }

    /// Of a text, by which records are looked for; no text of two that share one is taken for the other, for the
    /// record is compared then.
    fn hash(text: &str) -> u32 {
        hash(text.as_bytes())
    }

    /// The hash of an object's own text; none where it has none, and is no such record.
    #[inline]
    pub(crate) fn of(&self, doc: &Document<'_>, object: NodeId) -> Option<u32> {
        doc.str(doc.get(object, &self.field)?).map(Self::hash)
    }
}

/// What was found instead, for messages: a kind, never a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing, or null.
    Nothing,
    /// A value of that kind.
    Kind(Kind),
    /// The right kind, but a value outside the enumeration or union.
    Other(Kind),
}

impl Found {
    /// As in "expected `bool`, found a string".
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Nothing | Self::Kind(Kind::Null) | Self::Other(Kind::Null) => "nothing",
            Self::Kind(Kind::Bool) => "a boolean",
            Self::Kind(Kind::Int) => "an integer",
            Self::Kind(Kind::Float) => "a number with a fraction or exponent",
            Self::Kind(Kind::Huge) | Self::Other(Kind::Huge) => "a number outside 64 bits",
            Self::Kind(Kind::String) => "a string",
            Self::Kind(Kind::List) => "a list",
            Self::Other(Kind::List) => "a list of another length",
            Self::Kind(Kind::Object) => "an object",
            Self::Other(Kind::String) => "another string",
            Self::Other(Kind::Int | Kind::Float) => "another number",
            Self::Other(Kind::Bool) => "the other truth value",
            Self::Other(Kind::Object) => "an object of no such type",
        }
    }
}

impl Check {
    fn new(types: &mut Types, declared: &Declared) -> Self {
        let mut mask = if declared.optional { kinds::NULL } else { 0 };
        let (mut texts, mut ints, mut bools, mut variants) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut any_text, mut any_int, mut any_bool, mut any_object) = (false, false, false, false);
        let mut convert = if declared.is_set(types) {
            Convert::Set
        } else {
            Convert::Nothing
        };
        let (mut any_list, mut lengths) = (false, Vec::new());
        let mut opaques = Vec::new();
        let mut any = false;
        for id in &declared.alternatives {
            match types.structure(*id) {
                Type::Any | Type::Error | Type::Named(_) => {
                    mask |= !kinds::NULL;
                    (any_text, any_int, any_bool) = (true, true, true);
                    (any_object, any_list, any) = (true, true, true);
                }
                Type::Bool => {
                    mask |= kinds::BOOL;
                    any_bool = true;
                }
                Type::Int => {
                    mask |= kinds::INT;
                    any_int = true;
                }
                Type::Float => {
                    mask |= kinds::INT | kinds::FLOAT;
                    any_int = true;
                }
                Type::String => {
                    mask |= kinds::STRING;
                    any_text = true;
                }
                Type::Literal(Literal::Text(text)) => {
                    mask |= kinds::STRING;
                    texts.push(text);
                }
                Type::Literal(Literal::Int(value)) => {
                    mask |= kinds::INT;
                    ints.push(value);
                }
                Type::Literal(Literal::Bool(value)) => {
                    mask |= kinds::BOOL;
                    bools.push(value);
                }
                Type::Opaque(Opaque::Quantity) => {
                    mask |= kinds::STRING | kinds::INT | kinds::FLOAT | kinds::HUGE;
                    any_int = true;
                    opaques.push(Opaque::Quantity);
                }
                Type::Opaque(Opaque::Secret) => {
                    mask |= kinds::STRING;
                    any_text = true;
                }
                Type::Opaque(opaque) => {
                    mask |= kinds::STRING;
                    opaques.push(opaque);
                }
                Type::List(_) | Type::Set(_) => {
                    mask |= kinds::LIST;
                    any_list = true;
                }
                Type::Tuple(members) => {
                    mask |= kinds::LIST;
                    lengths.push(members.len());
                }
                Type::Map(_) => {
                    mask |= kinds::OBJECT;
                    any_object = true;
                }
                Type::Record(_) => {
                    mask |= kinds::OBJECT;
                    let literals: Vec<(FieldKey, Literal)> = literal_fields(types, *id)
                        .into_iter()
                        .map(|(name, literal)| (FieldKey::new(&name), literal))
                        .collect();
                    any_object |= literals.is_empty();
                    variants.push(literals);
                }
                Type::Never | Type::Null | Type::Union(_) | Type::Optional(_) => {}
            }
        }
        texts.sort_unstable();
        // Any text may be a pattern, but not each compiles: the others go before.
        opaques.sort_by_key(|opaque| *opaque == Opaque::Regex);
        let quantity = !any && opaques.contains(&Opaque::Quantity);
        if any_text {
            // Any text fits, so none is read as more.
            opaques.clear();
        }
        if convert == Convert::Nothing && !opaques.is_empty() {
            convert = Convert::Opaque;
        }
        let some_texts = !texts.is_empty() || !opaques.is_empty();
        let mut check = Self {
            mask,
            at_once: 0,
            texts: (!any_text && some_texts).then_some(texts),
            opaques,
            quantity,
            ints: (!any_int && !ints.is_empty()).then_some(ints),
            bools: (!any_bool && !bools.is_empty()).then_some(bools),
            told: None,
            variants: (!any_object && !variants.is_empty()).then_some(variants),
            lengths: (!any_list && !lengths.is_empty()).then_some(lengths),
            convert,
            element: None,
            opaque_type: declared
                .alternatives
                .iter()
                .find_map(|id| match types.structure(*id) {
                    Type::Opaque(opaque) => Some(opaque),
                    _ => None,
                }),
            expected: declared.describe(types),
        };
        check.at_once = check.fits_at_once();
        check.told = check.variants.as_deref().and_then(Told::new);
        check
    }

    fn fits_at_once(&self) -> u8 {
        let looked_at = [
            (kinds::STRING, self.texts.is_some()),
            (kinds::INT, self.ints.is_some()),
            (kinds::BOOL, self.bools.is_some()),
            (kinds::OBJECT, self.variants.is_some()),
            (
                kinds::LIST,
                self.lengths.is_some() || self.convert == Convert::Set,
            ),
        ];
        let mut at_once = self.mask;
        for (kind, looked_at) in looked_at {
            if looked_at {
                at_once &= !kind;
            }
        }
        if self.convert == Convert::Opaque {
            at_once &= !(kinds::STRING | kinds::INT | kinds::FLOAT);
        }
        if self.quantity {
            at_once &= !kinds::HUGE;
        }
        at_once
    }

    /// Whether what is read stays what it is in the document, so that it equals a text or number only by that.
    pub(super) fn is_plain(&self) -> bool {
        self.convert != Convert::Opaque
    }

    /// The literal fields of each record that fits, if only some objects do.
    pub(crate) fn variants(&self) -> Option<&[Vec<(FieldKey, Literal)>]> {
        self.variants.as_deref()
    }

    /// Of a single record: by which field it is told from others, and the hash that the field has.
    #[inline]
    pub(crate) fn told(&self) -> Option<(&Told, u32)> {
        let told = self.told.as_ref()?;
        match *told.texts {
            [text] => Some((told, text)),
            _ => None,
        }
    }

    /// Whether a node fits; else what it is.
    #[inline]
    pub(crate) fn node(&self, doc: &Document<'_>, node: NodeId) -> Result<(), Found> {
        let kind = doc.kind(node);
        if self.mask & kinds::of(kind) == 0 {
            return Err(match kind {
                Kind::Null => Found::Nothing,
                kind => Found::Kind(kind),
            });
        }
        let fits = match kind {
            Kind::String => match &self.texts {
                None => true,
                Some(texts) => doc.str(node).is_some_and(|text| {
                    texts.binary_search_by(|known| (**known).cmp(text)).is_ok()
                        || self.opaque_of(text).is_some()
                }),
            },
            Kind::Int => match &self.ints {
                None => true,
                Some(ints) => doc.int(node).is_some_and(|value| ints.contains(&value)),
            },
            Kind::Bool => match &self.bools {
                None => true,
                Some(bools) => doc.bool(node).is_some_and(|value| bools.contains(&value)),
            },
            Kind::Object => match &self.variants {
                None => true,
                Some(variants) => {
                    let is = |fields: &Vec<(FieldKey, Literal)>| {
                        fields.iter().all(|(name, literal)| {
                            doc.get(node, name)
                                .is_some_and(|field| node_is(doc, field, literal))
                        })
                    };
                    match &self.told {
                        None => variants.iter().any(is),
                        Some(told) => told.of(doc, node).is_some_and(|own| {
                            let mut records = told.texts.iter().zip(variants);
                            records.any(|(text, fields)| *text == own && is(fields))
                        }),
                    }
                }
            },
            Kind::Huge if self.quantity => doc
                .number_text(node)
                .is_some_and(|text| Opaque::Quantity.parse(text).is_some()),
            Kind::List => match &self.lengths {
                None => true,
                Some(lengths) => lengths.contains(&doc.len(node)),
            },
            Kind::Null | Kind::Float | Kind::Huge => true,
        };
        if fits { Ok(()) } else { Err(Found::Other(kind)) }
    }

    /// The first of the opaque types that the text can be read as.
    pub(crate) fn opaque_of(&self, text: &str) -> Option<Opaque> {
        self.opaques
            .iter()
            .copied()
            .find(|opaque| opaque.parse(text).is_some())
    }

    /// As which opaque type a node that fits is read: none for one of the texts of an enumeration.
    pub(crate) fn opaque(&self, doc: &Document<'_>, node: NodeId) -> Option<Opaque> {
        match doc.kind(node) {
            Kind::String => self.opaque_of(doc.str(node)?),
            Kind::Int | Kind::Float | Kind::Huge => {
                let text = doc.number_text(node)?;
                (self.opaques.contains(&Opaque::Quantity) && Opaque::Quantity.parse(text).is_some())
                    .then_some(Opaque::Quantity)
            }
            Kind::Null | Kind::Bool | Kind::List | Kind::Object => None,
        }
    }

    /// Whether a list that stands for a set can be asked as it lies.
    pub(crate) fn lies_as_set(&self) -> bool {
        self.convert == Convert::Set && self.element.is_none()
    }

    /// What a text or number that fits is read as, where that is more than it is written as.
    pub(crate) fn scalar(&self, doc: &Document<'_>, at: NodeRef) -> Option<Value> {
        match self.convert {
            Convert::Opaque => Some(Value::Read(self.opaque(doc, at.node)?, at)),
            Convert::Nothing | Convert::Set => None,
        }
    }

    /// Whether a node that fits is, where it is a regular expression, one that can be compiled. Asked
    /// before evaluation; while rules run, compiling tells.
    pub(crate) fn compiles(&self, doc: &Document<'_>, node: NodeId) -> Result<(), Found> {
        let wrong = self.opaques.contains(&Opaque::Regex)
            && doc
                .str(node)
                .is_some_and(|text| self.opaque_of(text) == Some(Opaque::Regex) && Regex::new(text).is_err());
        if wrong {
            Err(Found::Other(Kind::String))
        } else {
            Ok(())
        }
    }

    /// Whether a value, read or made, is of the type: `is`.
    pub(crate) fn value(&self, world: &World<'_>, value: Value) -> bool {
        self.test(world, value).is_ok()
    }

    /// Whether a value, read or made, is of the type; else what it is.
    pub(crate) fn test(&self, world: &World<'_>, value: Value) -> Result<(), Found> {
        if let Value::Node(at) | Value::Shaped(_, at) = value {
            return match world.doc(at.doc) {
                Some(doc) => self.node(doc, at.node).and_then(|()| self.compiles(doc, at.node)),
                None => Err(Found::Nothing),
            };
        }
        let is_any = self.mask | kinds::NULL == u8::MAX;
        let (kind, fits) = match world.view(value) {
            View::Null if self.mask & kinds::NULL == 0 => return Err(Found::Nothing),
            View::Opaque(..) if self.opaques.is_empty() && !is_any => {
                return Err(Found::Kind(Kind::String));
            }
            View::Opaque(opaque, _) => (Kind::String, is_any || self.opaques.contains(&opaque)),
            View::Null => (Kind::Null, true),
            View::Bool(value) => {
                let fits = self.bools.as_ref().is_none_or(|bools| bools.contains(&value));
                (Kind::Bool, fits)
            }
            View::Int(value) => {
                let fits = self.ints.as_ref().is_none_or(|ints| ints.contains(&value));
                (Kind::Int, fits)
            }
            View::Float(_) => (Kind::Float, true),
            View::Huge(_) => (Kind::Huge, true),
            View::Text(text) => {
                let is = |texts: &Vec<Arc<str>>| texts.binary_search_by(|known| (**known).cmp(text)).is_ok();
                let fits = self.texts.as_ref().is_none_or(is) || self.opaque_of(text).is_some();
                (Kind::String, fits)
            }
            View::List => {
                let is = |lengths: &Vec<usize>| world.len(value).is_some_and(|len| lengths.contains(&len));
                (Kind::List, self.lengths.as_ref().is_none_or(is))
            }
            View::Map => {
                let is = |fields: &Vec<(FieldKey, Literal)>| {
                    fields
                        .iter()
                        .all(|(name, literal)| is_literal(world, world.field(value, name), literal))
                };
                let variants = self.variants.as_ref();
                (Kind::Object, variants.is_none_or(|all| all.iter().any(is)))
            }
        };
        match (self.mask & kinds::of(kind) != 0, fits) {
            (false, _) => Err(Found::Kind(kind)),
            (true, false) => Err(Found::Other(kind)),
            (true, true) => Ok(()),
        }
    }
}

fn node_is(doc: &Document<'_>, node: NodeId, literal: &Literal) -> bool {
    match literal {
        Literal::Text(text) => doc.str(node) == Some(&**text),
        Literal::Int(value) => doc.int(node) == Some(*value),
        Literal::Bool(value) => doc.bool(node) == Some(*value),
    }
}

fn is_literal(world: &World<'_>, value: Value, literal: &Literal) -> bool {
    match (world.view(value), literal) {
        (View::Text(found), Literal::Text(text)) => found == &**text,
        (View::Int(found), Literal::Int(value)) => found == *value,
        (View::Bool(found), Literal::Bool(value)) => found == *value,
        _ => false,
    }
}

/// All checks of a plan, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checks {
    pub(crate) all: Vec<Check>,
    /// How values are taken whole.
    pub(crate) shapes: Vec<Shape>,
    pub(crate) known: Known,
}

/// Of which types checks and shapes are: known while a plan is made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// What each was made of.
    declared: Vec<Arc<Declared>>,
    ids: BTreeMap<Arc<Declared>, CheckId>,
    /// Those of types as they are, by the number of the type: most checks are asked for again and again.
    by_type: Vec<Option<CheckId>>,
    pub(super) shapes: BTreeMap<Declared, ShapeId>,
}

impl Checks {
    /// The check of a declared type.
    pub(crate) fn add(&mut self, types: &mut Types, declared: &Declared) -> CheckId {
        if let Some(id) = self.known.ids.get(declared) {
            return *id;
        }
        let id = CheckId(self.all.len() as u32);
        let check = Check::new(types, declared);
        self.all.push(check);
        let declared = Arc::new(declared.clone());
        self.known.declared.push(declared.clone());
        self.known.ids.insert(declared, id);
        id
    }

    /// The check of a type.
    pub(crate) fn of(&mut self, types: &mut Types, ty: TypeId) -> CheckId {
        let index = ty.0 as usize;
        if let Some(known) = self.known.by_type.get(index).copied().flatten() {
            return known;
        }
        let declared = Declared::of(types, ty);
        let id = self.add(types, &declared);
        if self.known.by_type.len() <= index {
            self.known.by_type.resize(index.saturating_add(1), None);
        }
        if let Some(slot) = self.known.by_type.get_mut(index) {
            *slot = Some(id);
        }
        id
    }

    /// What a check was made of.
    pub(crate) fn declared(&self, id: CheckId) -> Arc<Declared> {
        self.known
            .declared
            .get(id.0 as usize)
            .cloned()
            .unwrap_or_default()
    }

    /// Once the plan is made: nothing asks any more of which types they are.
    pub(super) fn forget(&mut self) {
        self.known = Known::default();
    }

    /// Finds what the elements of all sets are.
    pub(crate) fn link_sets(&mut self, types: &mut Types) {
        let sets: Vec<(Arc<Declared>, CheckId)> = self
            .known
            .ids
            .iter()
            .filter(|(_, id)| self.get(**id).is_some_and(|check| check.convert == Convert::Set))
            .map(|(declared, id)| (declared.clone(), *id))
            .collect();
        for (declared, id) in sets {
            let element = declared.element(types);
            let element = self.special(types, &element);
            if let Some(check) = self.all.get_mut(id.0 as usize) {
                check.element = element;
            }
        }
    }

    /// The check of that id.
    #[inline]
    pub(crate) fn get(&self, id: CheckId) -> Option<&Check> {
        self.all.get(id.0 as usize)
    }

    /// Whether absence fits.
    pub(crate) fn is_optional(&self, id: CheckId) -> bool {
        self.get(id).is_none_or(|check| check.mask & kinds::NULL != 0)
    }

    /// "expected `bool`, found a string"
    pub(crate) fn message(&self, id: CheckId, found: Found) -> String {
        let expected = self.get(id).map_or("", |check| check.expected.as_str());
        format!("expected `{expected}`, found {}", found.text())
    }
}
