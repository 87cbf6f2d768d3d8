diesel::table! {
    users (id) {
        id -> BigInt,
        email -> Text,
        hashed_password -> Text,
        is_active -> Bool,
        created_at -> Timestamp,
        email_canonical -> Text,
        credentials_changed_at -> Nullable<Timestamp>,
        password_renewals -> BigInt,
    }
}
