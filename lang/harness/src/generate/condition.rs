//! Conditions: comparisons, tests, and what they show. A test that leaves less of a value than its type
//! says hides the value from what follows, because comparing it with what it cannot be is refused.

use wardlaw_lang::types::Opaque;

use super::{Generator, types::Ty, vocabulary::Types};

impl Generator {
    pub(super) fn comparison(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        // The left side is a path, so that no two literals are compared.
        let path = self.exact_path(|ty| {
            !matches!(ty.present(), Ty::Enum(_, false) | Ty::Ints(_)) && !ty.holds_secret()
        })?;
        let op = self.random.word(&["==", "!="]);
        let present = path.ty.present().clone();
        let right = match present {
            Ty::Any => {
                let ty = Types::small(&mut self.random);
                self.closed(&ty, depth)
            }
            other => self.closed(&other, depth),
        };
        Some(if self.random.percent(80) {
            format!("({} {op} {right})", path.text)
        } else {
            format!("({right} {op} {})", path.text)
        })
    }

    /// `<` and its like.
    pub(super) fn order(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let path = self.path_where(Ty::is_ordered)?;
        let op = self.random.word(&["<", "<=", ">", ">="]);
        let ty = if path.ty == Ty::Int && self.random.percent(20) {
            Ty::Float
        } else {
            path.ty
        };
        let right = self.closed(&ty, depth);
        Some(format!("({} {op} {right})", path.text))
    }

    pub(super) fn logic(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let left = self.expr(&Ty::Bool, depth);
        Some(match self.random.below(4) {
            0 => format!("(not {left})"),
            1 => format!("({left} or {})", self.expr(&Ty::Bool, depth)),
            _ => format!("({left} and {})", self.expr(&Ty::Bool, depth)),
        })
    }

    pub(super) fn membership(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let path = self.exact_path(|ty| {
            let walked = matches!(
                ty,
                Ty::List(_) | Ty::Set(_) | Ty::Map(_) | Ty::Record(_) | Ty::Opaque(Opaque::Cidr)
            );
            walked && !ty.holds_secret()
        })?;
        let element = match &path.ty {
            Ty::List(element) | Ty::Set(element) => element.present().clone(),
            Ty::Opaque(_) => Ty::Opaque(*self.random.pick(&[Opaque::Ip, Opaque::Cidr])?),
            _ => Ty::Text,
        };
        // A literal that a closed enumeration does not list is refused.
        if matches!(element, Ty::Enum(_, false) | Ty::Ints(_)) {
            return None;
        }
        let op = self.random.word(&["in", "in", "not in"]);
        let left = match self.exact_path(|ty| *ty.present() == element) {
            Some(left) if self.random.percent(60) => left.text,
            _ => self.closed(&element, depth),
        };
        Some(format!("({left} {op} {})", path.text))
    }

    /// `like` and `matches`.
    pub(super) fn pattern(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let (op, opaque, literals): (_, _, &[&str]) = if self.random.percent(50) {
            ("like", Opaque::Glob, &["\"*\"", "\"a*\"", "\"*b\"", "\"\""])
        } else {
            (
                "matches",
                Opaque::Regex,
                &["r\"a.*\"", "r\"[^a]\"", "\"\"", "r\"(a|b)+\""],
            )
        };
        let pattern = match self.path_where(|ty| *ty == Ty::Opaque(opaque)) {
            Some(path) if self.random.percent(60) => path.text,
            _ => self.random.word(literals).into(),
        };
        Some(format!("({} {op} {pattern})", self.closed(&Ty::Text, depth)))
    }

    /// A closed enumeration compared with one of its values. Of a union's kind it narrows the union.
    pub(super) fn literal_test(&mut self, want: &Ty, _depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let path = self.exact_path(|ty| matches!(ty.present(), Ty::Enum(_, false) | Ty::Ints(_)))?;
        let value = self.literal(path.ty.present());
        let op = self.random.word(&["==", "!="]);
        let place = path.place.strip_suffix(".kind").unwrap_or(&path.place);
        self.hidden.push(place.to_owned());
        Some(format!("({} {op} {value})", path.text))
    }

    pub(super) fn is_test(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let path = self.exact_path(|ty| {
            matches!(
                ty.present(),
                Ty::Union(_) | Ty::Open(_) | Ty::Any | Ty::Mixed(_) | Ty::Library("k8s.Object")
            )
        })?;
        let (name, known) = self.test_of(path.ty.present())?;
        let more = self.knowing(&path.text, known, |this| this.expr(&Ty::Bool, depth));
        self.hidden.push(path.place);
        Some(match self.random.below(3) {
            0 => format!("({} is {name})", path.text),
            1 => format!("(not ({} is {name}) or {more})", path.text),
            _ => format!("({} is {name} and {more})", path.text),
        })
    }

    /// A type to test for.
    pub(super) fn test_of(&mut self, ty: &Ty) -> Option<(String, Ty)> {
        let tested = match ty {
            Ty::Union(variants) | Ty::Open(variants) => self.random.pick(variants)?.clone(),
            Ty::Any => {
                let variant = self.variant();
                // What the elements are is not tested: a null may be one.
                let list = if self.loose { Ty::Text } else { Ty::Any.optional() }.list();
                let kinds = [Ty::Int, Ty::Text, Ty::Bool, Ty::Float, variant, list];
                self.random.pick(&kinds)?.clone()
            }
            Ty::Mixed(members) => self.random.pick(members)?.clone(),
            Ty::Library("k8s.Object") => Ty::Library("k8s.Pod"),
            _ => return None,
        };
        Some((self.type_text(&tested), tested))
    }

    pub(super) fn null_test(&mut self, want: &Ty, depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let path = self.exact_path(Ty::is_optional)?;
        let present = path.ty.present().clone();
        let more = self.knowing(&path.text, present, |this| this.expr(&Ty::Bool, depth));
        Some(match self.random.below(4) {
            0 => {
                self.hidden.push(path.place);
                format!("({} == null)", path.text)
            }
            1 => format!("({} == null or {more})", path.text),
            _ => format!("({} != null and {more})", path.text),
        })
    }

    pub(super) fn same(&mut self, want: &Ty, _depth: usize) -> Option<String> {
        if *want.present() != Ty::Bool {
            return None;
        }
        let left = self.path_where(|_| true)?;
        let present = left.ty.present().clone();
        let right = self.path_where(|ty| *ty.present() == present)?;
        Some(format!("same({}, {})", left.text, right.text))
    }
}
