use std::pin::Pin;
use std::task::Context;

use tokio::time::{Instant, Sleep, sleep_until};

/// The one timer of a connection, shared by its deadlines.
///
/// Moving a timer costs more than asking the time, and deadlines move with every request. So a timer that is set too
/// early is left alone: it wakes the task once for nothing and is moved then.
#[derive(Default)]
pub(super) struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Whether the deadline is over; when it is not, the task is woken once it will be.
    pub(super) fn is_over(&mut self, deadline: Instant, context: &mut Context<'_>) -> bool {
        while Instant::now() < deadline {
            let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if sleep.is_elapsed() || sleep.deadline() > deadline {
                sleep.as_mut().reset(deadline);
            }
            if sleep.as_mut().poll(context).is_pending() {
                return false;
            }
        }
        true
    }
}
