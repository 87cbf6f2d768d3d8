use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{ListPage, ListRequest};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_schemas::{FieldError, PageResponse, Violation};
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::query::{self, List};
use crate::reply::Reply;
use crate::state::ApiState;

/// What every list takes, for the OpenAPI document.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the document has it")]
pub struct ListParameters {
    /// The most items of the page.
    #[param(minimum = 1, maximum = 200, default = 50, required = false)]
    limit: u32,
    /// `next_cursor` of the page before. It counts for 24 hours, with the same order and filters.
    #[param(required = false)]
    cursor: String,
    /// Whether to count the items of all pages, up to 10,000.
    #[param(default = false, required = false)]
    count: bool,
}

/// What a list takes that is sorted by when its items were made.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only the document has it")]
pub struct CreationListParameters {
    /// `created_at`; with a `-` before it, the newest comes first.
    #[param(required = false, default = "-created_at", pattern = "^-?created_at$")]
    sort: String,
}

/// What the query of a request asks of the list `L`.
pub struct Listing<L: List> {
    request: ListRequest<L::Sort, L::Filters>,
    selection: String,
}

impl<L: List> FromRequest for Listing<L> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read<L: List>(request: &HttpRequest) -> Result<Listing<L>, ApiError> {
    let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
    Listing::of_query(request.query_string(), state)
}

impl<L: List> Listing<L> {
    /// What this query asks.
    ///
    /// # Errors
    /// [`ApiError::Validation`].
    pub fn of_query(query: &str, state: &ApiState) -> Result<Self, ApiError> {
        let list_query = query::read::<L>(query).map_err(ApiError::Validation)?;
        let mut list = list_query.request;
        if let Some(cursor) = list_query.cursor {
            let position = state.cursor_keys.open(&cursor, &list_query.selection, state.clock.now());
            let refused = FieldError { field: "cursor", violation: Violation::CursorInvalid };
            list.after = Some(position.ok_or_else(|| ApiError::Validation(vec![refused]))?);
        }
        Ok(Self { request: list, selection: list_query.selection })
    }

    /// What is asked, and what makes the answer.
    pub fn split(self) -> (ListRequest<L::Sort, L::Filters>, ListSelection) {
        (self.request, ListSelection(self.selection))
    }
}

/// Which items a list has, and in which order.
pub struct ListSelection(String);

impl ListSelection {
    /// What leads to the page after this one, if there is one.
    ///
    /// # Errors
    /// As [`ListSelection::reply`].
    pub fn next_cursor<T>(&self, state: &ApiState, page: &ListPage<T>) -> Result<Option<String>, ApiError> {
        let seal = |position| state.cursor_keys.seal(position, &self.0, state.clock.now());
        let cursor = page.next.as_ref().map(seal).transpose();
        cursor.map_err(|error| ApiError::caused(Problem::InternalError, error))
    }

    /// The answer with the page, and where the next one is (RFC 8288).
    ///
    /// # Errors
    /// [`Problem::InternalError`] when the operating system gives no random bytes.
    pub fn reply<T: ToSchema>(
        &self,
        request: &HttpRequest,
        state: &ApiState,
        page: ListPage<T>,
    ) -> Result<Reply<PageResponse<T>>, ApiError> {
        let cursor = self.next_cursor(state, &page)?;
        let link = cursor.as_deref().map(|cursor| next_page(request, cursor));
        Ok(Reply::new(PageResponse::new(page, cursor)).with_link(link))
    }
}

/// The same query with another cursor, as seen from the path of the request.
fn next_page(request: &HttpRequest, cursor: &str) -> String {
    let pairs = form_urlencoded::parse(request.query_string().as_bytes());
    let kept = pairs.filter(|(name, _)| name != "cursor");
    let query =
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair("cursor", cursor).finish();
    format!("<?{query}>; rel=\"next\"")
}

impl<L: List> DeclaresProblems for Listing<L> {
    fn problems() -> Vec<Problem> {
        vec![Problem::ValidationFailed]
    }
}
