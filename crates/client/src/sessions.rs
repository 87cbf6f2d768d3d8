use ore_schemas::EndedSessions;
use serde_json::json;

use crate::call::Call;
use crate::{Client, Error, Pages, Session};

impl Client {
    /// Renews the tokens now. Calls do it by themselves when the access token has expired.
    ///
    /// # Errors
    /// [`Error::Api`] 401 when the session is over: the tokens are forgotten then.
    pub async fn refresh(&self) -> Result<(), Error> {
        let tokens = self.own_tokens()?;
        self.shared.session.renew(&self.shared.transport, tokens.access_token.as_ref()).await.map(drop)
    }

    /// Ends the session and forgets its tokens. A session that is over already is no error.
    ///
    /// # Errors
    /// [`Error`]; the tokens stay then, and the session may go on.
    pub async fn log_out(&self) -> Result<(), Error> {
        let tokens = self.own_tokens()?;
        if !tokens.has_session() {
            return Ok(());
        }
        let call = self.shared.session.log_out(&tokens);
        match self.authorized(call).await {
            Ok(_) | Err(Error::Api { status: 401, .. }) => self.shared.session.forget(),
            Err(error) => Err(error),
        }
    }

    /// Ends every session of the user, or every other one; returns how many.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn log_out_all(&self, keeps_current: bool) -> Result<usize, Error> {
        self.own_tokens()?;
        let call = Call::post(&["auth", "logout-all"]).json(&json!({ "keep_current": keeps_current }));
        let EndedSessions { ended } = self.data(call).await?;
        if !keeps_current {
            self.shared.session.forget()?;
        }
        Ok(ended)
    }

    /// The sessions of the user, the last used first.
    pub fn sessions(&self) -> Pages<Session> {
        self.pages(Call::get(&["auth", "sessions"]))
    }

    /// Ends one session of the user.
    ///
    /// # Errors
    /// [`Error::Api`] 404 when the user has no such session.
    pub async fn end_session(&self, id: &str) -> Result<(), Error> {
        self.done(Call::delete(&["auth", "sessions", id])).await
    }
}
