//! The digests that every decision hands out. They are counted references, and threads that share an engine
//! would all write the one count: so each thread has references of its own, and hands those out.

use alloc::sync::Arc;

/// Of a policy and its data: `sha256:…`.
#[derive(Clone, Debug)]
pub(crate) struct Digests {
    pub(crate) policy: Arc<str>,
    pub(crate) data: Arc<str>,
}

#[cfg(feature = "std")]
mod own {
    use core::cell::Cell;

    use super::{Arc, Digests};

    std::thread_local! {
        static OWN: Cell<Option<Digests>> = const { Cell::new(None) };
    }

    impl Digests {
        /// The same, counted on this thread.
        pub(crate) fn hand_out(&self) -> Self {
            // While a thread ends, there are none.
            let own = OWN.try_with(Cell::take).ok().flatten();
            let own = own
                .filter(|own| own.policy == self.policy && own.data == self.data)
                .unwrap_or_else(|| Self {
                    policy: Arc::from(&*self.policy),
                    data: Arc::from(&*self.data),
                });
            let handed = own.clone();
            let _ = OWN.try_with(|kept| kept.set(Some(own)));
            handed
        }
    }
}

#[cfg(not(feature = "std"))]
impl Digests {
    /// The same.
    pub(crate) fn hand_out(&self) -> Self {
        self.clone()
    }
}
