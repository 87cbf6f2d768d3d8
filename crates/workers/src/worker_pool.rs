use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ore_telemetry::CapturedContext;
use ore_telemetry::metrics::{WorkerPoolMetrics, WorkerPoolSeries};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::busy::BusyGuard;
use super::prediction::Admission;
use super::queue::{Bound, Queue, Refusal};
use super::threads::Threads;
use super::worker::{Job, WorkerContext};

/// The size and the timeouts of a worker pool.
#[derive(Debug, Clone)]
pub struct WorkerPoolOptions {
    /// The name of its threads.
    pub name: &'static str,
    /// The number of threads.
    pub width: usize,
    /// The maximum length of the queue.
    pub queue: usize,
    /// The rule of admission, if the wait is predicted.
    pub admission: Option<Admission>,
    /// The queue timeout. With a prediction it is longer than the admitted wait, because the prediction may be wrong.
    pub queue_timeout: Duration,
    /// The execution timeout: the time that a caller waits for work that has started. The work itself goes on to its
    /// end.
    pub execution_timeout: Duration,
}

/// The reason why work was not done, or its result not awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkerPoolError {
    /// The queue is full; nothing was done.
    #[error("the queue of the {0} worker pool is full")]
    QueueFull(&'static str),
    /// So much work waits that this work would start too late; nothing was done.
    #[error("the {pool} worker pool would start the work only in {wait:.1?}")]
    WouldQueue {
        /// The pool.
        pool: &'static str,
        /// The predicted start of the work.
        wait: Duration,
    },
    /// The work waited in the queue for too long; nothing was done.
    #[error("the {0} worker pool did not start the work in time")]
    QueueTimeout(&'static str),
    /// The work has started and takes too long; its outcome is unknown.
    #[error("the {0} worker pool did not finish the work in time")]
    Timeout(&'static str),
    /// The work panicked.
    #[error("work in the {0} worker pool panicked")]
    Panicked(&'static str),
}

/// A fixed number of threads with a bounded queue.
///
/// Work that has started goes on until it ends, even if nobody waits for it any more. Work whose caller leaves before
/// it starts is removed from the queue at once. If work takes longer than the execution timeout, another thread
/// replaces its thread, which ends with the work. This is necessary because libpq waits for an answer without limit,
/// and nothing ends that while the machine of a stopped server still acknowledges what it receives. Dropping the pool
/// waits for accepted work, but not for overdue work.
pub struct WorkerPool<C> {
    options: WorkerPoolOptions,
    series: WorkerPoolSeries,
    queue: Arc<Queue<Job<C>>>,
    threads: Threads<C>,
}

/// Work in the queue. Dropping this value removes it from the queue unless it has started.
struct QueueTicket<'a, C> {
    pool: &'a WorkerPool<C>,
    ticket: u64,
}

impl<C: WorkerContext> WorkerPool<C> {
    /// Starts the threads. Each makes a context of its own.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        options: WorkerPoolOptions,
        metrics: &WorkerPoolMetrics,
        context: impl Fn() -> C + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(options.width, options.queue));
        let threads = Threads::start(options.name, options.execution_timeout, Arc::clone(&queue), context)?;
        Ok(Self { series: metrics.of(options.name), options, queue, threads })
    }

    /// The predicted wait of new work; zero without a prediction.
    pub fn predicted_wait(&self) -> Duration {
        let admission = self.options.admission.as_ref();
        admission.map_or(Duration::ZERO, |admission| self.queue.predict_wait(admission.work_time.get()))
    }

    /// Runs `work` on a thread of the pool and waits for its result.
    ///
    /// # Errors
    /// As [`WorkerPoolError`] says.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut C) -> T + Send + 'static,
    ) -> Result<T, WorkerPoolError> {
        let WorkerPoolOptions { name, queue_timeout, execution_timeout, .. } = self.options;
        let (start, started) = oneshot::channel();
        let (finish, finished) = oneshot::channel();
        let ticket = self.accept(move |context, origin| {
            let _ = start.send(());
            let _ = finish.send(origin.run(|| work(context)));
        })?;
        match timeout(queue_timeout, started).await {
            Ok(started) => started.map_err(|_| WorkerPoolError::Panicked(name))?,
            Err(_) if ticket.leave() => {
                self.series.queue_timeout.inc();
                return Err(WorkerPoolError::QueueTimeout(name));
            }
            // A thread has just taken it.
            Err(_) => {}
        }
        let Ok(finished) = timeout(execution_timeout, finished).await else {
            self.series.timed_out.inc();
            self.threads.replace_overdue();
            return Err(WorkerPoolError::Timeout(name));
        };
        finished.map_err(|_| WorkerPoolError::Panicked(name))
    }

    fn accept(
        &self,
        work: impl FnOnce(&mut C, CapturedContext) + Send + 'static,
    ) -> Result<QueueTicket<'_, C>, WorkerPoolError> {
        let (series, origin, accepted) = (self.series.clone(), CapturedContext::current(), Instant::now());
        let job: Job<C> = Box::new(move |context| {
            series.depth.dec();
            series.wait.observe(accepted.elapsed());
            let _busy = BusyGuard::new(series.busy);
            work(context, origin);
        });
        let admission = self.options.admission.as_ref();
        let bound = admission.map(|of| Bound { wait: of.longest_wait, work_time: of.work_time.get() });
        self.threads.replace_overdue();
        // Counted before it is in the queue, so that its end is never counted first.
        self.series.depth.inc();
        let pushed = self.queue.push(job, bound).inspect_err(|_| self.series.depth.dec());
        let ticket = pushed.map_err(|refusal| self.refuse(&refusal))?;
        Ok(QueueTicket { pool: self, ticket })
    }

    fn refuse(&self, refusal: &Refusal) -> WorkerPoolError {
        let pool = self.options.name;
        match *refusal {
            Refusal::Full => {
                self.series.queue_full.inc();
                WorkerPoolError::QueueFull(pool)
            }
            Refusal::TooLong(wait) => {
                self.series.predicted_wait.inc();
                WorkerPoolError::WouldQueue { pool, wait }
            }
        }
    }
}

