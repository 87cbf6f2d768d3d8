use crate::call::Call;
use crate::idempotency::new_key;
use crate::{Client, Error, NewUser, Pages, Tagged, User, UserEdit, UserFilter};

impl Client {
    /// The users that match the filter. Permission: `users.read`.
    pub fn users(&self, filter: &UserFilter) -> Pages<User> {
        self.pages(Call::get(&["users"]).query(filter.to_query()))
    }

    /// A user. Permission: `users.read`.
    ///
    /// # Errors
    /// [`Error::Api`] 404 when there is none.
    pub async fn user(&self, id: i64) -> Result<Tagged<User>, Error> {
        self.tagged(Call::get(&["users", &id.to_string()])).await
    }

    /// Creates an account. Permission: `users.write`. Retries have the same `Idempotency-Key`, so it is created once.
    ///
    /// # Errors
    /// [`Error::Api`] 422 with the faulty fields, 400 `USER_ALREADY_EXISTS`.
    pub async fn create_user(&self, user: &NewUser) -> Result<Tagged<User>, Error> {
        self.create_user_once(user, &new_key()?).await
    }

    /// As [`create_user`](Self::create_user), with an `Idempotency-Key` of the caller, who can send it again later:
    /// within 24 hours, the same key and the same user create no second account.
    ///
    /// # Errors
    /// As there, and 422 `IDEMPOTENCY_KEY_REUSED` if the key was used for another user.
    pub async fn create_user_once(&self, user: &NewUser, idempotency_key: &str) -> Result<Tagged<User>, Error> {
        self.tagged(Call::post(&["users"]).json(&user.to_json()).once(idempotency_key)).await
    }

    /// Changes a user who still has this `ETag`; `*` matches any. Permission: `users.write`.
    ///
    /// # Errors
    /// [`Error::Api`] 412 when somebody else has changed it.
    pub async fn update_user(&self, id: i64, etag: &str, edit: &UserEdit) -> Result<Tagged<User>, Error> {
        self.tagged(Call::patch(&["users", &id.to_string()]).json(&edit.to_json()).if_match(etag)).await
    }

    /// Deletes a user who still has this `ETag`; `*` matches any. Permission: `users.write`.
    ///
    /// # Errors
    /// [`Error::Api`] 412 when somebody else has changed it.
    pub async fn delete_user(&self, id: i64, etag: &str) -> Result<(), Error> {
        self.done(Call::delete(&["users", &id.to_string()]).if_match(etag)).await
    }
}
