use ore_passkeys::{InvalidRelyingParty, RelyingParty, RelyingPartyOptions};
use ore_security::key_ring::SealingKeys;
use ore_services::PasskeyCeremonies;
use ore_settings::{PasskeySettings, Settings};

/// The ceremonies of passkeys by the settings; `None` if the settings do not say which site passkeys are for.
///
/// # Errors
/// [`InvalidRelyingParty`].
pub(crate) fn passkey_ceremonies(
    settings: &Settings,
    keys: impl FnOnce() -> SealingKeys,
) -> Result<Option<PasskeyCeremonies>, InvalidRelyingParty> {
    let Some(PasskeySettings { relying_party_id, origin, other_origins, takes_any_port }) = &settings.passkeys else {
        return Ok(None);
    };
    let party = RelyingParty::new(&RelyingPartyOptions {
        id: relying_party_id.clone(),
        name: settings.app.name.clone(),
        origin: origin.clone(),
        other_origins: other_origins.clone(),
        takes_any_port: *takes_any_port,
        timeout: PasskeyCeremonies::LIFETIME,
    })?;
    Ok(Some(PasskeyCeremonies::new(party, keys())))
}
