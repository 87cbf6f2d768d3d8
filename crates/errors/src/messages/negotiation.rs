use actix_web::HttpMessage;
use actix_web::http::header::{ACCEPT_LANGUAGE, AcceptLanguage, Header, Quality};
use ore_domain::Locale;

/// The language that the request wants most among those we have (RFC 9110, 12.5.4), else `default`.
pub fn negotiate(request: &impl HttpMessage, default: Locale) -> Locale {
    if !request.headers().contains_key(ACCEPT_LANGUAGE) {
        return default;
    }
    let Ok(accepted) = AcceptLanguage::parse(request) else { return default };
    let mut wanted: Vec<_> = accepted.0.iter().filter(|entry| entry.quality > Quality::ZERO).collect();
    wanted.sort_by_key(|entry| std::cmp::Reverse(entry.quality));
    wanted.iter().find_map(|entry| locale_of(&entry.item.to_string())).unwrap_or(default)
}

fn locale_of(tag: &str) -> Option<Locale> {
    match tag.split('-').next()?.to_ascii_lowercase().as_str() {
        "zh" => Some(Locale::ZhCn),
        "en" => Some(Locale::En),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::english("en", Locale::En)]
    #[case::region("en-GB,en;q=0.9", Locale::En)]
    #[case::another_chinese("zh-TW", Locale::ZhCn)]
    #[case::weights_decide("en;q=0.1, zh;q=0.9", Locale::ZhCn)]
    #[case::first_of_equals("en,zh", Locale::En)]
    #[case::refused_language("en;q=0", Locale::ZhCn)]
    #[case::unknown_then_known("fr, de;q=0.8, en;q=0.1", Locale::En)]
    #[case::only_unknown("fr", Locale::ZhCn)]
    #[case::anything("*", Locale::ZhCn)]
    #[case::nonsense(";;;q=x,,", Locale::ZhCn)]
    fn the_most_wanted_language_that_we_have_is_chosen(#[case] header: &str, #[case] expected: Locale) {
        let request = TestRequest::default().insert_header((ACCEPT_LANGUAGE, header)).to_srv_request();
        assert_eq!(negotiate(&request, Locale::ZhCn), expected);
    }

    #[test]
    fn without_the_header_the_default_is_used() {
        assert_eq!(negotiate(&TestRequest::default().to_srv_request(), Locale::En), Locale::En);
    }
}
