use ore_domain::AuditOrigin;
use ore_errors::ApiError;
use ore_schemas::{SecondFactorExport, UserExport};
use ore_services::{FactorsOfUser, Services};

use crate::extract::CurrentSession;

/// All that is stored about the user of a session, once the audit log tells that it is given out.
///
/// # Errors
/// What the store refuses.
pub async fn export_of(
    services: &Services,
    current: &CurrentSession,
    origin: AuditOrigin,
) -> Result<UserExport, ApiError> {
    let user = current.user.id;
    services.accounts.note_export(user, &current.act(origin)).await?;
    let audit = services.audit.of_user(user).await?;
    let sessions = services.sessions.all_of_user(user).await?;
    let sources = services.sessions.known_sources_of(user).await?;
    let (mails, requested_email) = services.recovery.mails_of(user).await?;
    let keys = services.api_keys.all_of_user(user).await?;
    let FactorsOfUser { totp_since, recovery_codes } = services.second_factors.of_user(user).await?;
    let has_passkey = current.user.factors.passkey;
    let factors = SecondFactorExport { totp_since, has_passkey, recovery_codes };
    let (passkeys, handle) = services.passkeys.all_of_user(user).await?;
    let export = UserExport::new(&current.user, sessions, current.id).with_sources(sources).with_keys(keys);
    let export = export.with_second_factors(factors).with_passkeys(passkeys, handle);
    Ok(export.with_mails(mails, requested_email).with_audit(audit))
}