impl<C> QueueTicket<'_, C> {
    /// Whether the work had not started, and now never will.
    fn leave(&self) -> bool {
        let left = self.pool.queue.take_back(self.ticket).is_some();
        if left {
            self.pool.series.depth.dec();
        }
        left
    }
}

impl<C> Drop for QueueTicket<'_, C> {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use ore_telemetry::metrics::Metrics;

    use super::*;
    use crate::TimeEstimate;

    fn pool(width: usize, queue: usize) -> WorkerPool<()> {
        pool_with(width, queue, None)
    }

    fn pool_with(width: usize, queue: usize, admission: Option<Admission>) -> WorkerPool<()> {
        let (queue_timeout, execution_timeout) = (Duration::from_millis(200), Duration::from_secs(5));
        let options = WorkerPoolOptions { name: "test", width, queue, admission, queue_timeout, execution_timeout };
        WorkerPool::start(options, &Metrics::new("1").unwrap().worker_pools, || ()).unwrap()
    }

    /// Work that reports its start, and ends when told to.
    fn held() -> (mpsc::Receiver<()>, mpsc::Sender<()>, impl FnOnce(&mut ()) + Send + 'static) {
        let (has_started, started) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let work = move |(): &mut ()| {
            has_started.send(()).unwrap();
            let _ = ended.recv();
        };
        (started, end, work)
    }

    #[tokio::test]
    async fn the_result_of_the_work_comes_back() {
        assert_eq!(pool(1, 1).run(|()| 6 * 7).await, Ok(42));
    }

    #[tokio::test]
    async fn a_full_pool_refuses_at_once() {
        let pool = pool(1, 1);
        let (started, end, work) = held();
        let mut running = Box::pin(pool.run(work));
        assert!(futures_util::poll!(&mut running).is_pending());
        started.recv().unwrap();
        let mut waiting = Box::pin(pool.run(|()| ()));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert_eq!(pool.run(|()| ()).await, Err(WorkerPoolError::QueueFull("test")));
        assert_eq!((pool.series.depth.get(), pool.series.busy.get(), pool.series.queue_full.get()), (1, 1, 1));
        end.send(()).unwrap();
        assert_eq!((running.await, waiting.await), (Ok(()), Ok(())));
        assert_eq!((pool.series.depth.get(), pool.series.wait.count()), (0, 2));
    }

    #[tokio::test]
    async fn work_that_waits_too_long_is_never_started() {
        let pool = pool(1, 4);
        let (started, end, work) = held();
        let mut running = Box::pin(pool.run(work));
        assert!(futures_util::poll!(&mut running).is_pending());
        started.recv().unwrap();
        let (did, done) = mpsc::channel();
        assert_eq!(pool.run(move |()| did.send(()).unwrap()).await, Err(WorkerPoolError::QueueTimeout("test")));
        assert_eq!(pool.series.queue_timeout.get(), 1);
        end.send(()).unwrap();
        drop(running);
        drop(pool);
        assert!(done.try_recv().is_err());
    }

    #[tokio::test]
    async fn work_goes_on_when_its_caller_is_gone() {
        let pool = pool(1, 1);
        let (did, done) = mpsc::channel();
        let (started, end, work) = held();
        let mut abandoned = Box::pin(pool.run(move |context| {
            work(context);
            did.send(()).unwrap();
        }));
        assert!(futures_util::poll!(&mut abandoned).is_pending());
        started.recv().unwrap();
        drop(abandoned);
        end.send(()).unwrap();
        drop(pool);
        assert_eq!(done.try_recv(), Ok(()));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_thread_goes_on() {
        let pool = pool(1, 1);
        assert_eq!(pool.run(|()| panic!("on purpose")).await, Err::<(), _>(WorkerPoolError::Panicked("test")));
        assert_eq!(pool.run(|()| 1).await, Ok(1));
        let series = pool.series.clone();
        drop(pool);
        assert_eq!(series.busy.get(), 0);
    }

    #[tokio::test]
    async fn work_that_would_wait_too_long_is_refused_until_a_caller_is_gone() {
        let hour = Duration::from_hours(1);
        let admission = Admission { longest_wait: 2 * hour, work_time: Arc::new(TimeEstimate::new(hour)) };
        let pool = pool_with(1, 100, Some(admission));
        let (started, end, work) = held();
        let mut running = Box::pin(pool.run(work));
        assert!(futures_util::poll!(&mut running).is_pending());
        started.recv().unwrap();
        let mut waiting = [(), ()].map(|()| Box::pin(pool.run(|()| ())));
        for caller in &mut waiting {
            assert!(futures_util::poll!(caller).is_pending());
        }
        let refused = pool.run(|()| ()).await;
        let Err(WorkerPoolError::WouldQueue { pool: "test", wait }) = refused else { panic!("{refused:?}") };
        assert!(wait > 2 * hour && wait <= 3 * hour, "{wait:?}");
        assert_eq!((pool.series.depth.get(), pool.series.predicted_wait.get()), (2, 1));

        let [gone, mut stays] = waiting;
        drop(gone);
        assert_eq!(pool.series.depth.get(), 1);
        let mut next = Box::pin(pool.run(|()| ()));
        assert!(futures_util::poll!(&mut next).is_pending());
        end.send(()).unwrap();
        assert_eq!((running.await, (&mut stays).await, next.await), (Ok(()), Ok(()), Ok(())));
    }
}
