//! How long a link is valid, in words.

use std::time::Duration;

use ore_domain::Locale;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// In the largest unit of which it is a multiple, days from two on; anything else in minutes.
pub(crate) fn in_words(validity: Duration, locale: Locale) -> String {
    let seconds = validity.as_secs();
    let (number, english, chinese) = if seconds >= 2 * DAY && seconds.is_multiple_of(DAY) {
        (seconds / DAY, "day", "天")
    } else if seconds >= HOUR && seconds.is_multiple_of(HOUR) {
        (seconds / HOUR, "hour", "小时")
    } else {
        (seconds / MINUTE, "minute", "分钟")
    };
    match locale {
        Locale::ZhCn => format!("{number}{chinese}"),
        Locale::En if number == 1 => format!("1 {english}"),
        Locale::En => format!("{number} {english}s"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(30 * MINUTE, "30 minutes", "30分钟")]
    #[case(90 * MINUTE, "90 minutes", "90分钟")]
    #[case(HOUR, "1 hour", "1小时")]
    #[case(DAY, "24 hours", "24小时")]
    #[case(7 * DAY, "7 days", "7天")]
    fn a_validity_is_told_in_the_unit_that_fits(#[case] seconds: u64, #[case] english: &str, #[case] chinese: &str) {
        let validity = Duration::from_secs(seconds);
        assert_eq!(
            (in_words(validity, Locale::En).as_str(), in_words(validity, Locale::ZhCn).as_str()),
            (english, chinese)
        );
    }
}
