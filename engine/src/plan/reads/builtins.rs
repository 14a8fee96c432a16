//! What builtins read of what they are given, and where their results lie.

use wardlaw_lang::{
    builtin::Builtin,
    ir::{ExprId, StringId},
};

use super::{Abstract, Access, Member, Reads, Step};

impl Reads<'_> {
    #[inline(never)]
    pub(super) fn builtin(&mut self, builtin: Builtin, arguments: &[ExprId]) -> Abstract {
        let arguments = self.eval_all(arguments);
        let nothing = Abstract::default();
        let first = arguments.first().unwrap_or(&nothing);
        match builtin {
            Builtin::ListFirst | Builtin::ListLast => self.elements(first),
            Builtin::ListIndexed => {
                let elements = self.elements(first);
                Abstract::list(Abstract::tuple([Abstract::default(), elements]))
            }
            Builtin::ListReverse | Builtin::ListSlice => Abstract::list(self.elements(first)),
            Builtin::ListSorted | Builtin::ListUnique | Builtin::SetSorted => {
                self.whole(first);
                Abstract::list(self.elements(first))
            }
            Builtin::ListFlatten => {
                let inner = self.elements(first);
                Abstract::list(self.elements(&inner))
            }
            Builtin::MapValues => Abstract::list(self.values(first)),
            Builtin::Max | Builtin::Min => {
                let nothing = Abstract::default();
                arguments.iter().fold(nothing, Abstract::or)
            }
            // The value is its place still, read as something else.
            Builtin::Quantity
            | Builtin::Semver
            | Builtin::Ip
            | Builtin::Cidr
            | Builtin::Time
            | Builtin::Duration => Abstract::default(),
            Builtin::ListJoin
            | Builtin::ListIndexOf
            | Builtin::Same
            | Builtin::SetLen
            | Builtin::JsonPrint
            | Builtin::Selects
            | Builtin::ArgvFlag
            // What a walk gives is of any kind, and is checked again where it is used.
            | Builtin::Walk => {
                for argument in &arguments {
                    self.whole(argument);
                }
                Abstract::default()
            }
            Builtin::SelectorMatches => {
                let pairs = self.member(first, "matchLabels");
                self.whole(&pairs);
                let expressions = self.member(first, "matchExpressions");
                let expression = self.elements(&expressions);
                for name in ["key", "operator", "values"] {
                    let part = self.member(&expression, name);
                    self.whole(&part);
                }
                if let Some(labels) = arguments.get(1) {
                    self.whole(labels);
                }
                Abstract::default()
            }
            Builtin::SameObject => {
                for object in &arguments {
                    self.member(object, "apiVersion");
                    self.member(object, "kind");
                    let metadata = self.member(object, "metadata");
                    self.member(&metadata, "namespace");
                    self.member(&metadata, "name");
                }
                Abstract::default()
            }
            Builtin::UnknownFields => {
                self.member(first, "apiVersion");
                self.member(first, "kind");
                Abstract::default()
            }
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
            | Builtin::AdmissionDelete => Abstract::default(),
        }
    }

    /// The id of a name: of the program, or after those, of the builtins.
    fn name(&mut self, name: &'static str) -> StringId {
        let of_program = self.program.strings.len();
        let known = self.program.strings.iter().position(|known| **known == *name);
        let more = || {
            let at = self.names.iter().position(|known| *known == name)?;
            at.checked_add(of_program)
        };
        let index = known.or_else(more).unwrap_or_else(|| {
            self.names.push(name);
            of_program.saturating_add(self.names.len()).saturating_sub(1)
        });
        StringId(index as u32)
    }

    /// A field that a builtin reads, by the type declared for it there.
    fn member(&mut self, base: &Abstract, name: &'static str) -> Abstract {
        let name_id = self.name(name);
        let found = base.member(Member::Field(name_id));
        self.read(found, base, Access::Member(name_id), |this, node| {
            if !this.knows(node, name) {
                return None;
            }
            let declared = this.node_type(node);
            let mut field = declared.field(this.types, name);
            let mut records = declared.alternatives.iter();
            field.optional |= !records.all(|id| this.types.field(*id, name).is_some());
            let check = this.checks.add(this.types, &field);
            Some((Step::Field(name_id, check), check))
        })
    }
}
