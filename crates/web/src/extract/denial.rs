use actix_web::HttpRequest;
use actix_web::web::Data;
use ore_domain::{AuditOrigin, Permission};
use ore_limits::CredentialLimits;
use ore_services::{Refusal, Services};

use crate::context::RequestContext;
use crate::state::ApiState;

/// Counts a refused call and its missing permission in the metrics, and writes an audit entry as long as the limits of
/// the address allow it. The answer does not depend on these limits.
pub(super) async fn note_denial(
    by: &AuditOrigin,
    request: &HttpRequest,
    reason: &'static str,
    permission: Option<Permission>,
) {
    let (Some(state), Some(services), Some(limits), Some(context)) = (
        request.app_data::<Data<ApiState>>(),
        request.app_data::<Data<Services>>(),
        request.app_data::<Data<CredentialLimits>>(),
        RequestContext::of(request),
    ) else {
        return;
    };
    let refusal = Refusal::denied(reason, None);
    state.credential_log.denied(refusal);
    if limits.admit_denial(context.client).await {
        let call = format!("{} {}", request.method(), context.route(request).as_deref().unwrap_or_default());
        services.denials.note(by, refusal, permission, &call).await;
    }
}
