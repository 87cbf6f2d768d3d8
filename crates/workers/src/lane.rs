use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use ore_telemetry::Origin;
use ore_telemetry::metrics::{LaneMetrics, LaneSeries};
use prometheus::IntGauge;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::prediction::Admission;
use super::queue::{Bound, Next, Queue, Refusal};

/// How long a thread waits for work before it gives back what it keeps between pieces of work.
const REST_AFTER: Duration = Duration::from_secs(10);

/// What a thread of a lane keeps between pieces of work.
pub trait LaneContext: Send + 'static {
    /// No further work waits.
    fn pause(&mut self) {}

    /// The thread has had nothing to do for a while.
    fn rest(&mut self) {}
}

impl LaneContext for () {}

/// The size and the patience of a lane.
#[derive(Debug, Clone)]
pub struct LaneOptions {
    /// What its threads are called.
    pub name: &'static str,
    /// How many threads work.
    pub width: usize,
    /// How much work may wait.
    pub queue: usize,
    /// Where the wait is predicted, how that is used.
    pub admission: Option<Admission>,
    /// How long work may wait to be begun; with a prediction, more than that allows for, since it may be wrong.
    pub wait: Duration,
    /// How long a caller waits for work that has begun; the work itself goes on to its end.
    pub patience: Duration,
}

/// Why work was not done, or its result not waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LaneError {
    /// As much work waits as may; nothing was done.
    #[error("the {0} lane is full")]
    Full(&'static str),
    /// So much waits that the work would begin too late; nothing was done.
    #[error("the {lane} worker pool would start the work only in {wait:.1?}")]
    WouldWait {
        /// The lane.
        lane: &'static str,
        /// When the work would have begun, as predicted.
        wait: Duration,
    },
    /// The work waited too long; nothing was done.
    #[error("the {0} lane did not begin the work in time")]
    NotBegun(&'static str),
    /// The work has begun and takes too long; what becomes of it is unknown.
    #[error("the {0} lane did not finish the work in time")]
    NotFinished(&'static str),
    /// The work panicked.
    #[error("work in the {0} lane panicked")]
    Panicked(&'static str),
}

type Job<C> = Box<dyn FnOnce(&mut C) + Send>;

/// A fixed number of threads behind a bounded queue.
///
/// A piece of work that has begun keeps its thread until it ends, whether or not anybody still waits for it; one whose
/// caller is gone before it begins leaves the queue at once. Dropping the lane waits for accepted work.
pub struct Lane<C> {
    options: LaneOptions,
    series: LaneSeries,
    queue: Arc<Queue<Job<C>>>,
    threads: Vec<JoinHandle<()>>,
}

/// Work in the queue, which leaves it with this value unless it has begun.
struct Place<'a, C> {
    lane: &'a Lane<C>,
    ticket: u64,
}

impl<C: LaneContext> Lane<C> {
    /// Starts the threads; each makes a context of its own.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        options: LaneOptions,
        metrics: &LaneMetrics,
        context: impl Fn() -> C + Clone + Send + 'static,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::new(options.width, options.queue));
        let series = metrics.of(options.name);
        let mut lane = Self { options, series, queue, threads: Vec::new() };
        for number in 0..lane.options.width {
            let (queue, context) = (Arc::clone(&lane.queue), context.clone());
            let builder = Builder::new().name(format!("{}-{number}", lane.options.name));
            lane.threads.push(builder.spawn(move || serve(&queue, number, &context))?);
        }
        Ok(lane)
    }

    /// How long work that comes now would wait; zero where that is not predicted.
    pub fn predicted_wait(&self) -> Duration {
        let admission = self.options.admission.as_ref();
        admission.map_or(Duration::ZERO, |admission| self.queue.predict_wait(admission.work_time.get()))
    }

    /// Runs `work` on a thread of the lane and waits for its result.
    ///
    /// # Errors
    /// As [`LaneError`] says.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut C) -> T + Send + 'static,
    ) -> Result<T, LaneError> {
        let LaneOptions { name, wait, patience, .. } = self.options;
        let (start, begun) = oneshot::channel();
        let (finish, finished) = oneshot::channel();
        let place = self.accept(move |context, origin| {
            let _ = start.send(());
            let _ = finish.send(origin.run(|| work(context)));
        })?;
        match timeout(wait, begun).await {
            Ok(begun) => begun.map_err(|_| LaneError::Panicked(name))?,
            Err(_) if place.leave() => {
                self.series.not_begun.inc();
                return Err(LaneError::NotBegun(name));
            }
            // A thread has just taken it.
            Err(_) => {}
        }
        let finished = timeout(patience, finished).await.inspect_err(|_| self.series.not_finished.inc());
        finished.map_err(|_| LaneError::NotFinished(name))?.map_err(|_| LaneError::Panicked(name))
    }

    fn accept(&self, work: impl FnOnce(&mut C, Origin) + Send + 'static) -> Result<Place<'_, C>, LaneError> {
        let (series, origin, accepted) = (self.series.clone(), Origin::current(), Instant::now());
        let job: Job<C> = Box::new(move |context| {
            series.depth.dec();
            series.wait.observe(accepted.elapsed());
            let _busy = Busy::new(series.busy);
            work(context, origin);
        });
        let admission = self.options.admission.as_ref();
        let bound = admission.map(|of| Bound { wait: of.longest_wait, work_time: of.work_time.get() });
        // Counted before it is there, so that its own end is never counted first.
        self.series.depth.inc();
        let pushed = self.queue.push(job, bound).inspect_err(|_| self.series.depth.dec());
        let ticket = pushed.map_err(|refusal| self.refuse(&refusal))?;
        Ok(Place { lane: self, ticket })
    }

    fn refuse(&self, refusal: &Refusal) -> LaneError {
        let lane = self.options.name;
        match *refusal {
            Refusal::Full => {
                self.series.full.inc();
                LaneError::Full(lane)
            }
            Refusal::TooLong(wait) => {
                self.series.predicted_wait.inc();
                LaneError::WouldWait { lane, wait }
            }
        }
    }
}

impl<C> Place<'_, C> {
    /// Whether the work had not begun, and never will.
    fn leave(&self) -> bool {
        let left = self.lane.queue.take_back(self.ticket).is_some();
        if left {
            self.lane.series.depth.dec();
        }
        left
    }
}

