use std::time::Duration;

use ore_services::ExternalApiError;
use ore_telemetry::metrics::Outcome;
use reqwest::StatusCode;

/// Why an attempt did not bring an answer as agreed. None of them holds the URL, in which secrets may stand.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("it failed too often and is not asked for a while")]
    BreakerOpen,
    #[error("as many calls are under way as may be")]
    TooManyCalls,
    #[error("the process is ending")]
    Closed,
    #[error("the call cannot be written as a request: {}", chain(.0))]
    Malformed(reqwest::Error),
    #[error("cannot be connected to: {}", chain(.0))]
    NotConnected(reqwest::Error),
    #[error("the exchange broke off: {}", chain(.0))]
    Broken(reqwest::Error),
    #[error("no answer within {} ms", .0.as_millis())]
    Slow(Duration),
    #[error("it is overloaded or failing, status {}", status.as_u16())]
    Failing { status: StatusCode, retry_after: Option<Duration> },
    #[error("it answered with status {}", .0.as_u16())]
    Refused(StatusCode),
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the answer is not JSON: {0}")]
    NotJson(serde_json::Error),
}

impl Fault {
    pub(crate) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_connect() { Self::NotConnected(error) } else { Self::Broken(error) }
    }

    /// Whether the other service is to blame, so that the breaker counts it. One that is merely asked too often is there.
    pub(crate) fn is_outage(&self) -> bool {
        match self {
            Self::NotConnected(_) | Self::Broken(_) | Self::Slow(_) => true,
            Self::Failing { status, .. } => *status != StatusCode::TOO_MANY_REQUESTS,
            _ => false,
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::BreakerOpen | Self::TooManyCalls | Self::Closed | Self::Malformed(_) => Outcome::NotMade,
            Self::Refused(_) => Outcome::Refused,
            _ => Outcome::Failed,
        }
    }
}

impl From<Fault> for ExternalApiError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(status) => Self::Refused(status.as_u16()),
            fault @ Fault::Malformed(_) => Self::InvalidCall(fault.into()),
            fault @ (Fault::TooLarge(_) | Fault::NotJson(_)) => Self::InvalidAnswer(fault.into()),
            fault => Self::Unavailable(fault.into()),
        }
    }
}

/// The client's own words say only that something failed.
fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
