use actix_web::HttpRequest;
use url::form_urlencoded;

/// The query of a page with a list, as a form sends it: every field, whether or not something was chosen.
pub(crate) struct Query(Vec<(String, String)>);

/// A parameter of pages that lists do not have.
const OF_PAGES: &str = "done";
const CURSOR: &str = "cursor";

impl Query {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let pairs = form_urlencoded::parse(request.query_string().as_bytes());
        let chosen = pairs.filter(|(name, value)| name != OF_PAGES && !value.is_empty());
        Self(chosen.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    /// The text in a field.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The same as the list of the API takes it, where a day is the moment in which it begins in UTC.
    pub(crate) fn for_list(&self) -> String {
        let pairs = self
            .0
            .iter()
            .map(|(name, value)| (name, if is_day(value) { format!("{value}T00:00:00Z") } else { value.clone() }));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    /// The page of the list that a cursor leads to.
    pub(crate) fn page(&self, path: &str, cursor: &str) -> String {
        let query = self.without_cursor().append_pair(CURSOR, cursor).finish();
        format!("{path}?{query}")
    }

    /// The first page of the list, if this is another.
    pub(crate) fn first_page(&self, path: &str) -> Option<String> {
        self.get(CURSOR)?;
        Some(self.elsewhere(path))
    }

    /// The same filters at another path.
    pub(crate) fn elsewhere(&self, path: &str) -> String {
        let query = self.without_cursor().finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    fn without_cursor(&self) -> form_urlencoded::Serializer<'_, String> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(name, _)| name != CURSOR));
        query
    }
}

/// Whether a text is a day as a browser sends it (HTML Standard, 2.3.5.2).
fn is_day(text: &str) -> bool {
    let is_digit =
        |(place, byte): (usize, u8)| if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    text.len() == 10 && text.bytes().enumerate().all(is_digit)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn query(text: &str) -> Query {
        Query::of(&TestRequest::with_uri(&format!("/admin/users?{text}")).to_http_request())
    }

    #[test]
    fn a_field_that_is_empty_filters_nothing_and_a_day_begins_at_midnight() {
        let query = query("q=a%26b&role=&created_after=2026-11-30&done=saved&cursor=x");
        assert_eq!(query.for_list(), "q=a%26b&created_after=2026-11-30T00%3A00%3A00Z&cursor=x");
        assert_eq!((query.get("q"), query.get("role")), (Some("a&b"), None));
    }

    #[test]
    fn pages_of_a_list_keep_what_is_chosen() {
        let query = query("q=a&cursor=x");
        assert_eq!(query.page("/admin/users", "y z"), "/admin/users?q=a&cursor=y+z");
        assert_eq!(query.first_page("/admin/users").as_deref(), Some("/admin/users?q=a"));
        assert_eq!(super::Query(Vec::new()).first_page("/admin/users"), None);
    }
}
