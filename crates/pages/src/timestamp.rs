use chrono::{Datelike, Timelike};
use maud::{Markup, html};
use ore_domain::{Locale, Timestamp};

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
    html! { time datetime=(at.format("%Y-%m-%dT%H:%M:%SZ")) { (written(at, locale)) } }
}

fn written(at: Timestamp, locale: Locale) -> String {
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

    use super::*;

    #[test]
    fn a_time_is_written_in_the_language_of_its_reader() {
        let at = DateTime::parse_from_rfc3339("2026-12-01T09:05:59Z").unwrap().to_utc();
        assert_eq!(written(at, Locale::ZhCn), "2026年12月1日 09:05 UTC");
        assert_eq!(written(at, Locale::En), "1 December 2026, 09:05 UTC");
        assert!(time(at, Locale::En).into_string().starts_with(r#"<time datetime="2026-12-01T09:05:59Z">1 December"#));
    }
}
