use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use prometheus::IntGauge;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::metrics::LaneSeries;
use crate::telemetry::Origin;

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
#[derive(Debug, Clone, Copy)]
pub struct LaneOptions {
    /// What its threads are called.
    pub name: &'static str,
    /// How many threads work.
    pub width: usize,
    /// How much work may wait.
    pub queue: usize,
    /// How long work may wait to be begun.
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
/// caller is gone before it begins is skipped. Dropping the lane waits for accepted work.
pub struct Lane<C> {
    options: LaneOptions,
    series: LaneSeries,
    jobs: Option<Sender<Job<C>>>,
    threads: Vec<JoinHandle<()>>,
}

impl<C: LaneContext> Lane<C> {
    /// Starts the threads; each makes a context of its own.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        options: LaneOptions,
        series: LaneSeries,
        context: impl Fn() -> C + Clone + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, receiver) = bounded::<Job<C>>(options.queue);
        let spawn = |number| {
            let (receiver, context) = (receiver.clone(), context.clone());
            let builder = Builder::new().name(format!("{}-{number}", options.name));
            builder.spawn(move || serve(&receiver, &context))
        };
        let threads = (0..options.width).map(spawn).collect::<io::Result<_>>()?;
        Ok(Self { options, series, jobs: Some(sender), threads })
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
        self.accept(move |context, origin| {
            if start.send(()).is_ok() {
                let _ = finish.send(origin.run(|| work(context)));
            }
        })?;
        let begun = timeout(wait, begun).await.inspect_err(|_| self.series.not_begun.inc());
        begun.map_err(|_| LaneError::NotBegun(name))?.map_err(|_| LaneError::Panicked(name))?;
        let finished = timeout(patience, finished).await.inspect_err(|_| self.series.not_finished.inc());
        finished.map_err(|_| LaneError::NotFinished(name))?.map_err(|_| LaneError::Panicked(name))
    }

    fn accept(&self, work: impl FnOnce(&mut C, Origin) + Send + 'static) -> Result<(), LaneError> {
        let (series, origin, accepted) = (self.series.clone(), Origin::current(), Instant::now());
        let job: Job<C> = Box::new(move |context| {
            series.depth.dec();
            series.wait.observe(accepted.elapsed().as_secs_f64());
            let _busy = Busy::new(series.busy);
            work(context, origin);
        });
        // Counted before it is there, so that its own end is never counted first.
        self.series.depth.inc();
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.try_send(job).is_ok());
        if sent {
            return Ok(());
        }
        self.series.depth.dec();
        self.series.full.inc();
        Err(LaneError::Full(self.options.name))
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
        self.jobs.take();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn serve<C: LaneContext>(jobs: &Receiver<Job<C>>, make_context: &impl Fn() -> C) {
    let mut context = make_context();
    while let Some(job) = next(jobs, &mut context, REST_AFTER) {
        // The panic hook has logged it; a context that a panic left half-changed is not used again.
        if catch_unwind(AssertUnwindSafe(|| job(&mut context))).is_err() {
            context = make_context();
        }
    }
}

/// Waits for work; there is no more once the lane is dropped and its queue empty.
fn next<C: LaneContext>(jobs: &Receiver<Job<C>>, context: &mut C, rest_after: Duration) -> Option<Job<C>> {
    if let Ok(job) = jobs.try_recv() {
        return Some(job);
    }
    context.pause();
    match jobs.recv_timeout(rest_after) {
        Ok(job) => return Some(job),
        Err(RecvTimeoutError::Timeout) => context.rest(),
        Err(RecvTimeoutError::Disconnected) => return None,
    }
    jobs.recv().ok()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::metrics::Metrics;

    fn lane(width: usize, queue: usize) -> Lane<()> {
        let (wait, patience) = (Duration::from_millis(200), Duration::from_secs(5));
        let options = LaneOptions { name: "test", width, queue, wait, patience };
        Lane::start(options, Metrics::new("1").unwrap().lanes.of("test"), || ()).unwrap()
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

    #[actix_web::test]
    async fn the_result_of_the_work_comes_back() {
        assert_eq!(lane(1, 1).run(|()| 6 * 7).await, Ok(42));
    }

    #[actix_web::test]
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
        assert_eq!((lane.series.depth.get(), lane.series.wait.get_sample_count()), (0, 2));
    }

    #[actix_web::test]
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

    #[actix_web::test]
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

    #[actix_web::test]
    async fn a_panic_is_an_error_and_the_thread_goes_on() {
        let lane = lane(1, 1);
        assert_eq!(lane.run(|()| panic!("on purpose")).await, Err::<(), _>(LaneError::Panicked("test")));
        assert_eq!(lane.run(|()| 1).await, Ok(1));
        let series = lane.series.clone();
        drop(lane);
        assert_eq!(series.busy.get(), 0);
    }

    /// Notes what it is told; rest ends its lane.
    struct Told {
        events: Vec<&'static str>,
        jobs: Option<Sender<Job<Self>>>,
    }

    impl LaneContext for Told {
        fn pause(&mut self) {
            self.events.push("pause");
        }

        fn rest(&mut self) {
            self.events.push("rest");
            self.jobs.take();
        }
    }

    #[test]
    fn a_thread_pauses_once_no_work_waits_and_rests_later() {
        let (sender, receiver) = bounded::<Job<Told>>(1);
        sender.send(Box::new(|_: &mut Told| ())).unwrap();
        let mut context = Told { events: Vec::new(), jobs: Some(sender) };
        assert!(next(&receiver, &mut context, Duration::ZERO).is_some());
        assert!(context.events.is_empty());
        assert!(next(&receiver, &mut context, Duration::ZERO).is_none());
        assert_eq!(context.events, ["pause", "rest"]);
    }
}
