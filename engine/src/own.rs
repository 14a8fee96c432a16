//! Texts that every decision hands out: digests, names of rules and files, controls. They are counted
//! references, and threads that share an engine would all write the one count: so each thread has references
//! of its own, and hands those out.

use alloc::{string::String, sync::Arc, vec::Vec};

/// Of a policy and its data: `sha256:…`.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    pub(crate) policy: Arc<str>,
    pub(crate) data: Arc<str>,
}

/// Controls that a rule checks: framework and ids.
pub(crate) type Controls = [(String, Vec<String>)];

#[cfg(feature = "std")]
mod kept {
    use core::cell::RefCell;
    use std::thread::LocalKey;

    use super::{Arc, Controls, Vec};

    /// Slots, a power of two. One that two texts share is filled anew by each.
    const SLOTS: usize = 256;

    /// What is shared, and the same, counted on this thread. The first is held, so that nothing else can come to
    /// lie where it is.
    type Slot<T> = Option<(Arc<T>, Arc<T>)>;
    type Kept<T> = RefCell<Vec<Slot<T>>>;

    std::thread_local! {
        static TEXTS: Kept<str> = const { RefCell::new(Vec::new()) };
        static CONTROLS: Kept<Controls> = const { RefCell::new(Vec::new()) };
    }

    fn own<T: ?Sized>(
        kept: &'static LocalKey<Kept<T>>,
        shared: &Arc<T>,
        copy: impl Fn(&T) -> Arc<T>,
    ) -> Arc<T> {
        let own = kept.try_with(|kept| {
            let mut slots = kept.try_borrow_mut().ok()?;
            if slots.is_empty() {
                slots.resize_with(SLOTS, || None);
            }
            // Allocations are 16 bytes apart.
            let place = Arc::as_ptr(shared).cast::<u8>().addr() >> 4;
            let slot = slots.get_mut((place ^ place >> 8) % SLOTS)?;
            match slot {
                Some((known, own)) if Arc::ptr_eq(known, shared) => Some(own.clone()),
                _ => {
                    let own = copy(shared);
                    *slot = Some((shared.clone(), own.clone()));
                    Some(own)
                }
            }
        });
        // While a thread ends, there is nothing of its own.
        own.ok().flatten().unwrap_or_else(|| shared.clone())
    }

    /// The text, counted on this thread.
    pub(crate) fn text(shared: &Arc<str>) -> Arc<str> {
        own(&TEXTS, shared, |text| Arc::from(text))
    }

    /// The controls, counted on this thread.
    pub(crate) fn controls(shared: &Arc<Controls>) -> Arc<Controls> {
        own(&CONTROLS, shared, |controls| Arc::from(controls))
    }
}

#[cfg(not(feature = "std"))]
mod kept {
    use super::{Arc, Controls};

    /// The text.
    pub(crate) fn text(shared: &Arc<str>) -> Arc<str> {
        shared.clone()
    }

    /// The controls.
    pub(crate) fn controls(shared: &Arc<Controls>) -> Arc<Controls> {
        shared.clone()
    }
}

pub(crate) use kept::{controls, text};
