use ore_domain::{ServiceAccount, ServiceAccountId};
use ore_schemas::ServiceAccountResponse;
use ore_web::error::{ApiError, Problem};
use ore_web::etag::etag_of;

use crate::member::Member;

/// The page of all service accounts.
pub(super) const PATH: &str = "/admin/service-accounts";

/// An invalid key becomes a key that no account has.
pub(super) fn account_in(member: &Member) -> Result<ServiceAccountId, ApiError> {
    let id = member.request.match_info().get("id").and_then(|text| text.parse().ok());
    id.ok_or_else(|| Problem::NotFound.into())
}

pub(super) fn path_of(id: ServiceAccountId) -> String {
    format!("{PATH}/{id}")
}

/// As a call has it.
pub(super) fn tag_of(account: &ServiceAccount) -> String {
    etag_of(&ServiceAccountResponse::from(account))
}
