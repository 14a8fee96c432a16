//! Documents of generated cases: members keep their order, numbers their spelling.

use core::fmt;

use crate::random::Random;

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object; each key once.
    Object(Vec<(String, Json)>),
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) => write!(f, "\"{}\"", escaped(text)),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (key, value)) in members.iter().enumerate() {
                    write!(
                        f,
                        "{}\"{}\": {value}",
                        if index > 0 { ", " } else { "" },
                        escaped(key)
                    )?;
                }
                f.write_str("}")
            }
        }
    }
}

/// The texts that are generated need no escapes but these.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

impl Json {
    /// How many values it has, itself included.
    pub fn size(&self) -> usize {
        1 + match self {
            Self::List(items) => items.iter().map(Self::size).sum(),
            Self::Object(members) => members.iter().map(|(_, value)| value.size()).sum(),
            _ => 0,
        }
    }

    /// The value of that number, counted from the root.
    pub fn at(&mut self, index: usize) -> Option<&mut Self> {
        if index == 0 {
            return Some(self);
        }
        let mut left = index - 1;
        let children: Vec<&mut Self> = match self {
            Self::List(items) => items.iter_mut().collect(),
            Self::Object(members) => members.iter_mut().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        };
        for child in children {
            let size = child.size();
            if left < size {
                return child.at(left);
            }
            left -= size;
        }
        None
    }

    /// Puts the members of all objects into another order.
    pub fn shuffle(&mut self, random: &mut Random) {
        match self {
            Self::List(items) => items.iter_mut().for_each(|item| item.shuffle(random)),
            Self::Object(members) => {
                random.shuffle(members);
                members.iter_mut().for_each(|(_, value)| value.shuffle(random));
            }
            _ => {}
        }
    }

    /// Everything that is one step smaller.
    pub fn smaller(&self) -> Vec<Self> {
        let mut all = Vec::new();
        for index in 0..self.size() {
            let mut copy = self.clone();
            let Some(at) = copy.at(index) else { continue };
            let length = match at {
                Self::List(items) => items.len(),
                Self::Object(members) => members.len(),
                _ => 0,
            };
            for child in 0..length {
                let mut copy = self.clone();
                match copy.at(index) {
                    Some(Self::List(items)) => drop(items.remove(child)),
                    Some(Self::Object(members)) => drop(members.remove(child)),
                    _ => {}
                }
                all.push(copy);
            }
        }
        all
    }
}

/// Makes one mistake: a value of another type, null, or nothing.
pub(super) fn spoil(value: &mut Json, random: &mut Random) {
    let index = random.below(value.size());
    let Some(at) = value.at(index) else { return };
    match at {
        Json::Object(members) if random.percent(50) && !members.is_empty() => {
            members.remove(random.below(members.len()));
        }
        Json::List(items) if random.percent(50) => {
            items.push(junk(random));
        }
        at => *at = junk(random),
    }
}

fn junk(random: &mut Random) -> Json {
    match random.below(11) {
        9 => Json::Text("v1".into()),
        10 => Json::Number("-1e400".into()),
        0 => Json::Null,
        1 => Json::Bool(true),
        2 => Json::Number("1".into()),
        3 => Json::Number("1.5".into()),
        4 => Json::Text("zz".into()),
        5 => Json::Number("123456789012345678901234567890".into()),
        6 => Json::List(vec![Json::Null, Json::Text("a".into())]),
        7 => Json::Object(vec![("kind".into(), Json::Text("b".into()))]),
        _ => Json::List(Vec::new()),
    }
}
