use actix_web::HttpRequest;
use actix_web::web::Data;
use ore_domain::Permission;
use ore_limits::CredentialLimits;
use ore_services::{Caller, Refusal, Services};

use super::request_origin::origin_of;
use crate::context::RequestContext;
use crate::state::ApiState;

/// Tells the metrics, and the audit log as far as the limits of the address allow, that this caller was refused a call that
/// takes the permission. The answer is the same however many of them come.
pub(super) async fn note_denial(caller: &Caller, request: &HttpRequest, refusal: Refusal, permission: Permission) {
    let (Some(state), Some(services), Some(limits), Some(context)) = (
        request.app_data::<Data<ApiState>>(),
        request.app_data::<Data<Services>>(),
        request.app_data::<Data<CredentialLimits>>(),
        RequestContext::of(request),
    ) else {
        return;
    };
    state.credential_log.denied(refusal);
    if limits.admit_denial(context.client).await {
        let call = format!("{} {}", request.method(), context.route(request).as_deref().unwrap_or_default());
        services.denials.note(&caller.act(origin_of(request)), refusal, permission, &call).await;
    }
}
