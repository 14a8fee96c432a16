//! What depends on data alone: computed once, when the data are loaded, and shared by all decisions. Relations
//! whose rows are texts of data are kept as pairs of numbers, and need no index to find a row.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

use super::{Machine, Slot, relation::Stored};
use crate::{
    fault::{Fault, Reason},
    hashed::Words,
    plan::{OpId, Plan, depends::Stale, join::Source},
    value::{DocId, NodeRef, Value, index::Index, symbols::Symbols},
};

/// What depends on data alone, computed once.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    relations: Vec<Option<Arc<Stored>>>,
    /// Of data that are read as they lie, or as sets.
    data: Vec<Slot>,
    /// By datum, lists that stand for sets: where each lies, and the run that it is read as.
    sets: Vec<Option<Arc<Sets>>>,
    lets: Vec<Slot>,
    let_met: BTreeMap<u32, BTreeSet<u32>>,
    indexes: Vec<Option<Arc<Index>>>,
    /// The texts of data as numbers, where relations are found by them.
    symbols: Symbols,
    /// The rows of relations that are pairs of texts, or texts; these have no index of members.
    members: Vec<Option<Words>>,
    /// What was made when all of it was computed; see [`Heap::since`](crate::value::Heap::since).
    pub(crate) made: usize,
}

/// Nodes, in the order of their document, and runs.
type Sets = Vec<(NodeRef, u32)>;

impl Snapshot {
    /// The values of data and `let`s at the beginning of a decision.
    pub(super) fn begin(&self, plan: &Plan, data: &mut Vec<Slot>, lets: &mut Vec<Slot>) {
        data.extend_from_slice(&self.data);
        data.resize(plan.data.len(), Slot::Empty);
        lets.extend_from_slice(&self.lets);
        lets.resize(plan.lets.len(), Slot::Empty);
    }

    /// The set that a list of data stands for.
    pub(super) fn set(&self, at: NodeRef) -> Option<Value> {
        let sets = self.sets.iter().flatten();
        let mut sets = sets.filter(|sets| sets.first().is_some_and(|(first, _)| first.doc == at.doc));
        let sets = sets.next()?;
        let found = sets.binary_search_by_key(&at, |(known, _)| *known).ok()?;
        sets.get(found).map(|(_, run)| Value::Set(*run))
    }

    /// A relation that was computed.
    #[inline]
    pub(super) fn relation(&self, relation: u32) -> Option<&Stored> {
        self.relations.get(relation as usize)?.as_deref()
    }

    /// An index that was built.
    #[inline]
    pub(super) fn index(&self, keyed: u32) -> Option<&Index> {
        self.indexes.get(keyed as usize)?.as_deref()
    }

    /// The rows of a relation, if they are found by the numbers of their texts.
    #[inline]
    pub(super) fn members(&self, relation: u32) -> Option<(&Words, &Symbols)> {
        let members = self.members.get(relation as usize)?.as_ref();
        members.map(|members| (members, &self.symbols))
    }

    /// The texts of data as numbers; none where nothing is found by them.
    #[inline]
    pub(super) fn symbols(&self) -> Option<&Symbols> {
        (!self.members.is_empty()).then_some(&self.symbols)
    }

    /// What does not depend on data that change.
    pub(crate) fn without(&self, stale: &Stale) -> Self {
        fn kept(stale: &[bool], at: usize) -> bool {
            !stale.get(at).copied().unwrap_or(true)
        }
        fn shared<T>(all: &[Option<Arc<T>>], stale: &[bool]) -> Vec<Option<Arc<T>>> {
            let all = all.iter().enumerate();
            all.map(|(at, one)| one.clone().filter(|_| kept(stale, at)))
                .collect()
        }
        let slots = |all: &[Slot], stale: &[bool]| {
            let all = all.iter().enumerate();
            all.map(|(at, slot)| match slot {
                slot if kept(stale, at) => slot.clone(),
                _ => Slot::Empty,
            })
            .collect()
        };
        let met = self.let_met.iter();
        Self {
            relations: shared(&self.relations, &stale.relations),
            data: slots(&self.data, &stale.data),
            sets: shared(&self.sets, &stale.data),
            lets: slots(&self.lets, &stale.lets),
            let_met: met
                .filter(|(at, _)| kept(&stale.lets, **at as usize))
                .map(|(at, met)| (*at, met.clone()))
                .collect(),
            indexes: shared(&self.indexes, &stale.indexes),
            symbols: Symbols::default(),
            members: Vec::new(),
            made: self.made,
        }
    }

