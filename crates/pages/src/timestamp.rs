use chrono::{Datelike, Timelike};
use maud::{Markup, html};
use ore_domain::{Locale, Timestamp};

use crate::page_request::PageRequest;
use crate::texts::Text;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A time as people read it, in UTC. Where there is JavaScript, the page shows it in the time zone of its reader.
pub(crate) fn time(at: Timestamp, locale: Locale) -> Markup {
    html! { time datetime=(at.format("%Y-%m-%dT%H:%M:%SZ")) { (format_time(at, locale)) } }
}

/// How long ago something was, in the language of its reader, with the time itself for programs and for those who point at it.
/// From a month on, the time alone.
pub(crate) fn ago(page: &PageRequest, at: Timestamp) -> Markup {
    match elapsed(at, page.state.clock.now()) {
        Elapsed::Long => time(at, page.locale),
        elapsed => html! {
            time datetime=(at.format("%Y-%m-%dT%H:%M:%SZ")) title=(format_time(at, page.locale)) data-ago {
                (format_elapsed(elapsed, page.locale, page.text(Text::JustNow)))
            }
        },
    }
}

/// A length of time as people tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elapsed {
    Moment,
    Minutes(i64),
    Hours(i64),
    Days(i64),
    Long,
}

/// Clocks differ, so that what has been may seem to be still to come.
fn elapsed(at: Timestamp, now: Timestamp) -> Elapsed {
    let passed = now - at;
    match (passed.num_days(), passed.num_hours(), passed.num_minutes()) {
        (30.., ..) => Elapsed::Long,
        (days @ 1.., ..) => Elapsed::Days(days),
        (_, hours @ 1.., _) => Elapsed::Hours(hours),
        (.., minutes @ 1..) => Elapsed::Minutes(minutes),
        _ => Elapsed::Moment,
    }
}

fn format_elapsed(elapsed: Elapsed, locale: Locale, moment: &str) -> String {
    let (number, [english, chinese]) = match elapsed {
        Elapsed::Minutes(number) => (number, ["minute", "分钟"]),
        Elapsed::Hours(number) => (number, ["hour", "小时"]),
        Elapsed::Days(number) => (number, ["day", "天"]),
        Elapsed::Moment | Elapsed::Long => return moment.to_owned(),
    };
    match locale {
        Locale::ZhCn => format!("{number}{chinese}前"),
        Locale::En => format!("{number} {english}{} ago", if number == 1 { "" } else { "s" }),
    }
}

fn format_time(at: Timestamp, locale: Locale) -> String {
    let (year, month, day, hour, minute) = (at.year(), at.month(), at.day(), at.hour(), at.minute());
    match locale {
        Locale::ZhCn => format!("{year}年{month}月{day}日 {hour:02}:{minute:02} UTC"),
        Locale::En => {
            let month = usize::try_from(month).ok().and_then(|month| MONTHS.get(month - 1)).unwrap_or(&"");
            format!("{day} {month} {year}, {hour:02}:{minute:02} UTC")
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::clocks_differ(-5, "just now", "刚刚")]
    #[case::moment(59, "just now", "刚刚")]
    #[case::minute(60, "1 minute ago", "1分钟前")]
    #[case::minutes(3599, "59 minutes ago", "59分钟前")]
    #[case::hour(3600, "1 hour ago", "1小时前")]
    #[case::days(29 * 86_400, "29 days ago", "29天前")]
    fn people_are_told_how_long_ago_it_was(#[case] seconds: i64, #[case] english: &str, #[case] chinese: &str) {
        let now = DateTime::parse_from_rfc3339("2026-12-01T09:05:59Z").unwrap().to_utc();
        let passed = elapsed(now - chrono::TimeDelta::seconds(seconds), now);
        assert_eq!(format_elapsed(passed, Locale::En, "just now"), english);
        assert_eq!(format_elapsed(passed, Locale::ZhCn, "刚刚"), chinese);
        assert_eq!(elapsed(now - chrono::TimeDelta::days(30), now), Elapsed::Long);
    }

    #[test]
    fn a_time_is_written_in_the_language_of_its_reader() {
        let at = DateTime::parse_from_rfc3339("2026-12-01T09:05:59Z").unwrap().to_utc();
        assert_eq!(format_time(at, Locale::ZhCn), "2026年12月1日 09:05 UTC");
        assert_eq!(format_time(at, Locale::En), "1 December 2026, 09:05 UTC");
        assert!(time(at, Locale::En).into_string().starts_with(r#"<time datetime="2026-12-01T09:05:59Z">1 December"#));
    }
}
