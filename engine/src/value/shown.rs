//! What a finding says of a place: what its path is relative to, the path, and where it lies in the text. Worked
//! out once a decision for each node, because several rules speak of one container or one datum.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::{
    cell::{OnceCell, RefCell},
    ops::Range,
};

use smallvec::SmallVec;

use super::{
    DocId, NodeRef, World,
    few::Few,
    place::{Base, Path, Place, Token, pointer},
};
use crate::{
    input::{Document, Kind, Location, NodeId, PathStep, Position},
    plan::Plan,
};

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
    known: RefCell<Known>,
}

impl<'a> Origins<'a> {
    /// Of the plan's documents.
    pub(crate) fn new(plan: &'a Plan, known: Known) -> Self {
        Self {
            plan,
            own: Few::default(),
            known: RefCell::new(known),
        }
    }

    /// The room for what is worked out.
    pub(crate) fn into_known(self) -> Known {
        self.known.into_inner()
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
            self.known.get_mut().clear();
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

/// Nodes whose places are kept: the containers of a pod and what they hold.
const SPOTS: usize = 16;

/// What was worked out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// The newest.
    spots: Vec<Entry>,
    /// Where the next one stands; the oldest gives way.
    next: usize,
    lines: Lines,
    /// What places in the newest datum are relative to. It may be of an earlier decision.
    datum: Option<Arc<str>>,
}

/// A node, and what is known of it.
#[derive(Clone, Debug)]
struct Entry {
    at: NodeRef,
    spot: Arc<Spot>,
    /// Where it lies, once asked.
    whole: OnceCell<Option<Location>>,
    /// Where something absent was to lie in it.
    below: OnceCell<Option<Location>>,
}

/// The way to a node.
#[derive(Debug)]
pub(crate) struct Spot {
    /// What the path is relative to; none for the object under review.
    within: Option<Arc<str>>,
    pub(super) tokens: SmallVec<[Token; 6]>,
    pub(super) pointer: String,
}

impl Known {
    /// Of another decision nothing is known but how data are called.
    pub(crate) fn clear(&mut self) {
        self.spots.clear();
        self.next = 0;
        self.lines.positions.clear();
        self.lines.next = 0;
        self.lines.one = None;
    }

    fn entry(
        &mut self,
        world: &World<'_>,
        origins: &Origins<'_>,
        at: NodeRef,
    ) -> Option<(&mut Entry, &mut Lines)> {
        let known = self.spots.iter().position(|entry| entry.at == at);
        let slot = match known {
            Some(slot) => slot,
            None => {
                let entry = Entry {
                    at,
                    spot: Arc::new(self.spot(world, origins, at)?),
                    whole: OnceCell::new(),
                    below: OnceCell::new(),
                };
                let slot = self.next;
                match self.spots.get_mut(slot) {
                    Some(oldest) => *oldest = entry,
                    None => self.spots.push(entry),
                }
                self.next = slot.saturating_add(1) % SPOTS;
                slot
            }
        };
        Some((self.spots.get_mut(slot)?, &mut self.lines))
    }

    fn spot(&mut self, world: &World<'_>, origins: &Origins<'_>, at: NodeRef) -> Option<Spot> {
        let doc = world.doc(at.doc)?;
        let (base, within) = match origins.of(at.doc)? {
            Origin::Nothing => return None,
            Origin::Data(name) => (doc.root(), Some(self.datum(name))),
            Origin::Input(bases) => bases
                .iter()
                .flatten()
                .filter(|(base, _)| *base <= at.node && at.node < doc.end(*base))
                .max_by_key(|(base, _)| *base)
                .map(|(base, name)| (*base, name.map(Arc::from)))?,
        };
        let mut tokens = SmallVec::new();
        doc.each_step(base, at.node, |step| {
            tokens.push(match step {
                PathStep::Key(key) => Token::Key(key.into()),
                PathStep::Index(index) => Token::Index(index as u32),
            });
        })?;
        let pointer = pointer(&tokens);
        Some(Spot {
            within,
            tokens,
            pointer,
        })
    }

    /// What places in a datum are relative to. Several rules speak of one datum, and share the text.
    fn datum(&mut self, name: &str) -> Arc<str> {
        match &self.datum {
            Some(text) if text.strip_prefix("data:") == Some(name) => text.clone(),
            _ => {
                let text: Arc<str> = ["data:", name].concat().into();
                self.datum = Some(text.clone());
                text
            }
        }
    }
}

/// Positions that are kept.
const POSITIONS: usize = 16;

/// Where lines begin, as far as it was counted.
#[derive(Clone, Debug, Default)]
struct Lines {
    /// The newest positions.
    positions: Vec<(DocId, Position)>,
    /// Where the next one stands; the oldest gives way.
    next: usize,
    /// Whether the newest document is one line.
    one: Option<(DocId, bool)>,
}

impl Lines {
    /// Whether a document is one line of ASCII.
    fn is_one(&mut self, id: DocId, doc: &Document<'_>) -> bool {
        match self.one {
            Some((known, is)) if known == id => is,
            _ => {
                let is = doc.is_one_line();
                self.one = Some((id, is));
                is
            }
        }
    }

