//! Time, allocations and memory of a piece of work. A time is the median of batches of at least a
//! millisecond; lanes that are compared run in turn, so that a busy machine slows all of them.

use std::{
    fmt,
    hint::black_box,
    time::{Duration, Instant},
};

use alloc_tracker::{ReportOperation, Session};

/// Rounds in which lanes take turns.
const ROUNDS: u32 = 5;
/// A batch lasts at least so long.
const BATCH: Duration = Duration::from_millis(1);
/// What lasts longer is run once.
const SLOW: Duration = Duration::from_secs(2);

/// One piece of work that is compared with others.
pub struct Lane<'a> {
    run: Box<dyn FnMut(u64) + 'a>,
    batch: u64,
    samples: Vec<f64>,
    slow: bool,
}

impl fmt::Debug for Lane<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

/// What a lane took: nanoseconds a call, and allocations.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timing {
    /// Half of the batches were faster.
    pub median: f64,
    /// One in ten was faster.
    pub p10: f64,
    /// Nine in ten were faster.
    pub p90: f64,
    /// Allocations of one call.
    pub allocations: f64,
}

impl<'a> Lane<'a> {
    /// Work whose result is thrown away.
    pub fn new<R>(mut work: impl FnMut() -> R + 'a) -> Self {
        Self {
            run: Box::new(move |times| {
                for _ in 0..times {
                    black_box(work());
                }
            }),
            batch: 1,
            samples: Vec::new(),
            slow: false,
        }
    }

    /// Warms up, and finds how many calls make a batch.
    fn calibrate(&mut self, warm_up: Duration) {
        let started = Instant::now();
        (self.run)(1);
        let first = started.elapsed();
        if first > SLOW {
            self.samples.push(first.as_nanos() as f64);
            self.slow = true;
            return;
        }
        let started = Instant::now();
        let mut calls = 0_u64;
        while calls == 0 || started.elapsed() < warm_up {
            (self.run)(1);
            calls += 1;
        }
        let one = started.elapsed().as_nanos() / u128::from(calls);
        self.batch = (BATCH.as_nanos() / one.max(1)).max(1) as u64;
    }

    fn sample(&mut self, budget: Duration) {
        if self.slow {
            return;
        }
        let round = Instant::now();
        loop {
            let started = Instant::now();
            (self.run)(self.batch);
            self.samples
                .push(started.elapsed().as_nanos() as f64 / self.batch as f64);
            if round.elapsed() >= budget {
                break;
            }
        }
    }

    fn timing(&mut self) -> Timing {
        let run = &mut self.run;
        let allocations = if self.slow {
            f64::NAN
        } else {
            // What the columns between took of the room that a thread keeps is made up for first.
            run(1);
            allocations(|| run(1))
        };
        self.samples.sort_by(f64::total_cmp);
        let at = |share: f64| self.samples[((self.samples.len() - 1) as f64 * share) as usize];
        Timing {
            median: at(0.5),
            p10: at(0.1),
            p90: at(0.9),
            allocations,
        }
    }
}

/// Runs the lanes in turn until each had its budget.
pub fn race(lanes: &mut [Lane<'_>], budget: Duration) -> Vec<Timing> {
    for lane in &mut *lanes {
        lane.calibrate(budget / 10);
    }
    for _ in 0..ROUNDS {
        for lane in &mut *lanes {
            lane.sample(budget / ROUNDS);
        }
    }
    lanes.iter_mut().map(Lane::timing).collect()
}

/// Times one piece of work alone.
pub fn time<R>(budget: Duration, work: impl FnMut() -> R) -> Timing {
    let mut lane = [Lane::new(work)];
    race(&mut lane, budget).swap_remove(0)
}

/// Allocations of one call on this thread; 0 where the program does not count them.
pub fn allocations(work: impl FnOnce()) -> f64 {
    counted(work, |one| one.total_allocations_count() as f64)
}

/// Bytes that are in use at the height of a call, beyond those before it.
pub fn peak(work: impl FnOnce()) -> f64 {
    counted(work, |one| one.peak_outstanding_bytes().unwrap_or(f64::NAN))
}

/// Bytes that a value holds: those that dropping it gives back.
pub fn held<T>(value: T) -> f64 {
    // The counter tells peaks only: an untouched block of known size, made after the drop, is one.
    const BLOCK: usize = 1 << 32;
    let peak = peak(|| {
        drop(value);
        black_box(Vec::<u8>::with_capacity(BLOCK));
    });
    BLOCK as f64 - peak
}

fn counted(work: impl FnOnce(), read: fn(&ReportOperation) -> f64) -> f64 {
    let session = Session::new().no_stdout().no_file();
    let operation = session.operation("one call");
    {
        let _span = operation.measure_thread().iterations(1);
        work();
    }
    let report = session.to_report();
    report.operations().map(|(_, one)| read(one)).sum()
}
