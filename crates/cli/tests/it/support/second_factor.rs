use std::time::{SystemTime, UNIX_EPOCH};

use ore_security::totp::TotpSecret;
use serde_json::{Value, json};

use super::{Answer, Client, PASSWORD, post, send};

/// A user with an authenticator app.
pub(crate) struct Enrolled {
    pub(crate) email: String,
    pub(crate) secret: TotpSecret,
    pub(crate) recovery_codes: Vec<String>,
    /// Of the session in which the app was added.
    pub(crate) token: String,
}

impl Enrolled {
    /// Adds an app to the user of this token, with the code of the present step.
    pub(crate) fn new(client: &Client, email: &str, token: &str) -> Self {
        let offered = post(client, "/api/v1/auth/totp/enrol", token, &json!({}));
        assert_eq!(offered.status, 200, "{}", offered.text());
        let secret = TotpSecret::from_base32(offered.json()["data"]["secret"].as_str().unwrap()).unwrap();
        let code = Self::code(&secret);
        let confirmed = post(client, "/api/v1/auth/totp/confirm", token, &json!({ "code": code }));
        assert_eq!(confirmed.status, 200, "{}", confirmed.text());
        let codes = confirmed.json()["data"]["recovery_codes"].as_array().unwrap().clone();
        let recovery_codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
        Self { email: email.to_owned(), secret, recovery_codes, token: token.to_owned() }
    }

    /// Registers, and adds an app.
    pub(crate) fn register(client: &Client, email: &str) -> Self {
        Self::new(client, email, &client.register(email, PASSWORD).token())
    }

    /// The code of the present step.
    pub(crate) fn code(secret: &TotpSecret) -> String {
        secret.code_at(now()).to_string()
    }

    /// An unused code: that of the next step, which is accepted because the clock of a phone may be ahead.
    pub(crate) fn next_code(&self) -> String {
        self.secret.code_at(now() + 30).to_string()
    }

    /// The `mfa_token` of a log-in with the right password.
    pub(crate) fn pending(&self, client: &Client) -> String {
        mfa_token(&client.login(&self.email, PASSWORD))
    }

    /// Logs in with the recovery code of this index. Each code is valid once.
    pub(crate) fn recover(&self, client: &Client, code: usize) -> Answer {
        let mfa_token = self.pending(client);
        verify(client, &json!({ "mfa_token": mfa_token, "recovery_code": self.recovery_codes[code] }))
    }
}

pub(crate) fn verify(client: &Client, body: &Value) -> Answer {
    send(client.request("POST", "/api/v1/auth/mfa/verify").json(body))
}

/// The token of a log-in that lacks its second factor.
#[track_caller]
pub(crate) fn mfa_token(answer: &Answer) -> String {
    assert_eq!((answer.status, reason(answer).as_str()), (403, "MFA_REQUIRED"), "{}", answer.text());
    answer.json()["details"]["mfa_token"].as_str().unwrap().to_owned()
}

pub(crate) fn reason(answer: &Answer) -> String {
    answer.json()["details"]["reason"].as_str().unwrap_or_default().to_owned()
}

#[allow(clippy::disallowed_methods, reason = "the server has the time of the machine")]
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}
