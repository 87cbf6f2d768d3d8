use std::fmt;

use chrono::{Datelike, SecondsFormat, Timelike};

use crate::Timestamp;
use crate::decimal::zero_padded;

/// Shows a timestamp as clients and logs see it: RFC 3339, UTC, always six digits after the second.
#[derive(Debug, Clone, Copy)]
pub struct Rfc3339(pub Timestamp);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(timestamp) = self;
        let (Ok(year @ ..=9999), nanos @ ..1_000_000_000) = (u32::try_from(timestamp.year()), timestamp.nanosecond())
        else {
            // No year that RFC 3339 knows, or a leap second.
            return formatter.write_str(&timestamp.to_rfc3339_opts(SecondsFormat::Micros, true));
        };
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        text[0..4].copy_from_slice(&zero_padded::<4>(year));
        text[5..7].copy_from_slice(&zero_padded::<2>(timestamp.month()));
        text[8..10].copy_from_slice(&zero_padded::<2>(timestamp.day()));
        text[11..13].copy_from_slice(&zero_padded::<2>(timestamp.hour()));
        text[14..16].copy_from_slice(&zero_padded::<2>(timestamp.minute()));
        text[17..19].copy_from_slice(&zero_padded::<2>(timestamp.second()));
        text[20..26].copy_from_slice(&zero_padded::<6>(nanos / 1000));
        formatter.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeZone, Utc};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_whole_second_still_shows_its_microseconds() {
        let timestamp = Utc.with_ymd_and_hms(2026, 11, 22, 10, 34, 31).unwrap();
        assert_eq!(Rfc3339(timestamp).to_string(), "2026-11-22T10:34:31.000000Z");
    }

    #[test]
    fn a_leap_second_is_shown_as_one() {
        let timestamp =
            NaiveDate::from_ymd_opt(2016, 12, 31).unwrap().and_hms_micro_opt(23, 59, 59, 1_500_000).unwrap();
        assert_eq!(Rfc3339(timestamp.and_utc()).to_string(), "2016-12-31T23:59:60.500000Z");
    }

    proptest! {
        #[test]
        fn every_moment_is_shown_as_chrono_shows_it(micros in Timestamp::MIN_UTC.timestamp_micros()..Timestamp::MAX_UTC.timestamp_micros()) {
            let timestamp = Utc.timestamp_micros(micros).unwrap();
            prop_assert_eq!(Rfc3339(timestamp).to_string(), timestamp.to_rfc3339_opts(SecondsFormat::Micros, true));
        }

        #[test]
        fn moments_of_our_time_are_too(micros in 0..4_102_444_800_000_000_i64) {
            let timestamp = Utc.timestamp_micros(micros).unwrap();
            prop_assert_eq!(Rfc3339(timestamp).to_string(), timestamp.to_rfc3339_opts(SecondsFormat::Micros, true));
        }
    }
}
