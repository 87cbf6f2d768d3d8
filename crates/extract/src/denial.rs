use actix_web::HttpRequest;
use actix_web::web::Data;
use ore_domain::{AuditOrigin, Permission};
use ore_limits::CredentialLimits;
use ore_services::{Refusal, Services};
use ore_web::context::RequestContext;
use ore_web::state::ApiState;

/// Counts a refused call in the metrics, and writes it into the audit log with the missing permission. The limits of
/// the address bound the entries; the answer is the same once they are reached.
pub(crate) async fn record_denial(
    origin: &AuditOrigin,
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
        services.denials.record(origin, refusal, permission, &call).await;
    }
}
