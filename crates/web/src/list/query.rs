use chrono::DateTime;
use ore_domain::{ListRequest, RoleName, Timestamp};
use ore_schemas::{FieldError, Violation};
use url::form_urlencoded;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// A list that clients can query.
pub trait List: 'static {
    /// The sort orders.
    type Sort: Copy + PartialEq + Send + 'static;
    /// The filters.
    type Filters: Default + Send + 'static;

    /// The name of the list in cursors.
    const NAME: &'static str;
    /// The names of the sort orders.
    const SORTS: &'static [(&'static str, Self::Sort)];
    /// The default order, and whether it is descending.
    const DEFAULT_SORT: (Self::Sort, bool);
    /// The filter parameters.
    const FILTERS: &'static [(&'static str, ReadFilter<Self::Filters>)];
}

/// Records what a parameter says in the filters.
pub type ReadFilter<F> = fn(filters: &mut F, value: &str) -> Result<(), Violation>;

/// A filter that is a text.
///
/// # Errors
/// [`Violation::TextForbiddenCharacter`] for U+0000, which PostgreSQL does not store.
pub fn text(value: &str) -> Result<String, Violation> {
    if value.contains('\0') { Err(Violation::TextForbiddenCharacter) } else { Ok(value.to_owned()) }
}

/// A filter that is `true` or `false`.
///
/// # Errors
/// [`Violation::NotABoolean`].
pub fn boolean(value: &str) -> Result<bool, Violation> {
    value.parse().map_err(|_| Violation::NotABoolean)
}

/// A filter that is a timestamp (RFC 3339).
///
/// # Errors
/// [`Violation::NotATimestamp`].
pub fn timestamp(value: &str) -> Result<Timestamp, Violation> {
    DateTime::parse_from_rfc3339(value).map(|time| time.to_utc()).map_err(|_| Violation::NotATimestamp)
}

/// A filter that is the name of a role.
///
/// # Errors
/// [`Violation::RoleNameInvalid`].
pub fn role(value: &str) -> Result<RoleName, Violation> {
    value.parse().map_err(|_| Violation::RoleNameInvalid)
}

/// The query of a list.
pub(super) struct ListQuery<L: List> {
    pub(super) request: ListRequest<L::Sort, L::Filters>,
    /// The text of the cursor, which is still to be opened.
    pub(super) cursor: Option<String>,
    /// The order and the filters. A cursor is valid only for the same ones.
    pub(super) selection: String,
}

/// Reads a query. Unknown and repeated parameters are faults: a filter that is misspelt would list everything.
pub(super) fn read<L: List>(query: &str) -> Result<ListQuery<L>, Vec<FieldError>> {
    let (sort, is_descending) = L::DEFAULT_SORT;
    let request = ListRequest {
        filters: L::Filters::default(),
        sort,
        is_descending,
        after: None,
        limit: DEFAULT_LIMIT,
        with_total: false,
    };
    let mut list_query = ListQuery::<L> { request, cursor: None, selection: String::new() };
    let (mut seen, mut selection, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let Some(field) = known::<L>(&name) else {
            errors.push(FieldError { field: "query", violation: Violation::UnknownParameter });
            continue;
        };
        let result =
            if seen.contains(&field) { Err(Violation::RepeatedParameter) } else { list_query.take(field, &value) };
        if let Err(violation) = result {
            errors.push(FieldError { field, violation });
        }
        seen.push(field);
        if !matches!(field, "limit" | "cursor" | "count") {
            selection.push((field, value.into_owned()));
        }
    }
    selection.sort_unstable();
    list_query.selection = serde_json::json!([L::NAME, selection]).to_string();
    if errors.is_empty() { Ok(list_query) } else { Err(errors) }
}

fn known<L: List>(name: &str) -> Option<&'static str> {
    let filters = L::FILTERS.iter().map(|(name, _)| *name);
    ["limit", "cursor", "sort", "count"].into_iter().chain(filters).find(|known| *known == name)
}

