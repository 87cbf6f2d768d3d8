use actix_web::HttpResponse;
use actix_web::web::Data;
use ore_domain::{AuditOrigin, SessionId, User};
use ore_errors::ApiError;
use ore_schemas::{AuditEntryResponse, SecondFactorExport, UserExport};
use ore_services::{AuthenticateError, FactorsOfUser, Services};

use crate::long_json::long_json;

/// An answer with all that is stored about the user of this session, once the audit log tells of this act, which gives
/// it out. `write` makes the JSON of it; the entries of the audit log come into that as they are read, while the
/// session goes on.
///
/// # Errors
/// What the store refuses.
pub async fn export_of(
    services: &Data<Services>,
    user: &User,
    session: SessionId,
    act: &AuditOrigin,
    write: impl FnOnce(UserExport) -> Result<String, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let id = user.id;
    services.accounts.record_export(id, act).await?;
    let sessions = services.sessions.all_of_user(id).await?;
    let sources = services.sessions.known_sources_of(id).await?;
    let (mails, requested_email) = services.recovery.mails_of(id).await?;
    let keys = services.api_keys.all_of_user(id).await?;
    let FactorsOfUser { totp_since, recovery_codes } = services.second_factors.of_user(id).await?;
    let has_passkey = user.factors.passkey;
    let factors = SecondFactorExport { totp_since, has_passkey, recovery_codes };
    let (passkeys, handle) = services.passkeys.all_of_user(id).await?;
    let export = UserExport::new(user, sessions, session).with_sources(sources).with_keys(keys);
    let export = export.with_second_factors(factors).with_passkeys(passkeys, handle);
    let json = write(export.with_mails(mails, requested_email))?;
    let services = services.clone();
    let read = move |beyond| {
        let services = services.clone();
        async move {
            services.sessions.require_live(id, session).await?;
            let (entries, next) = services.audit.page_of_user(id, beyond).await?;
            let entries: Vec<_> = entries.into_iter().map(AuditEntryResponse::from).collect();
            Ok::<_, AuthenticateError>((entries, next.map(Some)))
        }
    };
    long_json(json, None, read).await
}
