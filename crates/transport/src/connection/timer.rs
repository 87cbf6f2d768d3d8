use std::pin::Pin;
use std::task::Context;

use tokio::time::{Instant, Sleep, sleep_until};

/// The one timer of a connection, shared by its deadlines.
///
/// Moving a timer and asking the time both cost something, and deadlines move with every request. So a timer that is set
/// too early is left alone, and nobody asks the time before it has run out: it wakes the task once for nothing and is
/// moved then.
#[derive(Default)]
pub(super) struct Timer(Option<Pin<Box<Sleep>>>);

impl Timer {
    /// Whether the deadline is over; when it is not, the task is woken once it will be.
    pub(super) fn is_over(&mut self, deadline: Instant, context: &mut Context<'_>) -> bool {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        while sleep.as_mut().poll(context).is_ready() {
            if Instant::now() >= deadline {
                return true;
            }
            sleep.as_mut().reset(deadline);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;
    use std::time::Duration;

    use futures_util::poll;

    use super::*;

    async fn over(timer: &mut Timer, deadline: Instant) {
        poll_fn(|context| if timer.is_over(deadline, context) { Poll::Ready(()) } else { Poll::Pending }).await;
    }

    #[actix_web::test]
    async fn a_deadline_may_move_either_way() {
        let (mut timer, hour) = (Timer::default(), Duration::from_hours(1));
        over(&mut timer, Instant::now()).await;
        assert!(poll!(std::pin::pin!(over(&mut timer, Instant::now() + hour))).is_pending());
        over(&mut timer, Instant::now()).await;
    }

    #[actix_web::test]
    async fn a_timer_that_was_set_too_early_is_moved_when_it_has_run_out() {
        let (mut timer, started) = (Timer::default(), Instant::now());
        let (early, late) = (started + Duration::from_millis(5), started + Duration::from_millis(50));
        assert!(poll!(std::pin::pin!(over(&mut timer, early))).is_pending());
        over(&mut timer, late).await;
        assert!(Instant::now() >= late);
    }
}
