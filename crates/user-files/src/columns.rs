/// The names of the fields, in the order in which they are exported.
pub(crate) const COLUMNS: [&str; 9] =
    ["id", "email", "hashed_password", "is_active", "created_at", "display_name", "locale", "email_verified", "roles"];
