use ore_domain::{EmailAddress, StoreError, User, UserId, Users};

/// The user whom an operator names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserSelector {
    /// The user with this key: the only way to name one whose address is none.
    Key(UserId),
    /// The user with this address, in any spelling that is the same account.
    Address(EmailAddress),
}

impl From<EmailAddress> for UserSelector {
    fn from(email: EmailAddress) -> Self {
        Self::Address(email)
    }
}

impl From<UserId> for UserSelector {
    fn from(id: UserId) -> Self {
        Self::Key(id)
    }
}

impl UserSelector {
    /// The key, also of a user who cannot be read; of one who is named by it whether or not there is such a user.
    ///
    /// A table of the Python service may hold an address beside another that is the same account to us: an operator who
    /// types what the list shows means that one.
    pub(crate) fn key(&self, users: &mut dyn Users) -> Result<Option<UserId>, StoreError> {
        match self {
            Self::Key(id) => Ok(Some(*id)),
            Self::Address(email) => match key(users.find_by_stored_email(email.as_str()))? {
                Some(id) => Ok(Some(id)),
                None => key(users.find_by_email(email.canonical())),
            },
        }
    }
}

fn key(found: Result<Option<User>, StoreError>) -> Result<Option<UserId>, StoreError> {
    match found {
        Err(StoreError::Unreadable(user)) => Ok(Some(user.id)),
        found => Ok(found?.map(|user| user.id)),
    }
}
