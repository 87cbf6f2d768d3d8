use serde::Deserialize;
use serde_json::Value;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential};

use crate::{PasskeyFault, RelyingParty};

/// A passkey that somebody shows, before anything of it is known to be true.
#[derive(Debug, Clone)]
pub struct PresentedPasskey(PublicKeyCredential);

/// A passkey whose holder is there.
#[derive(Debug)]
pub struct VerifiedAssertion {
    /// The record to store from now on.
    pub record: String,
    /// How often it has signed, if its authenticator counts; else 0.
    pub counter: u32,
}

/// Data from the page that the library does not check.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageData {
    #[serde(default)]
    cross_origin: bool,
}

impl PresentedPasskey {
    /// What a browser made of the answer of an authenticator.
    ///
    /// # Errors
    /// [`PasskeyFault::Malformed`], and [`PasskeyFault::WrongOrigin`] for a page within one of another site.
    pub fn parse(credential: &Value) -> Result<Self, PasskeyFault> {
        let credential = PublicKeyCredential::deserialize(credential).map_err(|_| PasskeyFault::Malformed)?;
        let page = serde_json::from_slice::<PageData>(&credential.response.client_data_json);
        if page.map_err(|_| PasskeyFault::Malformed)?.cross_origin {
            return Err(PasskeyFault::WrongOrigin);
        }
        Ok(Self(credential))
    }

    /// The id of the credential.
    pub fn credential_id(&self) -> &[u8] {
        self.0.get_credential_id()
    }

    /// The user handle, if the authenticator sent one.
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.0.get_user_unique_id()
    }
}

impl RelyingParty {
    /// Judges the signature of a passkey of this record, for the ceremony of this state.
    ///
    /// # Errors
    /// [`PasskeyFault`].
    pub fn finish_authentication(
        &self,
        presented: &PresentedPasskey,
        state: &[u8],
        record: &str,
    ) -> Result<VerifiedAssertion, PasskeyFault> {
        let state: DiscoverableAuthentication = serde_json::from_slice(state).map_err(|_| PasskeyFault::Malformed)?;
        let mut passkey: Passkey = serde_json::from_str(record).map_err(|_| PasskeyFault::Unreadable)?;
        let result = self.webauthn.finish_discoverable_authentication_v2(&presented.0, state, &passkey)?;
        passkey.update_credential(&result);
        let record = serde_json::to_string(&passkey).map_err(|_| PasskeyFault::Unreadable)?;
        Ok(VerifiedAssertion { record, counter: result.counter() })
    }
}
