use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::Page;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::error::{ApiError, Problem, Refuses};

/// The page of a list that the query of a request asks for; the first, where it does not say.
pub struct Paging(pub Page);

/// What the query of a list may say, for the OpenAPI document.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The number of the page, counted from 1.
    #[serde(default = "first_page")]
    #[param(value_type = i64, minimum = 1, maximum = 4_294_967_295_u32, default = 1, required = false)]
    page: u32,
    /// How many items a page has. The last has fewer, or none.
    #[serde(default = "default_size")]
    #[param(minimum = 1, maximum = 100, default = 20, required = false)]
    size: u32,
}

const fn first_page() -> u32 {
    1
}

const fn default_size() -> u32 {
    Page::DEFAULT_SIZE
}

impl FromRequest for Paging {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Self))
    }
}

fn read(query: &str) -> Result<Page, ApiError> {
    let query = Query::<PageQuery>::from_query(query);
    let Query(PageQuery { page, size }) =
        // Not the error, which may repeat what the query says.
        query.map_err(|_| Problem::BadRequest)?;
    Page::new(page, size).ok_or_else(|| Problem::BadRequest.into())
}

impl Refuses for Paging {
    fn problems() -> Vec<Problem> {
        vec![Problem::BadRequest]
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing_said("", Page::new(1, 20))]
    #[case::both("page=3&size=7", Page::new(3, 7))]
    #[case::further_parameters_are_ignored("sort=title&page=2", Page::new(2, 20))]
    #[case::page_zero("page=0", None)]
    #[case::too_large("size=101", None)]
    #[case::negative("page=-1", None)]
    #[case::empty("page=", None)]
    #[case::twice("page=1&page=2", None)]
    fn a_page_is_asked_for_by_its_number_and_size(#[case] query: &str, #[case] expected: Option<Page>) {
        assert_eq!(read(query).ok(), expected);
    }

    #[test]
    fn the_document_tells_the_bounds_of_the_domain() {
        let parameters = serde_json::to_value(PageQuery::into_params(|| None)).unwrap();
        assert_eq!(parameters[0]["schema"]["default"], first_page());
        assert_eq!(parameters[1]["schema"]["maximum"], Page::MAX_SIZE);
        assert_eq!(parameters[1]["schema"]["default"], Page::DEFAULT_SIZE);
    }
}
