//! What builtins read of what they are given, and where their results lie.

use wardlaw_lang::{builtin::Builtin, ir::ExprId};

use super::{Abstract, Reads};

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
                self.whole(first, 0);
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
            | Builtin::ArgvFlag => {
                for argument in &arguments {
                    self.whole(argument, 0);
                }
                Abstract::default()
            }
            Builtin::SelectorMatches => {
                for argument in &arguments {
                    self.whole(argument, 0);
                }
                Abstract::default()
            }
            // What is below is of any kind, and is checked where it is used.
            Builtin::Walk => Abstract::default(),
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
            | Builtin::SameObject
            | Builtin::PodSecurityVersion
            | Builtin::UnknownFields
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
}
