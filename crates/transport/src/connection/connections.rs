use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::AddressSlot;

/// Every open connection of the process.
#[derive(Clone, Default)]
pub(crate) struct Connections {
    open: TaskTracker,
    ending: CancellationToken,
    /// As `ending` says it, which takes locks to tell that all workers share.
    is_ending: Arc<AtomicBool>,
}

/// The part of one connection in them.
pub(crate) struct ConnectionGuard {
    ending: Pin<Box<WaitForCancellationFutureOwned>>,
    is_ending: Arc<AtomicBool>,
    waiting: Option<Waker>,
    _open: TaskTrackerToken,
    _slot: AddressSlot,
}

impl Connections {
    pub(crate) fn join(&self, slot: AddressSlot) -> ConnectionGuard {
        let ending = Box::pin(self.ending.clone().cancelled_owned());
        let is_ending = Arc::clone(&self.is_ending);
        ConnectionGuard { ending, is_ending, waiting: None, _open: self.open.token(), _slot: slot }
    }

    /// Has each connection closed as soon as it owes no answer, and waits for that a while.
    pub(crate) async fn end(&self, time: Duration) {
        self.is_ending.store(true, Ordering::Release);
        self.ending.cancel();
        self.open.close();
        let _ = timeout(time, self.open.wait()).await;
    }
}

impl ConnectionGuard {
    /// Whether the process wants its connections closed; when it does not yet, the task is woken once it does.
    pub(super) fn is_ending(&mut self, context: &mut Context<'_>) -> bool {
        let waits = self.waiting.as_ref().is_some_and(|waiting| waiting.will_wake(context.waker()));
        if waits {
            return self.is_ending.load(Ordering::Acquire);
        }
        self.waiting = Some(context.waker().clone());
        self.ending.as_mut().poll(context).is_ready()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::task::Wake;

    use super::*;

    /// Counts how often it is woken.
    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn join(connections: &Connections) -> ConnectionGuard {
        connections.join(AddressSlot::uncounted())
    }

    fn is_ending(guard: &mut ConnectionGuard, task: &Arc<Task>) -> bool {
        guard.is_ending(&mut Context::from_waker(&Waker::from(Arc::clone(task))))
    }

    #[actix_web::test]
    async fn a_caller_who_has_asked_is_woken_and_told_once_the_process_ends() {
        let (connections, task, another) =
            (Connections::default(), Arc::new(Task::default()), Arc::new(Task::default()));
        let (mut waiting, mut moved, mut late) = (join(&connections), join(&connections), join(&connections));
        assert!(!is_ending(&mut waiting, &task) && !is_ending(&mut waiting, &task));
        assert!(!is_ending(&mut moved, &task) && !is_ending(&mut moved, &another));
        connections.end(Duration::ZERO).await;
        assert_eq!((task.0.load(Ordering::Relaxed), another.0.load(Ordering::Relaxed)), (1, 1));
        assert!(is_ending(&mut waiting, &task) && is_ending(&mut waiting, &another));
        assert!(is_ending(&mut moved, &another) && is_ending(&mut late, &task));
    }
}
