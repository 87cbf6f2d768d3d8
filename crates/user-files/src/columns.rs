/// The secret of an authenticator app, which is read and never exported.
pub(crate) const TOTP_SECRET: &str = "totp_secret";

/// The names of the other fields, in the order in which they are exported.
pub(crate) const COLUMNS: [&str; 9] =
    ["id", "email", "hashed_password", "is_active", "created_at", "display_name", "locale", "email_verified", "roles"];
