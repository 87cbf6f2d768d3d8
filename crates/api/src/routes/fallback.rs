use actix_web::HttpResponse;
use ore_errors::{ApiError, Problem};

/// Answers every path that has no endpoint.
///
/// # Errors
/// Always [`Problem::NotFound`].
pub async fn not_found() -> Result<HttpResponse, ApiError> {
    Err(Problem::NotFound.into())
}