    /// Where a range of a document lies.
    fn locate(&mut self, id: DocId, doc: &Document<'_>, range: Range<u32>) -> Location {
        let (start, location) = doc.locate_from(self.before(id, range.start), range);
        self.add(id, start);
        location
    }

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
        self.next = self.next.saturating_add(1) % POSITIONS;
    }
}

/// A place as a finding shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// What the path is relative to; none for the object under review.
    pub(crate) within: Option<Arc<str>>,
    pub(crate) path: Path,
    /// Where it lies in the text.
    pub(crate) location: Option<Location>,
}

/// A place as a finding shows it; none for a place in a literal of the policy.
pub(crate) fn show(world: &World<'_>, origins: &Origins<'_>, place: Place) -> Option<Shown> {
    let at = match place.base {
        Base::Request => {
            return Some(Shown {
                within: Some("request".into()),
                path: Path::new(None, place.rest),
                location: None,
            });
        }
        Base::Node(at) => at,
    };
    let mut known = origins.known.borrow_mut();
    let (entry, lines) = known.entry(world, origins, at)?;
    let below = !place.rest.is_empty();
    let location = if below { &entry.below } else { &entry.whole };
    Some(Shown {
        within: entry.spot.within.clone(),
        location: *location.get_or_init(|| locate(world, lines, at, below)),
        path: Path::new(Some(entry.spot.clone()), place.rest),
    })
}

/// What a place is relative to, and its steps.
pub(crate) fn steps(
    world: &World<'_>,
    origins: &Origins<'_>,
    place: &Place,
) -> Option<(Option<Arc<str>>, Path)> {
    let (within, spot) = match place.base {
        Base::Request => (Some("request".into()), None),
        Base::Node(at) => {
            let mut known = origins.known.borrow_mut();
            let (entry, _) = known.entry(world, origins, at)?;
            (entry.spot.within.clone(), Some(entry.spot.clone()))
        }
    };
    Some((within, Path::new(spot, place.rest.clone())))
}

/// Where a node lies. Of a list or object that takes several lines, and of what something absent was to lie in, one
/// line is shown: its key, or its first line.
fn locate(world: &World<'_>, lines: &mut Lines, at: NodeRef, below: bool) -> Option<Location> {
    let (doc, node) = (world.doc(at.doc)?, at.node);
    if doc.text().is_empty() {
        return None;
    }
    let span = doc.span(node);
    let below = below && matches!(doc.kind(node), Kind::Object | Kind::List | Kind::Null);
    if lines.is_one(at.doc, doc) {
        let key = doc.key_span(node).filter(|_| below);
        return Some(doc.locate_on_line(key.unwrap_or(span)));
    }
    if !below {
        let location = lines.locate(at.doc, doc, span.clone());
        let container = matches!(doc.kind(node), Kind::Object | Kind::List | Kind::Null);
        let long = || {
            doc.slice(span.clone())
                .is_some_and(|text| text.trim_end().contains('\n'))
        };
        if !(container && location.line != location.end_line && long()) {
            return Some(location);
        }
    }
    if let Some(key) = doc.key_span(node) {
        return Some(lines.locate(at.doc, doc, key));
    }
    Some(lines.locate(at.doc, doc, first_line(doc, span)))
}

fn first_line(doc: &Document<'_>, span: Range<u32>) -> Range<u32> {
    let text = doc.slice(span.clone());
    let line = text.and_then(|text| text.lines().next()).unwrap_or("");
    span.start..span.start.saturating_add(line.trim_end().len() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn places_of_one_line_need_no_counting() {
        let read = |text| crate::input::read_json(text, &crate::input::ReadLimits::default()).unwrap();
        let doc = read(" {\"a\": [1, \"b\", {\"c\": null}], \"d\": true} ");
        assert!(doc.is_one_line());
        for node in (0..doc.size() as u32).map(NodeId) {
            let ranges = [Some(doc.span(node)), doc.key_span(node)];
            for range in ranges.into_iter().flatten() {
                assert_eq!(doc.locate_on_line(range.clone()), doc.locate(range));
            }
        }
        for text in ["[1,\n2]", "[\"ä\"]"] {
            assert!(!read(text).is_one_line(), "{text:?}");
        }
        let long = alloc::format!("[\"{}\"]", "a".repeat(20_000));
        assert!(!read(&long).is_one_line());
    }
}
