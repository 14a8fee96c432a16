//! Values without names, as a policy writes them.

use wardlaw_lang::types::Opaque;

use super::{
    Generator,
    types::{Ty, VARIANTS},
    value::texts,
};

impl Generator {
    /// A value where its type is known from outside: empty ones and texts as keys can be written so.
    pub(super) fn wanted(&mut self, want: &Ty, depth: usize) -> String {
        if self.loose
            && self.random.percent(20)
            && let Some(any) = self.any_for(want)
        {
            return any;
        }
        match want.present() {
            Ty::List(_) if self.random.percent(15) => "[]".into(),
            Ty::Map(_) | Ty::Set(_) if self.random.percent(15) => "{}".into(),
            Ty::Map(value) if self.random.percent(30) => {
                let (one, two) = (self.closed(value, depth), self.closed(value, depth));
                format!("{{a: {one}, \"b c\": {two}}}")
            }
            _ => self.closed(want, depth),
        }
    }

    /// A use of `any` as something: where it is none, that is an error when it runs.
    fn any_for(&mut self, want: &Ty) -> Option<String> {
        let path =
            self.exact_path(|ty| *ty.present() == Ty::Any && (want.is_optional() || !ty.is_optional()))?;
        Some(path.text)
    }

    /// A value without names.
    pub(super) fn literal(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => self.random.word(&["false", "true"]).into(),
            Ty::Int => self
                .random
                .word(&["0", "1", "2", "3", "10", "(-1)", "9223372036854775807"])
                .into(),
            Ty::Float => self
                .random
                .word(&["0.5", "1.0", "2.5", "3", "0.0", "1e300"])
                .into(),
            Ty::Text | Ty::Any => self
                .random
                .word(&[
                    "\"a\"",
                    "\"b\"",
                    "\"ab\"",
                    "\"\"",
                    "r\"x/y~z\"",
                    "\"é\\n\"",
                    "\"\"\"\n        a\n      \"\"\"",
                ])
                .into(),
            Ty::Enum(values, _) => format!("\"{}\"", self.random.word(values)),
            Ty::Ints(values) => self
                .random
                .pick(values)
                .map_or_else(String::new, ToString::to_string),
            Ty::Opaque(opaque) => self.opaque_literal(*opaque),
            Ty::List(element) => {
                let count = 1 + self.random.several(50, 2);
                let items: Vec<String> = (0..count).map(|_| self.literal(element)).collect();
                format!("[{}]", items.join(", "))
            }
            Ty::Set(element) => {
                let count = 1 + self.random.several(50, 2);
                let items: Vec<String> = (0..count).map(|_| self.literal(element)).collect();
                format!("{{{}}}", items.join(", "))
            }
            // With a computed key it is a map, whatever its surroundings say.
            Ty::Map(value) => format!("{{[\"a\"]: {}}}", self.literal(value)),
            Ty::Tuple(members) => {
                let members: Vec<String> = members.iter().map(|ty| self.literal(ty)).collect();
                format!("({})", members.join(", "))
            }
            Ty::Record(fields) => self.record_literal(fields, None),
            Ty::Variant(index, fields) => {
                self.record_literal(fields, VARIANTS.get(*index).map(|(_, kind)| *kind))
            }
            Ty::Union(variants) => match self.random.pick(variants).cloned() {
                Some(variant) => self.literal(&variant),
                None => "null".into(),
            },
            Ty::Open(_) | Ty::Wild => "{kind: \"wild\", name: \"a\"}".into(),
            Ty::Mixed(members) => match self.random.pick(members).cloned() {
                Some(member) => self.literal(&member),
                None => "null".into(),
            },
            Ty::Tree => self
                .random
                .word(&[
                    "{name: \"a\", below: []}",
                    "{name: \"b\", weight: 1, below: [{name: \"c\", below: []}]}",
                ])
                .into(),
            Ty::Library("k8s.LabelSelector") => "{matchLabels: {a: \"b\"}}".into(),
            Ty::Library("k8s.ObjectMeta") => "{name: \"a\"}".into(),
            Ty::Library("k8s.Container") => "{name: \"a\"}".into(),
            Ty::Library("k8s.PodSpec") => "{containers: [{name: \"a\"}]}".into(),
            Ty::Library("oci.Image") => "{registry: \"r\", repository: \"a\", name: \"r/a\"}".into(),
            Ty::Library("url.Url") => "{scheme: \"x\", host: \"a\", path: \"\"}".into(),
            Ty::Library("k8s.UnknownField") => "{name: \"a\", owner: \"b\", value: 1}".into(),
            Ty::Library(_) => {
                "{apiVersion: \"v1\", kind: \"Pod\", metadata: {name: \"a\"}, spec: {containers: []}}".into()
            }
            Ty::Optional(present) if self.random.percent(60) => self.literal(present),
            Ty::Optional(_) => "null".into(),
        }
    }

    fn opaque_literal(&mut self, opaque: Opaque) -> String {
        let text = self.random.word(texts(opaque));
        match opaque {
            // A secret is made of nothing: only input and data have one.
            Opaque::Secret => self
                .path_where(|ty| *ty == Ty::Opaque(Opaque::Secret))
                .map_or_else(|| format!("{text:?}"), |path| path.text),
            Opaque::Regex => format!("regex(r\"{text}\")"),
            Opaque::PodSecurityVersion => format!("k8s.pod_security_version(\"{text}\")"),
            opaque => format!("{}(\"{text}\")", opaque.name()),
        }
    }

    fn record_literal(&mut self, fields: &[(String, Ty)], kind: Option<&str>) -> String {
        let mut parts: Vec<String> = kind.map(|kind| format!("kind: \"{kind}\"")).into_iter().collect();
        for (index, (name, ty)) in fields.iter().enumerate() {
            // A record of nothing would be a set.
            let last = parts.is_empty() && index + 1 == fields.len();
            if last || !(ty.is_optional() && self.random.percent(40)) {
                parts.push(format!("{name}: {}", self.literal(ty)));
            }
        }
        format!("{{{}}}", parts.join(", "))
    }
}
