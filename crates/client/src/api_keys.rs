use crate::call::Call;
use crate::idempotency::new_key;
use crate::{ApiKey, ApiKeyRequest, Client, CreatedApiKey, Error, Pages};

impl Client {
    /// Creates an API key of the user. Only this answer has its text. The user has to have authenticated recently.
    /// Retries have the same `Idempotency-Key`, so one key is created.
    ///
    /// # Errors
    /// [`Error::Api`] 401 if the user has to authenticate again: see [`reauthenticate`](Self::reauthenticate).
    pub async fn create_api_key(&self, request: &ApiKeyRequest) -> Result<CreatedApiKey, Error> {
        self.data(Call::post(&["api-keys"]).json(&request.to_json()).once(&new_key()?)).await
    }

    /// The API keys of the user, expired ones too, the newest first.
    pub fn api_keys(&self) -> Pages<ApiKey> {
        self.pages(Call::get(&["api-keys"]))
    }

    /// Deletes an API key of the user. It is refused from then on.
    ///
    /// # Errors
    /// [`Error::Api`] 404 when the user has no such key.
    pub async fn delete_api_key(&self, id: &str) -> Result<(), Error> {
        self.done(Call::delete(&["api-keys", id])).await
    }
}
