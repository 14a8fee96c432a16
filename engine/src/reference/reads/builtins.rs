//! What builtins read of what they are given, and where their results come from.

use alloc::{collections::BTreeSet, vec, vec::Vec};

use wardlaw_lang::{
    builtin::Builtin,
    ir::ExprId,
    types::{Type, Types},
};

use super::{Origin, Step, Walk};

impl Walk<'_, '_> {
    pub(super) fn builtin(&mut self, builtin: Builtin, arguments: &[ExprId]) -> Origin {
        let arguments = self.all(arguments.iter().copied());
        let first = arguments.first().cloned().unwrap_or_default();
        match builtin {
            Builtin::ListFirst | Builtin::ListLast => self.elements(&first),
            Builtin::ListIndexed => {
                let element = self.elements(&first);
                Origin::list(Origin::tuple([Origin::default(), element]))
            }
            Builtin::ListReverse | Builtin::ListSlice => Origin::list(self.elements(&first)),
            Builtin::ListSorted | Builtin::SetSorted | Builtin::ListUnique => {
                self.whole(&first);
                Origin::list(self.elements(&first))
            }
            Builtin::ListFlatten => {
                let inner = self.elements(&first);
                Origin::list(self.elements(&inner))
            }
            Builtin::MapValues => Origin::list(self.values(&first)),
            Builtin::Max | Builtin::Min => arguments.into_iter().fold(Origin::default(), Origin::or),
            // These compare, print or look through all that they are given.
            Builtin::ListJoin
            | Builtin::ListIndexOf
            | Builtin::SetLen
            | Builtin::Same
            | Builtin::Walk
            | Builtin::Selects
            | Builtin::ArgvFlag
            | Builtin::JsonPrint => {
                for argument in &arguments {
                    self.whole(argument);
                }
                Origin::default()
            }
            Builtin::SelectorMatches => {
                let pairs = self.member(&first, "matchLabels");
                let expressions = self.member(&first, "matchExpressions");
                let expression = self.elements(&expressions);
                let mut asked = vec![pairs];
                for name in ["key", "operator", "values"] {
                    asked.push(self.member(&expression, name));
                }
                for part in asked.iter().chain(arguments.get(1)) {
                    self.whole(part);
                }
                Origin::default()
            }
            Builtin::SameObject => {
                for object in &arguments {
                    for name in ["apiVersion", "kind"] {
                        self.member(object, name);
                    }
                    let metadata = self.member(object, "metadata");
                    for name in ["namespace", "name"] {
                        self.member(&metadata, name);
                    }
                }
                Origin::default()
            }
            Builtin::UnknownFields => {
                for name in ["apiVersion", "kind"] {
                    self.member(&first, name);
                }
                Origin::default()
            }
            // Texts, numbers and lengths: the arguments themselves are read, and nothing below them. What
            // is made of a text has its place no more.
            Builtin::TextStartsWith
            | Builtin::TextEndsWith
            | Builtin::TextContains
            | Builtin::TextIndexOf
            | Builtin::TextRemovePrefix
            | Builtin::TextRemoveSuffix
            | Builtin::TextSplit
            | Builtin::TextLines
            | Builtin::TextChars
            | Builtin::TextLower
            | Builtin::TextUpper
            | Builtin::TextTrim
            | Builtin::TextLen
            | Builtin::TextReplace
            | Builtin::TextSlice
            | Builtin::TextRepeat
            | Builtin::TextToInt
            | Builtin::TextToFloat
            | Builtin::TextCapture
            | Builtin::NumberDiv
            | Builtin::NumberAbs
            | Builtin::NumberFloor
            | Builtin::NumberCeil
            | Builtin::NumberRound
            | Builtin::ListLen
            | Builtin::MapLen
            | Builtin::MapKeys
            | Builtin::Sha256
            | Builtin::Quantity
            | Builtin::Semver
            | Builtin::Ip
            | Builtin::Cidr
            | Builtin::Time
            | Builtin::Duration
            | Builtin::Regex
            | Builtin::Glob
            | Builtin::OciImage
            | Builtin::PodSecurityVersion
            | Builtin::KnowsGroup
            | Builtin::KnowsKind
            | Builtin::Base64Encode
            | Builtin::Base64Decode
            | Builtin::HexEncode
            | Builtin::HexDecode
            | Builtin::JsonParse
            | Builtin::YamlParse
            | Builtin::UrlParse
            | Builtin::Files
            | Builtin::AdmissionCreate
            | Builtin::AdmissionUpdate
            | Builtin::AdmissionDelete => Origin::default(),
        }
    }

    /// A field that a builtin reads. Where not all variants have it, it may be missing.
    fn member(&mut self, base: &Origin, name: &str) -> Origin {
        let mut all = base.made_field(name);
        for path in &base.paths {
            let shapes = &mut self.reference.shapes;
            let mut types = Vec::new();
            let mut everywhere = true;
            for alternative in shapes.alternatives(path.ty()) {
                match (shapes.structure(alternative), shapes.field(alternative, name)) {
                    (_, Some(ty)) => types.push(ty),
                    (Type::Map(value), None) => types.push(shapes.optional(value)),
                    (Type::Any, None) => types.push(shapes.optional(Types::ANY)),
                    (_, None) => everywhere = false,
                }
            }
            if types.is_empty() {
                continue;
            }
            let mut ty = shapes.union(&types);
            if !everywhere {
                ty = shapes.optional(ty);
            }
            let only = BTreeSet::from([path.clone()]);
            all = all.or(self.below(&only, &Step::Field(name.into()), |_, _| ty));
        }
        all
    }
}
