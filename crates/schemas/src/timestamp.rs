//! How a timestamp is written into a body.

use ore_domain::{Rfc3339, Timestamp};
use serde::Serializer;

pub(crate) fn serialize<S: Serializer>(timestamp: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Rfc3339(*timestamp))
}

#[allow(clippy::ref_option, reason = "serde hands it over so")]
pub(crate) fn serialize_optional<S: Serializer>(
    timestamp: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match timestamp {
        Some(timestamp) => serialize(timestamp, serializer),
        None => serializer.serialize_none(),
    }
}
