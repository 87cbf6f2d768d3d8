use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::from_slice;

use crate::{FeedError, MAXIMUM_FEED_BYTES};

/// The result of reading an answer of the revocation feed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedUpdate {
    /// Revocations in the answer.
    pub received: usize,
    /// The parameter `since` of the next request.
    pub next: String,
    /// How long the issuer asks to wait before the next request that does not wait for news.
    pub poll_after: Option<Duration>,
}

/// The envelope of every answer.
#[derive(Deserialize)]
struct Envelope {
    success: bool,
    data: Feed,
}

/// The revocations in an answer of the feed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Feed {
    pub(crate) revoked: Vec<RevokedSession>,
    pub(crate) users: Vec<RevokedUser>,
    pub(crate) next: Cursor,
    #[serde(default)]
    pub(crate) poll_after_seconds: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RevokedSession {
    pub(crate) sid: String,
    pub(crate) exp: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RevokedUser {
    pub(crate) uid: i64,
    pub(crate) not_before: u64,
}

/// Opaque: whatever it is, it goes back as it came.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Cursor {
    Text(String),
    Number(u64),
}

impl Cursor {
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

pub(crate) fn read_feed(json: &[u8]) -> Result<Feed, FeedError> {
    if json.len() > MAXIMUM_FEED_BYTES {
        return Err(FeedError::TooLong);
    }
    let envelope: Envelope = from_slice(json).map_err(|_| FeedError::Malformed)?;
    if envelope.success { Ok(envelope.data) } else { Err(FeedError::Malformed) }
}
