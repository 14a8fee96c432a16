//! What a host hears of decisions, for metrics and for a log of them.

use core::fmt::Debug;

use crate::{decision::Decision, input::Identity};

/// Hears of each decision of an engine ([`Builder::observer`](crate::Builder::observer)): by
/// [`Engine::decide`](crate::Engine::decide) and its like, and by [`Engine::audit`](crate::Engine::audit).
/// It is called by the thread that decides, before the decision is given back: it should be quick.
///
/// ```
/// use std::{sync::{Arc, atomic::{AtomicU64, Ordering}}, time::Instant};
/// use wardlaw::{Decided, Observer};
///
/// #[derive(Debug)]
/// struct Metrics { start: Instant, decisions: AtomicU64, nanoseconds: AtomicU64 }
///
/// impl Observer for Metrics {
///     fn begin(&self) -> u64 {
///         self.start.elapsed().as_nanos() as u64
///     }
///     fn decided(&self, decided: &Decided<'_>) {
///         self.decisions.fetch_add(1, Ordering::Relaxed);
///         self.nanoseconds.fetch_add(self.begin() - decided.began, Ordering::Relaxed);
///     }
/// }
/// ```
pub trait Observer: Debug + Send + Sync {
    /// A decision begins. The engine reads no clock: what the host gives here, its own clock's time for
    /// instance, comes back in [`Decided::began`].
    fn begin(&self) -> u64 {
        0
    }

    /// A decision was made.
    fn decided(&self, decided: &Decided<'_>);
}

/// A decision that was made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Decided<'d> {
    /// What [`Observer::begin`] gave.
    pub began: u64,
    /// The decision. Texts of type `secret` are in none of its messages.
    pub decision: &'d Decision,
    /// What a Kubernetes request is about.
    pub object: Option<Identity<'d>>,
}

impl<'d> Decided<'d> {
    pub(crate) fn new(began: u64, decision: &'d Decision, object: Option<Identity<'d>>) -> Self {
        Self {
            began,
            decision,
            object,
        }
    }
}
