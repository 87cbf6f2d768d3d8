use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::prediction::predict_wait;

/// The next thing for a thread that asks for work.
pub(super) enum Next<J> {
    Work(J),
    /// No work came within the time limit.
    Idle,
    /// No work will ever come.
    Closed,
}

/// The reason why work was not queued.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The queue is full.
    Full,
    /// It would have to wait for this time.
    TooLong(Duration),
}

/// The longest admitted wait, and the time of the work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub(super) wait: Duration,
    pub(super) work_time: Duration,
}

/// A thread of a queue. The successor of a stuck thread has the same number, and the next generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WorkerId {
    pub(super) number: usize,
    generation: u32,
}

/// Work in the order of arrival, and the states of the threads. Work can be taken back until a thread has it.
pub(super) struct Queue<J> {
    state: Mutex<State<J>>,
    changed: Condvar,
}

struct State<J> {
    capacity: usize,
    waiting: VecDeque<(u64, J)>,
    next_ticket: u64,
    workers: Vec<Worker>,
    is_closed: bool,
}

/// The state of a thread.
#[derive(Clone)]
struct Worker {
    generation: u32,
    started: Option<Instant>,
    has_ended: bool,
}

impl<J> Queue<J> {
    /// A queue for this number of threads, which are numbered from 0.
    pub(super) fn new(threads: usize, capacity: usize) -> Self {
        let workers = vec![Worker { generation: 0, started: None, has_ended: false }; threads];
        let state = State { capacity, waiting: VecDeque::new(), next_ticket: 0, workers, is_closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// The first threads of the queue.
    pub(super) fn workers(&self) -> Vec<WorkerId> {
        self.state().workers.iter().enumerate().map(|(number, worker)| worker.id(number)).collect()
    }

    fn state(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues work, and returns the ticket with which it can be taken back.
    pub(super) fn push(&self, work: J, bound: Option<Bound>) -> Result<u64, Refusal> {
        let ticket = self.state().push(work, bound, Instant::now())?;
        self.changed.notify_one();
        Ok(ticket)
    }

    /// Takes back work that no thread has started. Nothing of it remains in the queue.
    pub(super) fn take_back(&self, ticket: u64) -> Option<J> {
        self.state().take_back(ticket)
    }

    /// The predicted start of work that is pushed now.
    pub(super) fn predict_wait(&self, work_time: Duration) -> Duration {
        self.state().predict_wait(work_time, Instant::now())
    }

    /// The next work for a thread, which has ended its last one. Without a limit it waits for as long as it takes. A
    /// thread that was replaced gets no more work.
    pub(super) fn next(&self, worker: WorkerId, limit: Option<Duration>) -> Next<J> {
        let mut state = self.state();
        let Some(current_worker) = state.current_worker(worker) else { return Next::Closed };
        current_worker.started = None;
        let has_nothing = |state: &mut State<J>| state.waiting.is_empty() && !state.is_closed;
        state = match limit {
            Some(Duration::ZERO) => state,
            Some(limit) => {
                let waited = self.changed.wait_timeout_while(state, limit, has_nothing);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.changed.wait_while(state, has_nothing).unwrap_or_else(PoisonError::into_inner),
        };
        state.start_next(worker, Instant::now())
    }

    /// Replaces each thread that has worked for longer than `limit` with a new thread, which `start` starts.
    pub(super) fn replace_overdue(
        &self,
        limit: Duration,
        mut start: impl FnMut(WorkerId) -> io::Result<()>,
    ) -> io::Result<()> {
        let (mut state, now) = (self.state(), Instant::now());
        for (number, worker) in state.workers.iter_mut().enumerate().filter(|(_, worker)| worker.is_overdue(limit, now))
        {
            let successor = Worker { generation: worker.generation.wrapping_add(1), started: None, has_ended: false };
            start(successor.id(number))?;
            *worker = successor;
        }
        Ok(())
    }

    /// Accepts no more work. Queued work is still done.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_all();
    }

    /// Records that a thread is about to end.
    pub(super) fn record_end(&self, worker: WorkerId) {
        if let Some(current_worker) = self.state().current_worker(worker) {
            current_worker.has_ended = true;
        }
        self.changed.notify_all();
    }

    /// Waits, once the queue is closed, for the end of every thread that is not overdue. Returns the numbers of the
    /// ended threads.
    pub(super) fn wait_for_end(&self, limit: Duration) -> Vec<usize> {
        let mut state = self.state();
        while let Some(left) = state.workers.iter().filter_map(|worker| worker.time_left(limit, Instant::now())).max() {
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        (0..state.workers.len()).filter(|number| state.workers[*number].has_ended).collect()
    }
}

impl Worker {
    fn id(&self, number: usize) -> WorkerId {
        WorkerId { number, generation: self.generation }
    }

    fn is_overdue(&self, limit: Duration, now: Instant) -> bool {
        self.started.is_some_and(|started| now.saturating_duration_since(started) >= limit)
    }

    /// The remaining time to wait for a thread.
    fn time_left(&self, limit: Duration, now: Instant) -> Option<Duration> {
        let elapsed = self.started.map_or(Duration::ZERO, |started| now.saturating_duration_since(started));
        limit.checked_sub(elapsed).filter(|left| !self.has_ended && !left.is_zero())
    }
}

impl<J> State<J> {
    fn push(&mut self, work: J, bound: Option<Bound>, now: Instant) -> Result<u64, Refusal> {
        if self.waiting.len() >= self.capacity {
            return Err(Refusal::Full);
        }
        if let Some(Bound { wait, work_time }) = bound {
            let predicted = self.predict_wait(work_time, now);
            if predicted > wait {
                return Err(Refusal::TooLong(predicted));
            }
        }
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.push_back((ticket, work));
        Ok(ticket)
    }

    fn take_back(&mut self, ticket: u64) -> Option<J> {
        // Tickets rise from front to back.
        let index = self.waiting.binary_search_by_key(&ticket, |(ticket, _)| *ticket).ok()?;
        self.waiting.remove(index).map(|(_, work)| work)
    }

    fn predict_wait(&self, work_time: Duration, now: Instant) -> Duration {
        let started = self.workers.iter().map(|worker| worker.started);
        let elapsed = started.map(|started| started.map(|started| now.saturating_duration_since(started)));
        predict_wait(elapsed, self.waiting.len(), work_time)
    }

    fn start_next(&mut self, worker: WorkerId, now: Instant) -> Next<J> {
        match self.waiting.pop_front() {
            Some((_, work)) => {
                if let Some(current_worker) = self.current_worker(worker) {
                    current_worker.started = Some(now);
                }
                Next::Work(work)
            }
            None if self.is_closed => Next::Closed,
            None => Next::Idle,
        }
    }

    /// A thread that has not been replaced.
    fn current_worker(&mut self, id: WorkerId) -> Option<&mut Worker> {
        self.workers.get_mut(id.number).filter(|worker| worker.generation == id.generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: WorkerId = WorkerId { number: 0, generation: 0 };
    const WORK_TIME: Duration = Duration::from_millis(100);

    fn state(threads: usize, capacity: usize) -> State<&'static str> {
        Queue::new(threads, capacity).state.into_inner().unwrap()
    }

    /// Pushes until work is refused; the number of those that were taken, and the wait that the next was told.
    fn fill(state: &mut State<&'static str>, wait: Duration, now: Instant) -> (usize, Duration) {
        let bound = Some(Bound { wait, work_time: WORK_TIME });
        let mut taken = 0;
        loop {
            match state.push("work", bound, now) {
                Ok(_) => taken += 1,
                Err(Refusal::TooLong(predicted)) => return (taken, predicted),
                Err(Refusal::Full) => panic!("it is full"),
            }
        }
    }

    #[test]
    fn work_is_taken_as_long_as_it_would_begin_in_time_and_the_next_is_told_the_wait() {
        let (mut state, now) = (state(2, 1000), Instant::now());
        // Two begin at once, and then two every 100 ms until 500 ms have passed.
        assert_eq!(fill(&mut state, 5 * WORK_TIME, now), (12, 6 * WORK_TIME));
    }

    #[test]
    fn a_burst_of_20_on_two_threads_is_taken_where_work_takes_half_a_second() {
        let (mut state, now) = (state(2, 1000), Instant::now());
        let bound = Some(Bound { wait: Duration::from_secs(5), work_time: Duration::from_millis(500) });
        assert!((0..20).all(|_| state.push("work", bound, now).is_ok()));
    }

    #[test]
    fn what_runs_already_counts_for_what_is_left_of_it() {
        let (mut state, now) = (state(1, 1000), Instant::now());
        state.push("first", None, now).unwrap();
        assert!(matches!(state.start_next(FIRST, now), Next::Work("first")));
        assert_eq!(fill(&mut state, 5 * WORK_TIME, now), (5, 6 * WORK_TIME));
        let later = now + Duration::from_millis(40);
        assert_eq!(state.predict_wait(WORK_TIME, later), Duration::from_millis(560));
    }

    #[test]
    fn work_that_ends_makes_room() {
        let (mut state, now) = (state(1, 1000), Instant::now());
        fill(&mut state, 2 * WORK_TIME, now);
        assert!(matches!(state.start_next(FIRST, now), Next::Work(_)));
        assert_eq!(fill(&mut state, 2 * WORK_TIME, now).0, 0);
        assert!(matches!(state.start_next(FIRST, now + WORK_TIME), Next::Work(_)));
        assert_eq!(fill(&mut state, 2 * WORK_TIME, now + WORK_TIME).0, 1);
    }

    #[test]
    fn nothing_is_left_of_work_that_was_taken_back() {
        let (mut state, now) = (state(1, 3), Instant::now());
        let tickets = ["a", "b", "c"].map(|work| state.push(work, None, now).unwrap());
        assert_eq!(state.push("d", None, now), Err(Refusal::Full));
        let before = state.predict_wait(WORK_TIME, now);
        assert_eq!(state.take_back(tickets[1]), Some("b"));
        assert_eq!(state.take_back(tickets[1]), None);
        assert_eq!(state.predict_wait(WORK_TIME, now) + WORK_TIME, before);
        assert!(matches!(state.start_next(FIRST, now), Next::Work("a")));
        assert_eq!(state.take_back(tickets[0]), None);
        assert!(matches!(state.start_next(FIRST, now), Next::Work("c")));
        assert!(matches!(state.start_next(FIRST, now), Next::Idle));
    }

    #[test]
    fn what_was_queued_is_done_although_the_queue_is_closed() {
        let queue = Queue::new(1, 3);
        queue.push("work", None).unwrap();
        queue.close();
        assert!(matches!(queue.next(FIRST, None), Next::Work("work")));
        assert!(matches!(queue.next(FIRST, None), Next::Closed));
    }
}
