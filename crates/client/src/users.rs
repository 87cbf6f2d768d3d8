use crate::call::Call;
use crate::idempotency::new_key;
use crate::{Client, Error, NewUser, Pages, Tagged, User, UserEdit, UserFilter};

impl Client {
    /// The users that this describes. Permission: `users.read`.
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

    /// Makes an account. Permission: `users.write`. It is carried out once, however often it has to be sent.
    ///
    /// # Errors
    /// [`Error::Api`] 422 with the faulty fields, 400 `USER_ALREADY_EXISTS`.
    pub async fn create_user(&self, user: &NewUser) -> Result<Tagged<User>, Error> {
        self.create_user_once(user, &new_key()?).await
    }

    /// As [`create_user`](Self::create_user), with an `Idempotency-Key` that is kept for a later try: for 24 hours, the same
    /// key and the same user make no second account.
    ///
    /// # Errors
    /// As there, and 422 `IDEMPOTENCY_KEY_REUSED` for a key that another user was made with.
    pub async fn create_user_once(&self, user: &NewUser, idempotency_key: &str) -> Result<Tagged<User>, Error> {
        self.tagged(Call::post(&["users"]).json(&user.to_json()).once(idempotency_key)).await
    }

    /// Changes a user that is as its `ETag` says; `*` takes any. Permission: `users.write`.
    ///
    /// # Errors
    /// [`Error::Api`] 412 when somebody else has changed it.
    pub async fn update_user(&self, id: i64, etag: &str, edit: &UserEdit) -> Result<Tagged<User>, Error> {
        self.tagged(Call::patch(&["users", &id.to_string()]).json(&edit.to_json()).if_match(etag)).await
    }

    /// Deletes a user that is as its `ETag` says; `*` takes any. Permission: `users.write`.
    ///
    /// # Errors
    /// [`Error::Api`] 412 when somebody else has changed it.
    pub async fn delete_user(&self, id: i64, etag: &str) -> Result<(), Error> {
        self.done(Call::delete(&["users", &id.to_string()]).if_match(etag)).await
    }
}