impl<C> Drop for Place<'_, C> {
    fn drop(&mut self) {
        self.leave();
    }
}

/// A thread that works, also when the work panics.
struct Busy(IntGauge);

impl Busy {
    fn new(gauge: IntGauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl<C> Drop for Lane<C> {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn serve<C: LaneContext>(queue: &Queue<Job<C>>, thread: usize, make_context: &impl Fn() -> C) {
    let mut context = make_context();
    while let Some(job) = next(queue, thread, &mut context, REST_AFTER) {
        // The panic hook has logged it; a context that a panic left half-changed is not used again.
        if catch_unwind(AssertUnwindSafe(|| job(&mut context))).is_err() {
            context = make_context();
        }
    }
}

/// Waits for work; there is no more once the lane is dropped and its queue empty.
fn next<C: LaneContext>(queue: &Queue<Job<C>>, thread: usize, context: &mut C, rest_after: Duration) -> Option<Job<C>> {
    if let Next::Work(job) = queue.next(thread, Some(Duration::ZERO)) {
        return Some(job);
    }
    context.pause();
    match queue.next(thread, Some(rest_after)) {
        Next::Work(job) => return Some(job),
        Next::Closed => return None,
        Next::Idle => context.rest(),
    }
    match queue.next(thread, None) {
        Next::Work(job) => Some(job),
        Next::Idle | Next::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use ore_telemetry::metrics::Metrics;

    use super::*;
    use crate::TimeEstimate;

    fn lane(width: usize, queue: usize) -> Lane<()> {
        lane_with(width, queue, None)
    }

    fn lane_with(width: usize, queue: usize, admission: Option<Admission>) -> Lane<()> {
        let (wait, patience) = (Duration::from_millis(200), Duration::from_secs(5));
        let options = LaneOptions { name: "test", width, queue, admission, wait, patience };
        Lane::start(options, &Metrics::new("1").unwrap().lanes, || ()).unwrap()
    }

    /// Work that says when it has begun and ends when told to.
    fn held() -> (mpsc::Receiver<()>, mpsc::Sender<()>, impl FnOnce(&mut ()) + Send + 'static) {
        let (has_begun, begun) = mpsc::channel();
        let (end, ended) = mpsc::channel::<()>();
        let work = move |(): &mut ()| {
            has_begun.send(()).unwrap();
            let _ = ended.recv();
        };
        (begun, end, work)
    }

    #[tokio::test]
    async fn the_result_of_the_work_comes_back() {
        assert_eq!(lane(1, 1).run(|()| 6 * 7).await, Ok(42));
    }

    #[tokio::test]
    async fn a_full_lane_refuses_at_once() {
        let lane = lane(1, 1);
        let (begun, end, work) = held();
        let mut running = Box::pin(lane.run(work));
        assert!(futures_util::poll!(&mut running).is_pending());
        begun.recv().unwrap();
        let mut waiting = Box::pin(lane.run(|()| ()));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert_eq!(lane.run(|()| ()).await, Err(LaneError::Full("test")));
        assert_eq!((lane.series.depth.get(), lane.series.busy.get(), lane.series.full.get()), (1, 1, 1));
        end.send(()).unwrap();
        assert_eq!((running.await, waiting.await), (Ok(()), Ok(())));
        assert_eq!((lane.series.depth.get(), lane.series.wait.count()), (0, 2));
    }

    #[tokio::test]
    async fn work_that_waits_too_long_is_never_begun() {
        let lane = lane(1, 4);
        let (begun, end, work) = held();
        let mut running = Box::pin(lane.run(work));
        assert!(futures_util::poll!(&mut running).is_pending());
        begun.recv().unwrap();
        let (did, done) = mpsc::channel();
        assert_eq!(lane.run(move |()| did.send(()).unwrap()).await, Err(LaneError::NotBegun("test")));
        assert_eq!(lane.series.not_begun.get(), 1);
        end.send(()).unwrap();
        drop(running);
        drop(lane);
        assert!(done.try_recv().is_err());
    }

    #[tokio::test]
    async fn work_goes_on_when_its_caller_is_gone() {
        let lane = lane(1, 1);
        let (did, done) = mpsc::channel();
        let (begun, end, work) = held();
        let mut abandoned = Box::pin(lane.run(move |context| {
            work(context);
            did.send(()).unwrap();
        }));
        assert!(futures_util::poll!(&mut abandoned).is_pending());
        begun.recv().unwrap();
        drop(abandoned);
        end.send(()).unwrap();
        drop(lane);
        assert_eq!(done.try_recv(), Ok(()));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_the_thread_goes_on() {
        let lane = lane(1, 1);
        assert_eq!(lane.run(|()| panic!("on purpose")).await, Err::<(), _>(LaneError::Panicked("test")));
        assert_eq!(lane.run(|()| 1).await, Ok(1));
        let series = lane.series.clone();
        drop(lane);
        assert_eq!(series.busy.get(), 0);
    }

    #[tokio::test]
    async fn work_that_would_wait_too_long_is_refused_until_a_caller_is_gone() {
        let hour = Duration::from_hours(1);
        let admission = Admission { longest_wait: 2 * hour, work_time: Arc::new(TimeEstimate::new(hour)) };
        let lane = lane_with(1, 100, Some(admission));
        let (begun, end, work) = held();
        let mut running = Box::pin(lane.run(work));
        assert!(futures_util::poll!(&mut running).is_pending());
        begun.recv().unwrap();
        let mut waiting = [(), ()].map(|()| Box::pin(lane.run(|()| ())));
        for caller in &mut waiting {
            assert!(futures_util::poll!(caller).is_pending());
        }
        let refused = lane.run(|()| ()).await;
        let Err(LaneError::WouldWait { lane: "test", wait }) = refused else { panic!("{refused:?}") };
        assert!(wait > 2 * hour && wait <= 3 * hour, "{wait:?}");
        assert_eq!((lane.series.depth.get(), lane.series.predicted_wait.get()), (2, 1));

        let [gone, mut stays] = waiting;
        drop(gone);
        assert_eq!(lane.series.depth.get(), 1);
        let mut next = Box::pin(lane.run(|()| ()));
        assert!(futures_util::poll!(&mut next).is_pending());
        end.send(()).unwrap();
        assert_eq!((running.await, (&mut stays).await, next.await), (Ok(()), Ok(()), Ok(())));
    }

    /// Notes what it is told; rest ends its lane.
    struct Told {
        events: Vec<&'static str>,
        queue: Arc<Queue<Job<Self>>>,
    }

    impl LaneContext for Told {
        fn pause(&mut self) {
            self.events.push("pause");
        }

        fn rest(&mut self) {
            self.events.push("rest");
            self.queue.close();
        }
    }

    #[test]
    fn a_thread_pauses_once_no_work_waits_and_rests_later() {
        let queue = Arc::new(Queue::<Job<Told>>::new(1, 1));
        queue.push(Box::new(|_: &mut Told| ()), None).unwrap();
        let mut context = Told { events: Vec::new(), queue: Arc::clone(&queue) };
        assert!(next(&queue, 0, &mut context, Duration::from_nanos(1)).is_some());
        assert!(context.events.is_empty());
        assert!(next(&queue, 0, &mut context, Duration::from_nanos(1)).is_none());
        assert_eq!(context.events, ["pause", "rest"]);
    }
}
