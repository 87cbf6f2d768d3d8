use ore_domain::{CanonicalEmail, Clock, EmailAddress, NewUser, PasswordHash, Timestamp};

use crate::FixedClock;

/// Makes a [`NewUser`] of which a test says only what it is about.
#[derive(Debug, Clone)]
pub struct NewUserBuilder(NewUser);

/// A user with this address, the present of [`FixedClock::default`] and a hash that no password has.
///
/// # Panics
/// When `email` is not an address that can have an account.
pub fn new_user(email: &str) -> NewUserBuilder {
    NewUserBuilder(NewUser {
        email: EmailAddress::parse(email).expect("the test gives a valid address"),
        password_hash: PasswordHash::new("$argon2id$v=19$m=8,t=1,p=1$bm9uZQ$bm9uZQ".to_owned()),
        created_at: FixedClock::default().now(),
        last_login_at: None,
    })
}

/// The canonical form of an address, as the argument of a search.
///
/// # Panics
/// When `email` is not an address that can have an account.
pub fn canonical(email: &str) -> CanonicalEmail {
    EmailAddress::parse(email).expect("the test gives a valid address").canonical().clone()
}

impl NewUserBuilder {
    /// With this in place of the hash.
    #[must_use]
    pub fn password_hash(mut self, phc: &str) -> Self {
        self.0.password_hash = PasswordHash::new(phc.to_owned());
        self
    }

    /// Made at this time.
    #[must_use]
    pub fn created_at(mut self, created_at: Timestamp) -> Self {
        self.0.created_at = created_at;
        self
    }

    /// The user, ready to be stored.
    pub fn build(self) -> NewUser {
        self.0
    }
}
