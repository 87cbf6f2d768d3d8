use std::time::Duration;

use backon::ExponentialBuilder;
use ore_services::ExternalCall;

use crate::fault::Fault;

/// Two more attempts, the first after 100 to 200 ms, the second after twice that: clients that failed together do not
/// come again together.
pub(crate) fn backoff() -> ExponentialBuilder {
    ExponentialBuilder::new().with_min_delay(Duration::from_millis(100)).with_max_times(2).with_jitter()
}

/// Whether the call may be sent again after the fault: when it has certainly not been carried out, or when carrying it
/// out twice does no more than once. The statuses are those of a service that may recover in a moment.
pub(crate) fn may_repeat(call: &ExternalCall, fault: &Fault) -> bool {
    match fault {
        Fault::NotConnected(_) => true,
        Fault::Broken(_) | Fault::Failing { .. } => call.is_idempotent(),
        _ => false,
    }
}

/// How long to wait before the next attempt: as long as the other service asks for, or not at all if no time would be
/// left for the attempt.
pub(crate) fn pause(fault: &Fault, planned: Option<Duration>, left: Duration) -> Option<Duration> {
    let asked = if let Fault::Failing { retry_after, .. } = fault { *retry_after } else { None };
    planned.map(|planned| planned.max(asked.unwrap_or_default())).filter(|pause| *pause < left)
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use serde_json::Value;

    use super::*;

    fn failing(status: StatusCode, retry_after: Option<Duration>) -> Fault {
        Fault::Failing { status, retry_after }
    }

    #[test]
    fn only_what_may_happen_twice_is_sent_again_after_an_answer_of_failure() {
        let (get, post) = (ExternalCall::get("/a"), ExternalCall::post("/a", Value::Null));
        let keyed = post.clone().with_idempotency_key("k");
        let allowed = |fault: &Fault| [&get, &post, &keyed].map(|call| may_repeat(call, fault));
        assert_eq!(allowed(&failing(StatusCode::SERVICE_UNAVAILABLE, None)), [true, false, true]);
        assert_eq!(allowed(&failing(StatusCode::TOO_MANY_REQUESTS, None)), [true, false, true]);
        for fault in [Fault::Refused(StatusCode::NOT_FOUND), Fault::TooLarge(1), Fault::BreakerOpen] {
            assert_eq!(allowed(&fault), [false; 3], "{fault}");
        }
    }

    #[test]
    fn a_pause_is_as_long_as_it_is_asked_for_but_never_beyond_the_deadline() {
        let [short, long] = [Duration::from_millis(100), Duration::from_secs(3)];
        let fault = failing(StatusCode::SERVICE_UNAVAILABLE, Some(long));
        assert_eq!(pause(&fault, Some(short), 2 * long), Some(long));
        assert_eq!(pause(&fault, Some(short), long), None);
        assert_eq!(pause(&failing(StatusCode::BAD_GATEWAY, None), Some(short), long), Some(short));
        assert_eq!(pause(&fault, None, 2 * long), None);
    }
}
