//! The same calls for programs without a runtime (feature `blocking`).
//!
//! A [`Client`] has a runtime of its own, which runs on the thread that calls. It must neither be called nor dropped inside
//! another runtime, which panics.

use std::fmt;
use std::sync::Arc;

use futures_util::StreamExt;
use tokio::runtime::{Builder, Runtime};

use crate::{
    ApiKey, ApiKeyRequest, AuditEntry, AuditFilter, BuildError, ClientBuilder, CreatedApiKey, Error, Introspection,
    NewRole, NewUser, ProfileEdit, Registration, Role, RoleEdit, SecretString, Session, Tagged, User, UserEdit,
    UserFilter,
};

/// As [`crate::Client`], and each call returns when it is done. Copies share connections and the session.
#[derive(Clone)]
pub struct Client {
    client: crate::Client,
    runtime: Arc<Runtime>,
}

/// As [`crate::Pages`], as an iterator.
pub struct Pages<T> {
    pages: crate::Pages<T>,
    runtime: Arc<Runtime>,
}

impl<T> Iterator for Pages<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.runtime.block_on(self.pages.next())
    }
}

impl Client {
    /// Starts to make a client: as [`crate::Client::builder`], ended by [`ClientBuilder::build_blocking`].
    pub fn builder(address: impl Into<String>) -> ClientBuilder {
        crate::Client::builder(address)
    }
}

impl ClientBuilder {
    /// As [`build`](Self::build), for a program without a runtime.
    ///
    /// # Errors
    /// [`BuildError`] says what is wrong.
    pub fn build_blocking(self) -> Result<Client, BuildError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| BuildError::Http(error.into()))?;
        Ok(Client { client: self.build()?, runtime: Arc::new(runtime) })
    }
}

macro_rules! calls {
    ($($name:ident($($argument:ident: $type:ty),*) -> $returned:ty;)*) => {
        impl Client {
            $(#[doc = concat!("As [`crate::Client::", stringify!($name), "`].\n\n# Errors\nAs there.")]
            pub fn $name(&self, $($argument: $type),*) -> Result<$returned, Error> {
                self.runtime.block_on(self.client.$name($($argument),*))
            })*
        }
    };
}

macro_rules! lists {
    ($($name:ident($($argument:ident: $type:ty)?) -> $item:ty;)*) => {
        impl Client {
            $(#[doc = concat!("As [`crate::Client::", stringify!($name), "`].")]
            pub fn $name(&self, $($argument: $type)?) -> Pages<$item> {
                Pages { pages: self.client.$name($($argument)?), runtime: Arc::clone(&self.runtime) }
            })*
        }
    };
}

calls! {
    register(email: &str, password: &str) -> Registration;
    log_in(email: &str, password: &str) -> ();
    verify_mfa(mfa_token: &SecretString, code: &str) -> ();
    verify_mfa_with_recovery_code(mfa_token: &SecretString, code: &str) -> ();
    reauthenticate(password: &str) -> ();
    refresh() -> ();
    log_out() -> ();
    log_out_all(keeps_current: bool) -> usize;
    end_session(id: &str) -> ();
    me() -> User;
    edit_me(edit: &ProfileEdit) -> User;
    change_password(current: &str, new: &str, ends_other_sessions: bool) -> ();
    forgot_password(email: &str) -> ();
    reset_password(token: &SecretString, new: &str) -> ();
    verify_email(token: &SecretString, password: Option<&str>) -> User;
    create_api_key(request: &ApiKeyRequest) -> CreatedApiKey;
    delete_api_key(id: &str) -> ();
    user(id: i64) -> Tagged<User>;
    create_user(user: &NewUser) -> Tagged<User>;
    create_user_once(user: &NewUser, idempotency_key: &str) -> Tagged<User>;
    update_user(id: i64, etag: &str, edit: &UserEdit) -> Tagged<User>;
    delete_user(id: i64, etag: &str) -> ();
    role(name: &str) -> Tagged<Role>;
    create_role(role: &NewRole) -> Tagged<Role>;
    update_role(name: &str, etag: &str, edit: &RoleEdit) -> Tagged<Role>;
    delete_role(name: &str, etag: &str) -> ();
    introspect(token: &str) -> Introspection;
}

lists! {
    api_keys() -> ApiKey;
    users(filter: &UserFilter) -> User;
    roles() -> Role;
    sessions() -> Session;
    audit(filter: &AuditFilter) -> AuditEntry;
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.fmt(formatter)
    }
}

impl<T> fmt::Debug for Pages<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pages.fmt(formatter)
    }
}
