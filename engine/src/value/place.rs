//! Places: a node and the steps below it that are absent, and what a finding says of it: the JSON
//! pointer, what it is relative to, and where that lies in the text. Found only when a finding is made.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::{cell::RefCell, fmt::Write as _, ops::Range};

use smallvec::SmallVec;
use smol_str::SmolStr;

use super::{DocId, NodeRef, World, few::Few};
use crate::{
    input::{Kind, Location, NodeId, PathStep, Position},
    plan::Plan,
};

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

/// Nodes at which a name of its own begins: at most the object, the old one and the request.
pub(crate) type Bases<'a> = [Option<(NodeId, Option<&'a str>)>; 3];

/// What the places of a document are relative to.
#[derive(Clone, Debug)]
pub(crate) enum Origin<'a> {
    /// A literal of the policy has no places.
    Nothing,
    /// The root of a datum.
    Data(&'a str),
    /// Nodes at which a name of its own begins: the object under review has none, everything else says
    /// what it is (`oldObject`, `request`, an input's name). The innermost one holds.
    Input(Bases<'a>),
}

/// What the places of all documents are relative to.
#[derive(Clone, Debug)]
pub(crate) struct Origins<'a> {
    plan: &'a Plan,
    /// Of documents that are not the plan's.
    own: Few<Origin<'a>>,
    /// Positions that were counted: several rules speak of the same lines.
    known: RefCell<Known>,
}

impl<'a> Origins<'a> {
    /// Of the plan's documents.
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            own: Few::default(),
            known: RefCell::default(),
        }
    }

    /// Of the next document.
    pub(crate) fn push(&mut self, origin: Origin<'a>) {
        self.own.push(origin);
    }

    /// Of a document that has one already.
    pub(crate) fn set(&mut self, doc: DocId, origin: Origin<'a>) {
        let own = (doc.0 as usize).checked_sub(self.plan.documents.len());
        if let Some(known) = own.and_then(|own| self.own.get_mut(own)) {
            *known = origin;
        }
    }

    /// What places in a datum are relative to. Several rules speak of one datum, and share the text.
    fn datum(&self, doc: DocId, name: &str) -> Arc<str> {
        let mut known = self.known.borrow_mut();
        match &known.datum {
            Some((of, text)) if *of == doc => text.clone(),
            _ => {
                let text: Arc<str> = ["data:", name].concat().into();
                known.datum = Some((doc, text.clone()));
                text
            }
        }
    }

    fn of(&self, doc: DocId) -> Option<Origin<'a>> {
        if let Some(own) = (doc.0 as usize).checked_sub(self.plan.documents.len()) {
            return self.own.get(own).cloned();
        }
        let datum = self.plan.data.iter().find(|data| data.document == doc.0);
        Some(datum.map_or(Origin::Nothing, |data| Origin::Data(&data.name)))
    }
}

/// The newest positions that were counted, and the newest datum that was named.
#[derive(Clone, Debug, Default)]
struct Known {
    positions: SmallVec<[(DocId, Position); 16]>,
    /// Where the next one stands; the oldest gives way.
    next: usize,
    datum: Option<(DocId, Arc<str>)>,
}

impl Known {
    /// The nearest that is not behind an offset.
    fn before(&self, doc: DocId, offset: u32) -> Option<Position> {
        let positions = self.positions.iter().filter(|(known, _)| *known == doc);
        let before = positions.filter(|(_, position)| position.offset <= offset);
        before
            .max_by_key(|(_, position)| position.offset)
            .map(|(_, position)| *position)
    }

    fn add(&mut self, doc: DocId, position: Position) {
        if self.positions.contains(&(doc, position)) {
            return;
        }
        match self.positions.get_mut(self.next) {
            Some(oldest) => *oldest = (doc, position),
            None => self.positions.push((doc, position)),
        }
        self.next = self.next.saturating_add(1) % self.positions.inline_size();
    }
}

/// A place as a finding shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// What the path is relative to; none for the object under review.
    pub(crate) within: Option<Arc<str>>,
    /// The steps.
    pub(crate) tokens: Vec<Token>,
    /// Where it lies in the text.
    pub(crate) location: Option<Location>,
}

