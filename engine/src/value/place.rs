//! Places: a node and the steps below it that are absent; the steps of a place in the order of findings, and its
//! JSON pointer. What a finding says of a place is worked out in `shown.rs`.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::{cmp::Ordering, fmt::Write as _};

use smol_str::SmolStr;

use super::{NodeRef, shown::Spot};

/// One step of a pointer. Indices come before keys, so that places order as people read them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    /// Of a list.
    Index(u32),
    /// The end of a list: `-`.
    End,
    /// Of an object.
    Key(SmolStr),
}

impl Token {
    /// How long it is in a pointer, about.
    fn len(&self) -> usize {
        match self {
            Self::Index(_) | Self::End => 4,
            Self::Key(key) => key.len().saturating_add(1),
        }
    }
}

/// Where a place begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base {
    /// At a node.
    Node(NodeRef),
    /// At the request that was made of a bare object and has no document of its own.
    Request,
}

/// An evaluated place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The nearest that is present.
    pub(crate) base: Base,
    /// What is absent below it.
    pub(crate) rest: Vec<Token>,
}

impl Place {
    /// The place of a node.
    pub(crate) fn node(at: NodeRef) -> Self {
        Self {
            base: Base::Node(at),
            rest: Vec::new(),
        }
    }
}

/// The steps to a place: those to the nearest node that is present, which the places below it share, and the rest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    spot: Option<Arc<Spot>>,
    rest: Vec<Token>,
}

impl Path {
    pub(super) fn new(spot: Option<Arc<Spot>>, rest: Vec<Token>) -> Self {
        Self { spot, rest }
    }

    fn tokens(&self) -> impl Iterator<Item = &Token> {
        let present = self.spot.as_deref().map_or(&[][..], |spot| &spot.tokens);
        present.iter().chain(&self.rest)
    }

    /// All steps.
    pub(crate) fn into_tokens(self) -> Vec<Token> {
        self.tokens().cloned().collect()
    }

    /// The JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let present = self.spot.as_deref().map_or("", |spot| &spot.pointer);
        let length = self
            .rest
            .iter()
            .map(Token::len)
            .fold(present.len(), usize::saturating_add);
        let mut pointer = String::with_capacity(length);
        pointer.push_str(present);
        push_pointer(&self.rest, &mut pointer);
        pointer
    }
}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.spot, &other.spot) {
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => self.rest.cmp(&other.rest),
            _ => self.tokens().cmp(other.tokens()),
        }
    }
}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Path {}

/// The JSON pointer (RFC 6901) of the steps.
pub(crate) fn pointer(tokens: &[Token]) -> String {
    let length = tokens.iter().map(Token::len).fold(0, usize::saturating_add);
    let mut pointer = String::with_capacity(length);
    push_pointer(tokens, &mut pointer);
    pointer
}

fn push_pointer(tokens: &[Token], pointer: &mut String) {
    for token in tokens {
        pointer.push('/');
        match token {
            Token::Index(index) => match u8::try_from(*index) {
                Ok(digit @ 0..10) => pointer.push(char::from(b'0'.saturating_add(digit))),
                // Writing to a string does not fail.
                _ => drop(write!(pointer, "{index}")),
            },
            Token::End => pointer.push('-'),
            Token::Key(key) if is_escaped(key) => {
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Token::Key(key) => pointer.push_str(key),
        }
    }
}

/// Whether a key has characters that a pointer escapes. All bytes are looked at, so that many are at once.
fn is_escaped(key: &str) -> bool {
    let escaped = |found: bool, byte| found | matches!(byte, b'~' | b'/');
    key.bytes().fold(false, escaped)
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn pointers_are_escaped() {
        let tokens = [
            Token::Key("metadata".into()),
            Token::Key("a/b~c".into()),
            Token::Index(10),
            Token::End,
        ];
        assert_eq!(pointer(&tokens), "/metadata/a~1b~0c/10/-");
    }

    #[test]
    fn indices_order_as_numbers_and_before_keys() {
        let mut places = [
            vec![Token::Key("a".into()), Token::Index(10)],
            vec![Token::Key("a".into()), Token::Index(9)],
            vec![Token::Key("a".into())],
            vec![Token::Key("a".into()), Token::Key("0".into())],
        ];
        places.sort();
        let places: Vec<String> = places.iter().map(|place| pointer(place)).collect();
        assert_eq!(places, ["/a", "/a/9", "/a/10", "/a/0"]);
    }
}