    /// Whether nothing was computed yet.
    pub(crate) fn is_empty(&self) -> bool {
        let data = self.data.is_empty() && self.sets.is_empty();
        data && self.relations.is_empty() && self.lets.is_empty() && self.indexes.is_empty()
    }

    pub(super) fn let_met(&self) -> BTreeMap<u32, BTreeSet<u32>> {
        self.let_met.clone()
    }

    /// The value of a `let` on data alone that met no error.
    pub(crate) fn value(&self, entry: u32) -> Option<&Value> {
        match self.lets.get(entry as usize)? {
            Slot::Value(value) if !self.let_met.contains_key(&entry) => Some(value),
            _ => None,
        }
    }
}

/// What loading met that no rule can be told.
#[derive(Debug)]
pub(crate) struct LoadFault {
    /// What was computed.
    pub(crate) span: wardlaw_lang::Span,
    /// Its name.
    pub(crate) name: alloc::string::String,
    /// Which limit.
    pub(crate) reason: Reason,
}

impl Machine<'_> {
    /// The sets that lists of data stand for. Where they exceed the limit, the others are made where they are read.
    pub(crate) fn sets(&mut self) -> Vec<Option<Arc<Sets>>> {
        let plan = self.plan;
        let mut all = plan.snapshot.sets.clone();
        all.resize(plan.data.len(), None);
        for (data, known) in plan.data.iter().zip(&mut all) {
            let doc = DocId(data.document);
            if known.is_some() || data.sets.is_empty() || self.world.doc(doc).is_none() {
                continue;
            }
            let mut sets = Vec::with_capacity(data.sets.len());
            for node in data.sets.iter().copied() {
                let at = NodeRef { doc, node };
                match self.read_set(at, None) {
                    Ok(Value::Set(run)) => sets.push((at, run)),
                    Ok(_) => {}
                    Err(Fault) => {
                        drop(self.take_fault());
                        return all;
                    }
                }
            }
            *known = Some(Arc::new(sets));
        }
        all
    }

    /// Computes everything that depends on data alone.
    pub(crate) fn load(&mut self) -> Result<(), LoadFault> {
        let plan = self.plan;
        let given = (0_u32..)
            .zip(&plan.data)
            .filter(|(_, data)| data.document != u32::MAX);
        for (index, _) in given {
            if self.datum(index).is_err() {
                drop(self.take_fault());
            }
        }
        for (index, relation) in plan.relations.iter().enumerate() {
            if relation.reads_input {
                continue;
            }
            let result = self.relation(index as u32);
            let full = self.stored(index as u32).and_then(|stored| {
                let reasons = stored.faults.iter().map(|fault| fault.reason);
                reasons
                    .into_iter()
                    .find(|reason| matches!(reason, Reason::Values | Reason::Text))
            });
            let reason = match (result, full) {
                (Err(Fault), _) => self.take_fault().reason,
                (Ok(()), Some(reason)) => reason,
                (Ok(()), None) => continue,
            };
            return Err(LoadFault {
                span: relation.span,
                name: relation.name.clone(),
                reason,
            });
        }
        for (index, entry) in plan
            .lets
            .iter()
            .enumerate()
            .filter(|(_, entry)| !entry.reads_input)
        {
            // Its errors are kept for who reads it; those of limits are ours.
            if self.package_let(index as u32).is_err() {
                let fault = self.take_fault();
                if fault.reason.ends_all() || matches!(fault.reason, Reason::Values | Reason::Text) {
                    return Err(LoadFault {
                        span: fault.span.unwrap_or(plan.span_of(entry.value)),
                        name: "let".into(),
                        reason: fault.reason,
                    });
                }
            }
        }
        self.met.clear();
        let asked = plan.asked();
        let wanted = |index: u32, source| match source {
            Source::Relation(relation) => {
                let known = plan.relations.get(relation as usize);
                let is_member = known.is_some_and(|known| known.member == index);
                !is_member || asked.contains(&relation) && !self.is_of_texts(relation)
            }
            Source::List(..) => true,
        };
        let keyed = (0_u32..).zip(&plan.keyed).filter(|(_, keyed)| keyed.of_data);
        let keyed = keyed.filter(|(index, keyed)| wanted(*index, keyed.source));
        for index in keyed.map(|(index, _)| index).collect::<Vec<u32>>() {
            if self.sift(index).is_err() {
                let fault = self.take_fault();
                return Err(LoadFault {
                    span: fault.span.unwrap_or(plan.span_of(OpId(0))),
                    name: "for".into(),
                    reason: fault.reason,
                });
            }
        }
        Ok(())
    }

    /// Whether a relation on data met no error and has one or two columns, and all that is in them are texts of data.
    fn is_of_texts(&self, relation: u32) -> bool {
        let of_data = self.plan.relations.get(relation as usize);
        let Some(stored) = self
            .stored(relation)
            .filter(|_| of_data.is_some_and(|r| !r.reads_input))
        else {
            return false;
        };
        let is_text = |value: &Value| match value {
            Value::Node(at) => self
                .world
                .doc(at.doc)
                .is_some_and(|doc| doc.str(at.node).is_some()),
            _ => false,
        };
        stored.met.is_empty()
            && stored.rows.columns() <= 2
            && (0..stored.rows.len()).all(|row| stored.rows.row(row).iter().all(is_text))
    }

    /// The relations that are asked for rows of texts, as pairs of numbers.
    fn members(&self) -> (Symbols, Vec<Option<Words>>) {
        let mut asked = self.plan.asked();
        asked.retain(|relation| self.is_of_texts(*relation));
        if asked.is_empty() {
            return (Symbols::default(), Vec::new());
        }
        let symbols = Symbols::new(self.plan.documents.iter().map(|document| &**document));
        let all = 0..self.plan.relations.len() as u32;
        let members = all.map(|relation| {
            let stored = self.stored(relation).filter(|_| asked.contains(&relation))?;
            Some(symbols.words(&stored.rows))
        });
        let members = members.collect();
        (symbols, members)
    }

    /// What was computed and what was kept, and the heap that the former lies in.
    pub(crate) fn into_snapshot(self, sets: Vec<Option<Arc<Sets>>>) -> (Snapshot, crate::value::Heap) {
        fn merged<T>(own: Vec<Option<T>>, kept: &[Option<Arc<T>>]) -> Vec<Option<Arc<T>>> {
            let own = own.into_iter().enumerate();
            own.map(|(at, own)| own.map(Arc::new).or_else(|| kept.get(at)?.clone()))
                .collect()
        }
        let kept = &self.plan.snapshot;
        let (symbols, members) = self.members();
        let snapshot = Snapshot {
            relations: merged(self.relations, &kept.relations),
            data: self.data,
            sets,
            lets: self.lets,
            let_met: self.let_met,
            indexes: merged(self.indexes, &kept.indexes),
            symbols,
            members,
            made: kept.made,
        };
        (snapshot, self.world.heap)
    }

    /// An index that was built.
    pub(super) fn index_of(&self, keyed: u32) -> Option<&Index> {
        let own = self.indexes.get(keyed as usize).and_then(Option::as_ref);
        own.or_else(|| self.plan.snapshot.index(keyed))
    }
}
