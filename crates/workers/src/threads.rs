use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::queue::{Next, Queue, WorkerId};
use super::worker::{Job, WorkerContext};

/// How long a thread waits for work before it gives back what it keeps between pieces of work.
const IDLE_TIMEOUT: Duration = Duration::from_secs(10);

type SpawnThread = Box<dyn Fn(WorkerId) -> io::Result<JoinHandle<()>> + Send + Sync>;

/// The threads of a pool.
pub(super) struct Threads<C> {
    queue: Arc<Queue<Job<C>>>,
    execution_timeout: Duration,
    start: SpawnThread,
    /// By number; of each the latest.
    handles: Mutex<Vec<JoinHandle<()>>>,
}

impl<C: WorkerContext> Threads<C> {
    /// Starts them; each makes a context of its own.
    pub(super) fn start(
        name: &'static str,
        execution_timeout: Duration,
        queue: Arc<Queue<Job<C>>>,
        context: impl Fn() -> C + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let (served, context) = (Arc::clone(&queue), Arc::new(context));
        let start: SpawnThread = Box::new(move |worker| {
            let (queue, context) = (Arc::clone(&served), Arc::clone(&context));
            let builder = Builder::new().name(format!("{name}-{}", worker.number));
            builder.spawn(move || serve(&queue, worker, &*context))
        });
        let started = queue.workers().into_iter().map(&start).collect::<io::Result<_>>();
        // Those that did start must not wait for ever.
        let handles = started.inspect_err(|_| queue.close())?;
        Ok(Self { queue, execution_timeout, start, handles: Mutex::new(handles) })
    }
}

impl<C> Threads<C> {
    /// Replaces each thread whose work is overdue with a new one. The old thread ends with its work.
    pub(super) fn replace_overdue(&self) {
        let replaced = self.queue.replace_overdue(self.execution_timeout, |worker| {
            let successor = (self.start)(worker)?;
            self.handles.lock().unwrap_or_else(PoisonError::into_inner)[worker.number] = successor;
            Ok(())
        });
        if let Err(error) = replaced {
            tracing::warn!("A worker pool cannot replace a thread that is stuck: {error}");
        }
    }
}

impl<C> Drop for Threads<C> {
    fn drop(&mut self) {
        self.queue.close();
        let ended = self.queue.wait_for_end(self.execution_timeout);
        let handles = self.handles.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (_, handle) in handles.drain(..).enumerate().filter(|(number, _)| ended.contains(number)) {
            let _ = handle.join();
        }
    }
}

/// Says so when a thread ends, also by a panic.
struct ThreadEndGuard<'a, J>(&'a Queue<J>, WorkerId);

impl<J> Drop for ThreadEndGuard<'_, J> {
    fn drop(&mut self) {
        self.0.record_end(self.1);
    }
}

fn serve<C: WorkerContext>(queue: &Queue<Job<C>>, worker: WorkerId, make_context: &impl Fn() -> C) {
    let _end = ThreadEndGuard(queue, worker);
    let mut context = make_context();
    while let Some(job) = next(queue, worker, &mut context, IDLE_TIMEOUT) {
        // The panic hook has logged it; a context that a panic left half-changed is not used again.
        if catch_unwind(AssertUnwindSafe(|| job(&mut context))).is_err() {
            context = make_context();
        }
    }
}

/// Waits for work; there is no more once the pool is dropped and its queue empty.
fn next<C: WorkerContext>(
    queue: &Queue<Job<C>>,
    worker: WorkerId,
    context: &mut C,
    idle_timeout: Duration,
) -> Option<Job<C>> {
    if let Next::Work(job) = queue.next(worker, Some(Duration::ZERO)) {
        return Some(job);
    }
    context.on_idle();
    match queue.next(worker, Some(idle_timeout)) {
        Next::Work(job) => return Some(job),
        Next::Closed => return None,
        Next::Idle => context.on_idle_timeout(),
    }
    match queue.next(worker, None) {
        Next::Work(job) => Some(job),
        Next::Idle | Next::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// Records the events; the timeout ends its pool.
    struct Recorder {
        events: Vec<&'static str>,
        queue: Arc<Queue<Job<Self>>>,
    }

    impl WorkerContext for Recorder {
        fn on_idle(&mut self) {
            self.events.push("on_idle");
        }

        fn on_idle_timeout(&mut self) {
            self.events.push("on_idle_timeout");
            self.queue.close();
        }
    }

    #[test]
    fn a_thread_is_idle_once_no_work_waits_and_times_out_later() {
        let queue = Arc::new(Queue::<Job<Recorder>>::new(1, 1));
        queue.push(Box::new(|_: &mut Recorder| ()), None).unwrap();
        let mut context = Recorder { events: Vec::new(), queue: Arc::clone(&queue) };
        assert!(next(&queue, queue.workers()[0], &mut context, Duration::from_nanos(1)).is_some());
        assert!(context.events.is_empty());
        assert!(next(&queue, queue.workers()[0], &mut context, Duration::from_nanos(1)).is_none());
        assert_eq!(context.events, ["on_idle", "on_idle_timeout"]);
    }

    #[test]
    fn a_thread_that_is_stuck_is_replaced_and_holds_nobody_up() {
        let queue = Arc::new(Queue::new(1, 2));
        let threads = Threads::start("test", Duration::ZERO, Arc::clone(&queue), || ()).unwrap();
        let ((has_started, started), (end, ended)) = (channel(), channel::<()>());
        let ((did, done), (has_ended, has_ended_at_last)) = (channel(), channel());
        let stuck = move |(): &mut ()| {
            has_started.send(()).unwrap();
            let _ = ended.recv();
            has_ended.send(()).unwrap();
        };
        queue.push(Box::new(stuck), None).unwrap();
        started.recv().unwrap();
        queue.push(Box::new(move |(): &mut ()| did.send(()).unwrap()), None).unwrap();
        threads.replace_overdue();
        assert_eq!(done.recv_timeout(Duration::from_mins(1)), Ok(()));
        drop(threads);
        assert!(has_ended_at_last.try_recv().is_err());
        end.send(()).unwrap();
        assert_eq!(has_ended_at_last.recv_timeout(Duration::from_mins(1)), Ok(()));
    }

    #[test]
    fn a_thread_that_was_replaced_takes_no_more_work() {
        let queue = Queue::<Job<()>>::new(1, 2);
        let replaced = queue.workers()[0];
        queue.push(Box::new(|(): &mut ()| ()), None).unwrap();
        assert!(matches!(queue.next(replaced, Some(Duration::ZERO)), Next::Work(_)));
        queue.push(Box::new(|(): &mut ()| ()), None).unwrap();
        queue.replace_overdue(Duration::ZERO, |_| Ok(())).unwrap();
        assert!(matches!(queue.next(replaced, Some(Duration::ZERO)), Next::Closed));
        assert!(matches!(queue.next(queue.workers()[0], Some(Duration::ZERO)), Next::Work(_)));
    }
}