impl<L: List> ListQuery<L> {
    fn take(&mut self, field: &str, value: &str) -> Result<(), Violation> {
        match field {
            "limit" => {
                let limit = value.parse().map_err(|_| Violation::NotAnInteger)?;
                self.request.limit =
                    Some(limit).filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or(Violation::OutOfRange)?;
            }
            "cursor" => self.cursor = Some(value.to_owned()),
            "count" => self.request.with_total = boolean(value)?,
            "sort" => {
                let name = value.strip_prefix('-');
                let sort = L::SORTS.iter().find(|(sort, _)| *sort == name.unwrap_or(value));
                (_, self.request.sort) = *sort.ok_or(Violation::UnknownSort)?;
                self.request.is_descending = name.is_some();
            }
            filter => {
                if let Some((_, read)) = L::FILTERS.iter().find(|(name, _)| *name == filter) {
                    read(&mut self.request.filters, value)?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    struct Things;

    impl List for Things {
        type Sort = u8;
        type Filters = Vec<bool>;

        const NAME: &'static str = "things";
        const SORTS: &'static [(&'static str, u8)] = &[("id", 1), ("name", 2)];
        const DEFAULT_SORT: (u8, bool) = (1, true);
        const FILTERS: &'static [(&'static str, ReadFilter<Vec<bool>>)] =
            &[("is_new", |filters, value| boolean(value).map(|value| filters.push(value)))];
    }

    fn faults(query: &str) -> Vec<(&'static str, Violation)> {
        let errors = read::<Things>(query).map_or_else(|errors| errors, |_| Vec::new());
        errors.into_iter().map(|error| (error.field, error.violation)).collect()
    }

    #[test]
    fn what_is_not_said_has_defaults() {
        let list_query = read::<Things>("").unwrap();
        assert_eq!(
            (list_query.request.limit, list_query.request.sort, list_query.request.is_descending),
            (50, 1, true)
        );
        assert!(list_query.request.filters.is_empty() && !list_query.request.with_total && list_query.cursor.is_none());
    }

    #[test]
    fn a_query_is_read() {
        let list_query = read::<Things>("limit=200&sort=name&is_new=true&count=true&cursor=x%2By").unwrap();
        assert_eq!(
            (list_query.request.limit, list_query.request.sort, list_query.request.is_descending),
            (200, 2, false)
        );
        assert_eq!((list_query.request.filters, list_query.request.with_total), (vec![true], true));
        assert_eq!(list_query.cursor.as_deref(), Some("x+y"));
    }

    #[test]
    fn a_cursor_depends_on_the_selection_alone() {
        let selection = |query| read::<Things>(query).unwrap().selection;
        assert_eq!(selection("sort=id&is_new=true&limit=3&cursor=x"), selection("is_new=true&count=true&sort=id"));
        assert_ne!(selection("sort=id"), selection("sort=-id"));
        assert_ne!(selection("is_new=true"), selection(""));
    }

    #[rstest]
    #[case("limit=0", &[("limit", Violation::OutOfRange)])]
    #[case("limit=201", &[("limit", Violation::OutOfRange)])]
    #[case("limit=x", &[("limit", Violation::NotAnInteger)])]
    #[case("sort=size", &[("sort", Violation::UnknownSort)])]
    #[case("sort=--id", &[("sort", Violation::UnknownSort)])]
    #[case("is_new=1", &[("is_new", Violation::NotABoolean)])]
    #[case("is_old=true", &[("query", Violation::UnknownParameter)])]
    #[case("is_new=true&is_new=true", &[("is_new", Violation::RepeatedParameter)])]
    #[case("limit=0&count=x", &[("limit", Violation::OutOfRange), ("count", Violation::NotABoolean)])]
    fn faults_are_told(#[case] query: &str, #[case] expected: &[(&str, Violation)]) {
        assert_eq!(faults(query), expected);
    }
}
