use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Answer, Client, post, send};

/// The origin of the pages that use passkeys.
pub(crate) const ORIGIN: &str = "https://api.example.org";
pub(crate) const PASSKEYS: &str = "/api/v1/auth/passkeys";

// The flags of authenticator data (WebAuthn level 3, 6.1).
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A software authenticator with one passkey, together with its browser. A copy has the same passkey and counter.
#[derive(Clone)]
pub(crate) struct Authenticator {
    passkey: Option<Passkey>,
    /// Whether the passkey counts its uses.
    has_counter: bool,
    /// Members that replace or extend those of the client data.
    pub(crate) page: Value,
}

#[derive(Clone)]
struct Passkey {
    /// In PKCS #8.
    key: Vec<u8>,
    id: String,
    user_handle: Value,
    counter: u32,
}

impl Authenticator {
    pub(crate) fn new() -> Self {
        Self { passkey: None, has_counter: false, page: json!({}) }
    }

    pub(crate) fn counting() -> Self {
        Self { has_counter: true, ..Self::new() }
    }

    /// Creates a passkey, which replaces the present one; `None` if the options exclude the present one.
    pub(crate) fn make(&mut self, origin: &str, options: &Value) -> Option<Value> {
        let excluded = options["excludeCredentials"].as_array().into_iter().flatten();
        let has = |id: &Value| self.passkey.as_ref().is_some_and(|passkey| *id == passkey.id);
        if excluded.map(|credential| &credential["id"]).any(has) {
            return None;
        }
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.as_ref()).unwrap();
        let public = pair.public_key().as_ref();
        let id = digest(&SHA256, public);
        let passkey = Passkey {
            key: key.as_ref().to_vec(),
            id: encode(id.as_ref()),
            user_handle: options["user"]["id"].clone(),
            counter: 0,
        };
        let verification = &options["authenticatorSelection"]["userVerification"];
        let mut data = data(&options["rp"]["id"], ATTESTED | flags(verification), passkey.counter);
        data.extend([0; 16]);
        data.extend([0, 32]);
        data.extend(id.as_ref());
        data.extend(cose_key(&public[1..33], &public[33..]));
        let response = json!({
            "clientDataJSON": encode(&self.client_data("webauthn.create", origin, options)),
            "attestationObject": encode(&attestation_object(&data)),
            "transports": ["internal"],
        });
        let credential = credential(&passkey.id, &response);
        self.passkey = Some(passkey);
        Some(credential)
    }

    /// Signs with the passkey.
    pub(crate) fn show(&mut self, origin: &str, options: &Value) -> Value {
        let client_data = self.client_data("webauthn.get", origin, options);
        let passkey = self.passkey.as_mut().unwrap();
        passkey.counter += u32::from(self.has_counter);
        let data = data(&options["rpId"], flags(&options["userVerification"]), passkey.counter);
        let signed = [&data[..], digest(&SHA256, &client_data).as_ref()].concat();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &passkey.key).unwrap();
        let signature = pair.sign(&SystemRandom::new(), &signed).unwrap();
        let response = json!({
            "clientDataJSON": encode(&client_data),
            "authenticatorData": encode(&data),
            "signature": encode(signature.as_ref()),
            "userHandle": passkey.user_handle,
        });
        credential(&passkey.id, &response)
    }

    fn client_data(&self, kind: &str, origin: &str, options: &Value) -> Vec<u8> {
        let mut data = json!({"type": kind, "challenge": options["challenge"], "origin": origin, "crossOrigin": false});
        data.as_object_mut().unwrap().extend(self.page.as_object().unwrap().clone());
        data.to_string().into_bytes()
    }
}

fn credential(id: &str, response: &Value) -> Value {
    json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}})
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The user is verified if the options require it.
fn flags(verification: &Value) -> u8 {
    if verification == "required" { PRESENT | VERIFIED } else { PRESENT }
}

fn data(relying_party: &Value, flags: u8, counter: u32) -> Vec<u8> {
    let relying_party = digest(&SHA256, relying_party.as_str().unwrap().as_bytes());
    [relying_party.as_ref(), &[flags], &counter.to_be_bytes()].concat()
}

/// For ES256 (RFC 9053, 2.1 and 7.1.1), in CBOR: `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`.
fn cose_key(x: &[u8], y: &[u8]) -> Vec<u8> {
    [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], x, &[0x22, 0x58, 32], y].concat()
}

/// In CBOR: `{"fmt": "none", "attStmt": {}, "authData": …}`.
fn attestation_object(data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).unwrap();
    [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".as_slice(), &[length], data].concat()
}

/// The calls that a page makes for passkeys.
pub(crate) trait Passkeys {
    /// The options and the ceremony for a new passkey of the user.
    fn registration_options(&self, token: &str) -> Value;

    /// The options and the ceremony for a log-in with any passkey.
    fn passkey_options(&self) -> Value;

    /// Creates a passkey of the user.
    fn add_passkey(&self, token: &str, authenticator: &mut Authenticator) -> Answer;

    /// The body of a log-in with the passkey of the authenticator.
    fn passkey_proof(&self, authenticator: &mut Authenticator) -> Value;

    /// Logs in with that body.
    fn passkey_login(&self, proof: &Value) -> Answer;
}

impl Passkeys for Client {
    fn registration_options(&self, token: &str) -> Value {
        let answer = post(self, "/api/v1/auth/passkeys/registration/options", token, &json!({}));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["data"].clone()
    }

    fn passkey_options(&self) -> Value {
        let answer = send(self.request("POST", "/api/v1/auth/passkeys/login/options"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["data"].clone()
    }

    fn add_passkey(&self, token: &str, authenticator: &mut Authenticator) -> Answer {
        let options = self.registration_options(token);
        let credential = authenticator.make(ORIGIN, &options["publicKey"]).unwrap();
        post(self, PASSKEYS, token, &json!({ "credential": credential, "ceremony": options["ceremony"] }))
    }

    fn passkey_proof(&self, authenticator: &mut Authenticator) -> Value {
        let options = self.passkey_options();
        let credential = authenticator.show(ORIGIN, &options["publicKey"]);
        json!({ "credential": credential, "ceremony": options["ceremony"] })
    }

    fn passkey_login(&self, proof: &Value) -> Answer {
        self.post("/api/v1/auth/passkeys/login", proof)
    }
}
