use std::error::Error;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use url::Url;
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder};

use crate::{CannotBegin, InvalidRelyingParty};

/// The relying party of all passkeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingPartyOptions {
    /// The host that passkeys are bound to. Who changes it makes every passkey useless.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The page's origin that is on that host or below it.
    pub origin: Url,
    /// Further origins of pages.
    pub other_origins: Vec<Url>,
    /// Whether the port of an origin does not count, as where a developer's pages come from elsewhere on the machine.
    pub takes_any_port: bool,
    /// How long a browser waits for its user.
    pub timeout: Duration,
}

/// Asks browsers for passkeys, and judges what they answer: discoverable ones, whose authenticator verifies its user;
/// attestation is neither asked for nor looked for.
#[derive(Debug, Clone)]
pub struct RelyingParty {
    pub(crate) webauthn: Webauthn,
}

/// A ceremony that has begun.
#[derive(Debug)]
pub struct StartedCeremony {
    /// The options for the browser, in the JSON of `WebAuthn` level 3 (5.1.8 and 5.1.9).
    pub public_key: Value,
    /// The state that is needed to check the answer; nobody else may change it.
    pub state: Vec<u8>,
}

impl RelyingParty {
    /// The relying party of these options.
    ///
    /// # Errors
    /// [`InvalidRelyingParty`] when the origin is on another host.
    pub fn new(options: &RelyingPartyOptions) -> Result<Self, InvalidRelyingParty> {
        let RelyingPartyOptions { id, name, origin, other_origins, takes_any_port, timeout } = options;
        let invalid = |_| InvalidRelyingParty { id: id.clone(), origin: origin.to_string() };
        let builder = WebauthnBuilder::new(id, origin).map_err(invalid)?;
        let builder = builder.rp_name(name).timeout(*timeout).allow_any_port(*takes_any_port);
        let builder = other_origins.iter().fold(builder, WebauthnBuilder::append_allowed_origin);
        Ok(Self { webauthn: builder.build().map_err(invalid)? })
    }

    /// The origins of pages that may ask for its passkeys, as browsers write them.
    pub fn origins(&self) -> Vec<String> {
        self.webauthn.get_allowed_origins().iter().map(|origin| origin.origin().ascii_serialization()).collect()
    }

    /// Asks for any passkey that is for this relying party, without naming one.
    ///
    /// # Errors
    /// [`CannotBegin`].
    pub fn start_authentication(&self) -> Result<StartedCeremony, CannotBegin> {
        let (request, state) = self.webauthn.start_discoverable_authentication().map_err(cannot_begin)?;
        started(&request.public_key, &state, |options| {
            for empty in ["allowCredentials", "extensions"] {
                options.remove(empty);
            }
        })
    }
}

pub(crate) fn started(
    public_key: &impl Serialize,
    state: &impl Serialize,
    amend: impl FnOnce(&mut serde_json::Map<String, Value>),
) -> Result<StartedCeremony, CannotBegin> {
    let mut public_key = serde_json::to_value(public_key).map_err(cannot_begin)?;
    let options = public_key.as_object_mut().ok_or_else(|| cannot_begin("the options are no object"))?;
    amend(options);
    Ok(StartedCeremony { public_key, state: serde_json::to_vec(state).map_err(cannot_begin)? })
}

pub(crate) fn cannot_begin(cause: impl Into<Box<dyn Error + Send + Sync>>) -> CannotBegin {
    CannotBegin(cause.into())
}
