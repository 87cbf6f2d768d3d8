use ore_domain::StoreError;

/// A user who cannot be read is nobody to clients, so that no answer tells such an account from none; the log names it.
pub(crate) fn or_nobody<T>(found: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Err(StoreError::Unreadable(user)) => {
            tracing::error!(user_id = user.id.get(), exception = user.fault, "A stored user cannot be read");
            Ok(None)
        }
        found => found,
    }
}
