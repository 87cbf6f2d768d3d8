use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use webauthn_rs::prelude::{Credential, PasskeyRegistration, RegisterPublicKeyCredential};

use crate::relying_party::{cannot_begin, started};
use crate::{CannotBegin, PasskeyFault, RelyingParty, StartedCeremony};

/// The longest identifier of a credential, in bytes (`WebAuthn` level 3, 4).
const MAX_ID_BYTES: usize = 1023;

/// The account for a new passkey.
#[derive(Debug, Clone, Copy)]
pub struct PasskeyAccount<'a> {
    /// The user handle: random, and the same for all passkeys of the user.
    pub handle: [u8; 16],
    /// The name by which the user tells accounts apart, such as the address.
    pub name: &'a str,
    /// The display name.
    pub display_name: &'a str,
    /// The credentials that the user has: an authenticator that has one of them makes no other.
    pub credential_ids: &'a [Vec<u8>],
}

/// A passkey that an authenticator has made.
#[derive(Debug)]
pub struct RegisteredPasskey {
    /// The id of the credential.
    pub credential_id: Vec<u8>,
    /// The data that is needed to check its signatures, as a text to store. It is no secret.
    pub record: String,
    /// How often it has signed, if its authenticator counts.
    pub counter: u32,
}

impl RelyingParty {
    /// Asks an authenticator to make a passkey.
    ///
    /// # Errors
    /// [`CannotBegin`].
    pub fn start_registration(&self, account: &PasskeyAccount<'_>) -> Result<StartedCeremony, CannotBegin> {
        let (handle, existing) = (Uuid::from_bytes(account.handle), account.credential_ids.to_vec());
        let (request, state) = self
            .webauthn
            .start_passkey_registration(handle, account.name, account.display_name, Some(existing))
            .map_err(cannot_begin)?;
        started(&request.public_key, &state, |options| {
            options.insert(
                "authenticatorSelection".to_owned(),
                json!({ "residentKey": "required", "requireResidentKey": true, "userVerification": "required" }),
            );
            options.insert("extensions".to_owned(), json!({ "credProps": true }));
        })
    }

    /// The passkey that an authenticator has made for the ceremony of this state.
    ///
    /// # Errors
    /// [`PasskeyFault`].
    pub fn finish_registration(&self, credential: &Value, state: &[u8]) -> Result<RegisteredPasskey, PasskeyFault> {
        let state: PasskeyRegistration = serde_json::from_slice(state).map_err(|_| PasskeyFault::Malformed)?;
        let answer = RegisterPublicKeyCredential::deserialize(credential).map_err(|_| PasskeyFault::Malformed)?;
        let passkey = self.webauthn.finish_passkey_registration(&answer, &state)?;
        let record = serde_json::to_string(&passkey).map_err(|_| PasskeyFault::Refused)?;
        let Credential { cred_id, counter, .. } = passkey.into();
        if cred_id.len() > MAX_ID_BYTES {
            return Err(PasskeyFault::Refused);
        }
        Ok(RegisteredPasskey { credential_id: cred_id, record, counter })
    }
}
