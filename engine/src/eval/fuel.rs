//! Fuel, and the host's stop check. Drawing an element is one subtraction; the check is asked where a
//! portion is used up, so that a decision without one pays nothing for it.

use core::fmt;

use crate::fault::Reason;

/// Elements drawn between two questions to the host.
const PORTION: u64 = 1_024;

/// Rules begun between two questions to the host: those that draw nothing take time, too.
const RULES: u32 = 64;

/// Whether the host wants the decision to end.
#[derive(Clone, Copy)]
pub(crate) struct Stop<'a>(pub(crate) &'a (dyn Fn() -> bool + Sync));

impl fmt::Debug for Stop<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

/// What is left of a decision's fuel.
#[derive(Clone, Debug)]
pub(crate) struct Fuel<'a> {
    /// Of the portion at hand.
    portion: u64,
    /// Behind it.
    reserve: u64,
    stop: Option<Stop<'a>>,
    /// Once stopped, a decision stays so, whatever the host says later.
    stopped: bool,
    /// Rules begun.
    rules: u32,
}

impl<'a> Fuel<'a> {
    pub(crate) fn new(fuel: u64) -> Self {
        Self {
            portion: fuel,
            reserve: 0,
            stop: None,
            stopped: false,
            rules: 0,
        }
    }

    /// The same, with a check.
    pub(crate) fn stopped_by(self, stop: Option<Stop<'a>>) -> Self {
        let left = self.left();
        let portion = if stop.is_some() { left.min(PORTION) } else { left };
        Self {
            portion,
            reserve: left.saturating_sub(portion),
            stop,
            ..self
        }
    }

    /// What is left.
    pub(crate) fn left(&self) -> u64 {
        self.portion.saturating_add(self.reserve)
    }

    /// Draws one element.
    #[inline]
    pub(super) fn draw(&mut self) -> Result<(), Reason> {
        match self.portion.checked_sub(1) {
            Some(left) => {
                self.portion = left;
                Ok(())
            }
            None => self.refill(),
        }
    }

    #[cold]
    fn refill(&mut self) -> Result<(), Reason> {
        if self.asks() {
            return Err(Reason::Stopped);
        }
        self.portion = self.reserve.min(PORTION);
        self.reserve = self.reserve.saturating_sub(self.portion);
        match self.portion.checked_sub(1) {
            Some(left) => {
                self.portion = left;
                Ok(())
            }
            None => Err(Reason::Fuel),
        }
    }

    /// Whether the decision ends before the next rule; the first is asked for, too.
    #[inline]
    pub(crate) fn ends_before_rule(&mut self) -> bool {
        if self.stop.is_none() {
            return false;
        }
        let asks = self.rules.is_multiple_of(RULES);
        self.rules = self.rules.wrapping_add(1);
        self.stopped || (asks && self.asks())
    }

    /// Why the rules that are left do not run.
    pub(crate) fn reason(&self) -> Reason {
        if self.stopped {
            Reason::Stopped
        } else {
            Reason::Fuel
        }
    }

    fn asks(&mut self) -> bool {
        self.stopped = self.stopped || self.stop.is_some_and(|stop| (stop.0)());
        self.stopped
    }
}