/// A place as a finding shows it; none for a place in a literal of the policy.
pub(crate) fn show(world: &World<'_>, origins: &Origins<'_>, place: &Place) -> Option<Shown> {
    let (within, tokens) = steps(world, origins, place)?;
    let location = match place.base {
        Base::Request => None,
        Base::Node(at) => locate(world, origins, at, !place.rest.is_empty()),
    };
    Some(Shown {
        within,
        tokens,
        location,
    })
}

/// What a place is relative to, and its steps.
pub(crate) fn steps(
    world: &World<'_>,
    origins: &Origins<'_>,
    place: &Place,
) -> Option<(Option<Arc<str>>, Vec<Token>)> {
    let at = match place.base {
        Base::Request => return Some((Some("request".into()), place.rest.clone())),
        Base::Node(at) => at,
    };
    let doc = world.doc(at.doc)?;
    let (base, within) = match origins.of(at.doc)? {
        Origin::Nothing => return None,
        Origin::Data(name) => (doc.root(), Some(origins.datum(at.doc, name))),
        Origin::Input(bases) => bases
            .iter()
            .flatten()
            .filter(|(base, _)| *base <= at.node && at.node < doc.end(*base))
            .max_by_key(|(base, _)| *base)
            .map(|(base, name)| (*base, name.map(Arc::from)))?,
    };
    // Most places of a pod are not deeper.
    let mut tokens: Vec<Token> = Vec::with_capacity(place.rest.len().saturating_add(8));
    doc.each_step(base, at.node, |step| {
        tokens.push(match step {
            PathStep::Key(key) => Token::Key(key.into()),
            PathStep::Index(index) => Token::Index(index as u32),
        });
    })?;
    tokens.extend(place.rest.iter().cloned());
    Some((within, tokens))
}

/// Where a node lies. Of a list or object that takes several lines, and of what something absent was to lie in, one
/// line is shown: its key, or its first line.
fn locate(world: &World<'_>, origins: &Origins<'_>, at: NodeRef, below: bool) -> Option<Location> {
    let (doc, node) = (world.doc(at.doc)?, at.node);
    if doc.text().is_empty() {
        return None;
    }
    let locate = |range: Range<u32>| {
        let mut known = origins.known.borrow_mut();
        let (start, location) = doc.locate_from(known.before(at.doc, range.start), range);
        known.add(at.doc, start);
        Some(location)
    };
    let span = doc.span(node);
    let container = matches!(doc.kind(node), Kind::Object | Kind::List | Kind::Null);
    if !(container && below) {
        let location = locate(span.clone());
        let lines = location.is_some_and(|location| location.line != location.end_line);
        let long = || {
            doc.slice(span.clone())
                .is_some_and(|text| text.trim_end().contains('\n'))
        };
        if !(container && lines && long()) {
            return location;
        }
    }
    if let Some(key) = doc.key_span(node) {
        return locate(key);
    }
    let line = doc
        .slice(span.clone())
        .and_then(|text| text.lines().next())
        .unwrap_or("");
    let end = span.start.saturating_add(line.trim_end().len() as u32);
    locate(span.start..end)
}

/// The JSON pointer (RFC 6901) of the steps.
pub(crate) fn pointer(tokens: &[Token]) -> String {
    let length = tokens.iter().map(|token| match token {
        Token::Index(_) | Token::End => 4,
        Token::Key(key) => key.len().saturating_add(1),
    });
    let mut pointer = String::with_capacity(length.fold(0, usize::saturating_add));
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
    pointer
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
    fn a_line_is_the_same_wherever_it_is_counted_from() {
        let text = "{\n  \"a\": [1, \"ä\",\n\t{\"b\": null}],\r\n \"c\": \"ü\" }\n";
        let doc = crate::input::read_json(text, &crate::input::ReadLimits::default()).unwrap();
        let nodes: Vec<NodeId> = (0..doc.size() as u32).map(NodeId).collect();
        for (from, to) in nodes
            .iter()
            .flat_map(|from| nodes.iter().map(move |to| (from, to)))
        {
            let (near, _) = doc.locate_from(None, doc.span(*from));
            let (_, location) = doc.locate_from(Some(near), doc.span(*to));
            assert_eq!(location, doc.locate(doc.span(*to)), "{from:?} {to:?}");
        }
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
