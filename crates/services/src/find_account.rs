use ore_domain::{EmailAddress, StoreError, User, Users};

/// The user whom an operator names: whose address is stored as it was typed, else who has the same account.
///
/// A table of the Python service may hold an address beside another that is the same account to us; an operator who
/// types what the list shows means that one.
pub(crate) fn find_account(users: &mut dyn Users, email: &EmailAddress) -> Result<Option<User>, StoreError> {
    match users.find_by_stored_email(email.as_str())? {
        Some(user) => Ok(Some(user)),
        None => users.find_by_email(email.canonical()),
    }
}
