use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::call::Call;
use crate::{Client, Error, ProfileEdit, User};

impl Client {
    /// The user who is logged in, or the owner of the API key.
    ///
    /// # Errors
    /// [`Error::Api`] 401 without a session, 403 `NOT_A_USER` with a key of a service account.
    pub async fn me(&self) -> Result<User, Error> {
        self.data(Call::get(&["auth", "me"])).await
    }

    /// Changes the profile.
    ///
    /// # Errors
    /// [`Error::Api`] 422 with the faulty fields.
    pub async fn edit_me(&self, edit: &ProfileEdit) -> Result<User, Error> {
        self.data(Call::patch(&["auth", "me"]).json(&edit.to_json())).await
    }

    /// Changes the password, and ends the other sessions if that is wanted.
    ///
    /// # Errors
    /// [`Error::Api`] 400 `INVALID_CREDENTIALS` when the current one is wrong, 422 when the new one is not accepted.
    pub async fn change_password(&self, current: &str, new: &str, ends_other_sessions: bool) -> Result<(), Error> {
        let body =
            json!({ "current_password": current, "new_password": new, "end_other_sessions": ends_other_sessions });
        self.done(Call::post(&["auth", "password", "change"]).json(&body)).await
    }

    /// Asks for a mail with a link that sets another password. The answer is the same for every address.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn forgot_password(&self, email: &str) -> Result<(), Error> {
        let call = Call::post(&["auth", "password", "forgot"]).json(&json!({ "email": email }));
        self.anonymous(call).await.map(drop)
    }

    /// Sets a password with the token of a mail. Every session of the user ends.
    ///
    /// # Errors
    /// [`Error::Api`] 400 `INVALID_TOKEN`, 422 when the password is not accepted.
    pub async fn reset_password(&self, token: &SecretString, new: &str) -> Result<(), Error> {
        let body = json!({ "token": token.expose_secret(), "new_password": new });
        self.anonymous(Call::post(&["auth", "password", "reset"]).json(&body)).await.map(drop)
    }

    /// Shows that an address is the user's, with the token of a mail: with the session of the account, or its password.
    ///
    /// # Errors
    /// [`Error::Api`] 400 `INVALID_TOKEN`, 403 `SIGN_IN_TO_VERIFY` with neither.
    pub async fn verify_email(&self, token: &SecretString, password: Option<&str>) -> Result<User, Error> {
        let body = json!({ "token": token.expose_secret(), "password": password });
        let call = Call::post(&["auth", "email", "verify"]).json(&body);
        match password {
            Some(_) => self.anonymous(call).await?.data(),
            None => self.data(call).await,
        }
    }
}
