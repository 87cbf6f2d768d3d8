//! How a timestamp is written into a body.

use ore_domain::{Rfc3339, Timestamp};
use serde::Serializer;

pub(crate) fn serialize<S: Serializer>(timestamp: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&Rfc3339(*timestamp))
}
