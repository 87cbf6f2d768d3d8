use ore_domain::{ServiceAccount, ServiceAccountId};
use ore_schemas::ServiceAccountResponse;
use ore_web::etag::etag_of;

/// The page of all service accounts.
pub(super) const PATH: &str = "/admin/service-accounts";

pub(super) fn path_of(id: ServiceAccountId) -> String {
    format!("{PATH}/{id}")
}

/// The entity tag that the API gives it.
pub(super) fn tag_of(account: &ServiceAccount) -> String {
    etag_of(&ServiceAccountResponse::from(account))
}
