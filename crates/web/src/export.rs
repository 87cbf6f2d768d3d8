use ore_domain::{AuditOrigin, SessionId, User};
use ore_errors::ApiError;
use ore_schemas::{SecondFactorExport, UserExport};
use ore_services::{FactorsOfUser, Services};

/// All that is stored about the user of this session, once the audit log tells of this act, which gives it out.
///
/// # Errors
/// What the store refuses.
pub async fn export_of(
    services: &Services,
    user: &User,
    session: SessionId,
    act: &AuditOrigin,
) -> Result<UserExport, ApiError> {
    let id = user.id;
    services.accounts.record_export(id, act).await?;
    let audit = services.audit.of_user(id).await?;
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
    Ok(export.with_mails(mails, requested_email).with_audit(audit))
}
