//! What a machine needs room for. A decision leaves its room to the next one on the same thread, so that in
//! the long run deciding allocates nothing; without `std` there is no such place, and each makes its own.

use alloc::{string::String, vec::Vec};

use super::{
    Sink, Slot,
    memo::{Fields, Memo},
    relation::Stored,
};
use crate::decision::Raw;
use crate::plan::{index::Reached, trie::Present};
use crate::value::{Heap, Value, index::Index, shown::Known};

/// Room, empty but for [`Buffers::ready`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers {
    pub(super) heap: Heap,
    pub(super) inputs: Vec<Value>,
    pub(super) data: Vec<Slot>,
    pub(super) lets: Vec<Slot>,
    pub(super) relations: Vec<Option<Stored>>,
    pub(super) indexes: Vec<Option<Index>>,
    pub(super) stack: Vec<Value>,
    pub(super) memo: Memo,
    pub(super) fields: Fields,
    pub(super) text: String,
    /// Rules that the index finds, and nodes of it that wait.
    pub(crate) chosen: Chosen,
    pub(super) sink: Sink,
    pub(super) known: Known,
}

/// What the index writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) rules: Vec<Reached>,
    pub(crate) waiting: Vec<u32>,
    pub(crate) present: Present,
}

#[cfg(feature = "std")]
mod kept {
    use core::cell::Cell;

    use super::Buffers;

    std::thread_local! {
        static KEPT: Cell<Option<Buffers>> = const { Cell::new(None) };
    }

    /// Values, texts and rows that a thread keeps room for; one decision that took more leaves none.
    const MOST: usize = 64 * 1024;

    impl Buffers {
        /// The room that the last decision on this thread left.
        pub(crate) fn take() -> Self {
            // While a thread ends, there is none.
            KEPT.try_with(Cell::take).ok().flatten().unwrap_or_default()
        }

        /// Leaves the room to the next decision.
        pub(crate) fn leave(mut self) {
            if self.size() > MOST {
                return;
            }
            self.clear();
            let _ = KEPT.try_with(|kept| kept.set(Some(self)));
        }
    }
}

#[cfg(not(feature = "std"))]
impl Buffers {
    /// Room of its own.
    pub(crate) fn take() -> Self {
        Self::default()
    }

    pub(crate) fn leave(self) {}
}

#[cfg(feature = "std")]
impl Buffers {
    fn size(&self) -> usize {
        let own = [
            self.inputs.capacity(),
            self.data.capacity(),
            self.lets.capacity(),
            self.relations.capacity(),
            self.indexes.capacity(),
            self.stack.capacity(),
            self.chosen.rules.capacity(),
            self.text.capacity() / size_of::<Value>(),
            self.chosen.waiting.capacity(),
            self.sink
                .capacity()
                .saturating_mul(size_of::<Raw>() / size_of::<Value>()),
        ];
        own.into_iter().fold(self.heap.capacity(), usize::saturating_add)
    }

    fn clear(&mut self) {
        self.heap.clear();
        self.inputs.clear();
        self.data.clear();
        self.lets.clear();
        self.relations.clear();
        self.indexes.clear();
        self.stack.clear();
        self.chosen.rules.clear();
        self.chosen.waiting.clear();
        self.sink.clear();
        self.known.clear();
    }
}
