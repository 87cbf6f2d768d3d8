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
        verified_email -> Nullable<Text>,
        display_name -> Nullable<Text>,
        locale -> Nullable<Text>,
        profile_changed_at -> Nullable<Timestamp>,
        last_login_at -> Nullable<Timestamp>,
        folded_name -> Nullable<Text>,
        has_totp -> Bool,
        has_passkey -> Bool,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> BigInt,
        token_hash -> Binary,
        generation -> BigInt,
        predecessor -> BigInt,
        rotated_at -> Timestamp,
        is_used -> Bool,
        void_generations -> Text,
        sealed_token -> Nullable<Binary>,
        amr -> Text,
        device -> Text,
        address -> Text,
        authenticated_at -> Timestamp,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        credentials_changed_at -> Nullable<Timestamp>,
        impersonator_id -> Nullable<BigInt>,
        impersonator_session_id -> Nullable<Text>,
    }
}

diesel::table! {
    spent_refresh_tokens (token_hash) {
        token_hash -> Binary,
        session_id -> Text,
        generation -> BigInt,
    }
}

diesel::table! {
    outbox (id) {
        id -> Text,
        kind -> Text,
        user_id -> Nullable<BigInt>,
        recipient -> Text,
        sealed -> Nullable<Binary>,
        created_at -> Timestamp,
        state -> Text,
        attempts -> BigInt,
        next_attempt_at -> Timestamp,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    login_failures (account, source) {
        account -> Text,
        source -> Text,
        failures -> BigInt,
        under_way -> BigInt,
        blocked_until -> BigInt,
        touched_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    mail_tokens (token_hash) {
        token_hash -> Binary,
        user_id -> Nullable<BigInt>,
        purpose -> Text,
        email -> Nullable<Text>,
        email_canonical -> Nullable<Text>,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        credentials_changed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    device_tokens (token_hash) {
        token_hash -> Binary,
        user_id -> BigInt,
        created_at -> Timestamp,
        last_used_at -> Timestamp,
        expires_at -> Timestamp,
        credentials_changed_at -> Nullable<Timestamp>,
        skips_second_factor -> Bool,
    }
}

diesel::table! {
    pending_log_ins (token_hash) {
        token_hash -> Binary,
        user_id -> BigInt,
        device_hash -> Nullable<Binary>,
        tries -> BigInt,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        credentials_changed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    recovery_codes (user_id, code_hash) {
        user_id -> BigInt,
        code_hash -> Binary,
        is_proven -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    totp_factors (user_id) {
        user_id -> BigInt,
        sealed -> Binary,
        last_step -> BigInt,
        is_proven -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    totp_enrolments (user_id) {
        user_id -> BigInt,
        session_id -> Text,
        sealed -> Binary,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    key_checks (sealed) {
        sealed -> Binary,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        at -> Timestamp,
        action -> Text,
        outcome -> Text,
        reason -> Nullable<Text>,
        actor_type -> Nullable<Text>,
        actor_id -> Nullable<Text>,
        subject_type -> Nullable<Text>,
        subject_id -> Nullable<Text>,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        request_id -> Nullable<Text>,
        details -> Nullable<Text>,
        session_id -> Nullable<Text>,
        seal_number -> Nullable<BigInt>,
        seal -> Nullable<Binary>,
        personal_digest -> Nullable<Binary>,
    }
}

diesel::table! {
    audit_chain (name) {
        name -> Text,
        seal_number -> BigInt,
        seal -> Binary,
        mac -> Binary,
    }
}

diesel::table! {
    known_networks (user_id, network) {
        user_id -> BigInt,
        network -> Text,
        last_seen_at -> Timestamp,
    }
}

diesel::table! {
    roles (name) {
        name -> Text,
        description -> Nullable<Text>,
        permissions -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    user_roles (user_id, role) {
        user_id -> BigInt,
        role -> Text,
    }
}

diesel::table! {
    service_accounts (id) {
        id -> Text,
        name -> Text,
        permissions -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        token_hash -> Binary,
        user_id -> Nullable<BigInt>,
        service_account_id -> Nullable<Text>,
        name -> Text,
        prefix -> Text,
        permissions -> Nullable<Text>,
        is_proven -> Bool,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    revocations (id) {
        id -> BigInt,
        number -> Nullable<BigInt>,
        session_id -> Nullable<Text>,
        user_id -> Nullable<BigInt>,
        not_before -> Nullable<BigInt>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    revocation_feed (database) {
        database -> Text,
        number -> BigInt,
        token_life -> BigInt,
        token_life_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    signing_keys (kid) {
        kid -> Text,
        algorithm -> Text,
        sealed -> Binary,
        state -> Text,
        created_at -> Timestamp,
        activated_at -> Nullable<Timestamp>,
        retired_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    idempotency_keys (id) {
        id -> Text,
        fingerprint -> Text,
        sealed -> Nullable<Binary>,
        running_until -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        user_id -> BigInt,
        credential_id -> Binary,
        name -> Text,
        record -> Text,
        counter -> BigInt,
        is_proven -> Bool,
        created_at -> Timestamp,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    passkey_handles (user_id) {
        user_id -> BigInt,
        handle -> Binary,
    }
}

diesel::table! {
    spent_ceremonies (id) {
        id -> Text,
        expires_at -> Timestamp,
    }
}

diesel::joinable!(user_roles -> roles (role));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(mail_tokens -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(sessions, mail_tokens, roles, user_roles, users);
