//! Work on many files at once, results in the order of the files. Memory is bounded: a few files are
//! under way at a time, and each may be only a few pieces ahead of what has been taken.

use std::{
    collections::VecDeque,
    panic::{self, AssertUnwindSafe},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

/// Pieces of one file that may wait to be taken.
const PIECES: usize = 8;

/// Files under way for each worker.
const AHEAD: usize = 4;

/// How long the taker waits before it is told that nothing came.
const PATIENCE: Duration = Duration::from_millis(100);

/// What the taker is given.
#[derive(Debug)]
pub(crate) enum Event<T> {
    /// A piece of the job with this index; pieces come in order, and jobs in order.
    Piece(usize, T),
    /// The job with this index broke off: a mistake in this program, and no reason to lose the others.
    Broken(usize),
    /// Nothing came for a while.
    Waiting(usize),
}

impl<T> Event<T> {
    /// The job that it is about.
    pub(crate) fn index(&self) -> usize {
        match self {
            Self::Piece(index, _) | Self::Broken(index) | Self::Waiting(index) => *index,
        }
    }
}

/// The workers worth starting for so many jobs.
pub(crate) fn workers(jobs: usize) -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(jobs)
}

/// Calls `work` for each job on some worker; what it sends is given to `take` here, in the order of
/// the jobs. With one worker everything runs on this thread.
pub(crate) fn ordered<J: Sync, T: Send>(
    jobs: &[J],
    workers: usize,
    work: impl Fn(&J, &mut dyn FnMut(T)) + Sync,
    mut take: impl FnMut(Event<T>),
) {
    if workers <= 1 {
        for (index, job) in jobs.iter().enumerate() {
            take(Event::Waiting(index));
            if !completes(|| work(job, &mut |piece| take(Event::Piece(index, piece)))) {
                take(Event::Broken(index));
            }
        }
        return;
    }
    let window = workers * AHEAD;
    // Never full: as many jobs are handed out as there is room for.
    let (hand_out, waiting) = sync_channel::<(&J, SyncSender<Option<T>>)>(window);
    let waiting = Mutex::new(waiting);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((job, results)) = next(&waiting) {
                    // The taker drops its end only when it is gone itself.
                    if !completes(|| work(job, &mut |piece| drop(results.send(Some(piece))))) {
                        drop(results.send(None));
                    }
                }
            });
        }
        let mut under_way: VecDeque<(usize, Receiver<Option<T>>)> = VecDeque::with_capacity(window);
        let mut jobs = jobs.iter().enumerate();
        loop {
            while under_way.len() < window
                && let Some((index, job)) = jobs.next()
            {
                let (send, receive) = sync_channel(PIECES);
                if hand_out.send((job, send)).is_ok() {
                    under_way.push_back((index, receive));
                }
            }
            // Invariant: jobs are begun in order, so the first one under way never waits for another.
            let Some((index, results)) = under_way.pop_front() else {
                break;
            };
            loop {
                match results.recv_timeout(PATIENCE) {
                    Ok(Some(piece)) => take(Event::Piece(index, piece)),
                    Ok(None) => take(Event::Broken(index)),
                    Err(RecvTimeoutError::Timeout) => take(Event::Waiting(index)),
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        }
        drop(hand_out);
    });
}

/// Whether a job came to its end. What it shared with others is read-only, so that nothing half done
/// is seen.
fn completes(job: impl FnOnce()) -> bool {
    panic::catch_unwind(AssertUnwindSafe(job)).is_ok()
}

fn next<J>(waiting: &Mutex<Receiver<J>>) -> Option<J> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

#[cfg(test)]
mod tests {
    use super::{Event, ordered};

    fn run(workers: usize) -> Vec<(usize, u32)> {
        let jobs: Vec<u32> = (0..200).collect();
        let mut taken = Vec::new();
        ordered(
            &jobs,
            workers,
            |job, send| {
                for piece in 0..job % 40 {
                    send(job * 100 + piece);
                }
            },
            |event| {
                if let Event::Piece(index, piece) = event {
                    taken.push((index, piece));
                }
            },
        );
        taken
    }

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let alone = run(1);
        assert_eq!(alone.len(), 200 / 40 * (0..40).sum::<usize>());
        assert!(alone.is_sorted());
        assert_eq!(run(4), alone);
    }

    #[test]
    fn no_jobs_are_no_work() {
        let nothing: [u32; 0] = [];
        ordered(
            &nothing,
            3,
            |_, send| send(1),
            |_: Event<i32>| panic!("there is no job"),
        );
    }
}
