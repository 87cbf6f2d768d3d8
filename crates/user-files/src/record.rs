use ore_domain::{EmailAddress, ImportedUser, PasswordHash, Timestamp, UserId};

use crate::fault::{FieldFault, RowFault};
use crate::values::{email, password_hash};

/// A user as a database of the Python service holds one.
#[derive(Debug)]
pub struct UserRecord<'a> {
    /// The key.
    pub id: i64,
    /// The address.
    pub email: &'a str,
    /// The hash of the password; empty where there is none.
    pub hashed_password: &'a str,
    /// Whether the user may log in.
    pub is_active: bool,
    /// When the account was made.
    pub created_at: Option<Timestamp>,
}

impl UserRecord<'_> {
    /// The user, as a row of a file would be read.
    ///
    /// # Errors
    /// [`RowFault::Field`].
    pub fn read(&self) -> Result<ImportedUser, RowFault> {
        let field = |name, fault| RowFault::Field(name, fault);
        let email = email(self.email).map_err(|fault| field("email", fault))?;
        if !(1..=ImportedUser::MAX_ID).contains(&self.id) {
            return Err(field("id", FieldFault::NotAKey));
        }
        Ok(ImportedUser {
            id: Some(UserId::new(self.id)),
            password_hash: password_hash(self.hashed_password),
            is_active: self.is_active,
            created_at: self.created_at,
            ..plain(email)
        })
    }
}

/// A user of whom nothing but the address is known.
pub(crate) fn plain(email: EmailAddress) -> ImportedUser {
    ImportedUser {
        id: None,
        email,
        password_hash: PasswordHash::new(String::new()),
        is_active: true,
        created_at: None,
        email_verified: false,
        display_name: None,
        locale: None,
        roles: Vec::new(),
        totp_secret: None,
    }
}
