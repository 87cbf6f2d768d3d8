use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

type Job = Box<dyn FnOnce() + Send>;

/// Threads for work that may never end, of which the caller waits for some time only.
///
/// libpq waits for an answer without limit, and no option of it or of the socket changes that while the machine of a
/// stopped server still acknowledges what it receives. A thread that is left behind ends with its work.
#[derive(Default)]
pub(crate) struct Workers {
    idle: Mutex<Vec<Sender<Job>>>,
}

impl Workers {
    /// Runs `work` on a thread that has nothing to do, or a new one; `None` when it did not end by the deadline. A
    /// panic of the work goes on in the caller.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<Option<T>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let worker = idle.map_or_else(start, Ok)?;
        let (answer, answers) = channel();
        let job = move || {
            // The receiver is gone when nobody waits any longer.
            let _ = answer.send(catch_unwind(AssertUnwindSafe(work)));
        };
        worker.send(Box::new(job)).map_err(|_| io::Error::other("a thread of the database has ended"))?;
        let Some(outcome) = wait(&answers, deadline) else {
            return Ok(None);
        };
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        outcome.map(Some).or_else(|panic| resume_unwind(panic))
    }
}

fn start() -> io::Result<Sender<Job>> {
    let (worker, jobs) = channel::<Job>();
    thread::Builder::new().name("database-worker".to_owned()).spawn(move || jobs.iter().for_each(|job| job()))?;
    Ok(worker)
}

fn wait<T>(answers: &Receiver<Result<T, Box<dyn Any + Send>>>, deadline: Instant) -> Option<thread::Result<T>> {
    answers.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn far() -> Instant {
        Instant::now() + Duration::from_mins(1)
    }

    #[test]
    fn one_thread_serves_one_caller_after_the_other() {
        let workers = Workers::default();
        let first = workers.run(far(), || thread::current().id()).unwrap();
        let second = workers.run(far(), || thread::current().id()).unwrap();
        assert!(first.is_some());
        assert_eq!(first, second);
        assert_ne!(first, Some(thread::current().id()));
    }

    #[test]
    fn work_that_does_not_end_holds_nobody_up() {
        let workers = Workers::default();
        let (release, released) = channel::<()>();
        let (end, ended) = channel();
        let stuck = move || {
            let _ = released.recv();
            end.send(()).unwrap();
        };
        assert_eq!(workers.run(Instant::now() + Duration::from_millis(1), stuck).unwrap(), None);
        assert_eq!(workers.run(far(), || 42).unwrap(), Some(42));
        release.send(()).unwrap();
        assert_eq!(ended.recv_timeout(Duration::from_mins(1)), Ok(()));
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_thread_goes_on() {
        let workers = Workers::default();
        let before = workers.run(far(), || thread::current().id()).unwrap();
        let panic =
            catch_unwind(AssertUnwindSafe(|| workers.run(far(), || panic!("on purpose")).map(|_: Option<()>| ())));
        assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"on purpose"));
        assert_eq!(workers.run(far(), || thread::current().id()).unwrap(), before);
    }
}
