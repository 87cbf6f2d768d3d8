//! How a moment is written: RFC 3339, UTC, always six digits after the second.

use chrono::SecondsFormat;
use ore_domain::Timestamp;
use serde::Serializer;

pub(crate) fn serialize<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_text(*moment))
}

pub(crate) fn to_text(moment: Timestamp) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;

    #[test]
    fn a_whole_second_still_shows_its_microseconds() {
        let moment = Utc.with_ymd_and_hms(2026, 11, 22, 10, 34, 31).unwrap();
        assert_eq!(to_text(moment), "2026-11-22T10:34:31.000000Z");
    }
}
