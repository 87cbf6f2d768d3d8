use serde_json::{Map, Value, json};

/// The fields of a body, as they were said. Nothing prints them: there are passwords among them.
type Fields = Map<String, Value>;

/// The body of a call, field by field.
macro_rules! body {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $method:ident($argument:ident: $type:ty) => $field:literal;)* }) => {
        $(#[$about])*
        #[derive(Clone, Default)]
        #[must_use]
        pub struct $name(Fields);

        impl $name {
            $($(#[$doc])*
            pub fn $method(mut self, $argument: $type) -> Self {
                self.0.insert($field.to_owned(), json!($argument));
                self
            })*

            pub(crate) fn to_json(&self) -> Value {
                Value::Object(self.0.clone())
            }
        }
    };
}

body! {
    /// A change of one's own profile. What is not said stays.
    ProfileEdit {
        /// What the user wants to be called; nothing clears it.
        display_name(name: Option<&str>) => "display_name";
        /// The language of mails, `zh-CN` or `en`; nothing clears it.
        locale(locale: Option<&str>) => "locale";
    }
}

body! {
    /// An account that is to be made.
    NewUser {
        /// The password; without one, an invitation lets the user set it.
        password(password: &str) => "password";
        /// What the user wants to be called.
        display_name(name: &str) => "display_name";
        /// The language of mails: `zh-CN` or `en`.
        locale(locale: &str) => "locale";
        /// The roles.
        roles(names: &[&str]) => "roles";
        /// Whether somebody without a password is invited by mail; they are unless set.
        sends_invitation(sends: bool) => "send_invitation";
    }
}

body! {
    /// A change of a user. What is not said stays.
    UserEdit {
        /// Another address.
        email(email: &str) => "email";
        /// Whether the address counts as shown to be the user's.
        email_verified(is_verified: bool) => "email_verified";
        /// What the user wants to be called; nothing clears it.
        display_name(name: Option<&str>) => "display_name";
        /// The language of mails, `zh-CN` or `en`; nothing clears it.
        locale(locale: Option<&str>) => "locale";
        /// Whether the user may log in and use tokens.
        is_active(is_active: bool) => "is_active";
        /// The roles, all of them.
        roles(names: &[&str]) => "roles";
    }
}

body! {
    /// A role that is to be made.
    NewRole {
        /// What it is for.
        description(text: &str) => "description";
    }
}

body! {
    /// A change of a role. What is not said stays.
    RoleEdit {
        /// What it is for; nothing clears it.
        description(text: Option<&str>) => "description";
        /// What its holders may do, all of it.
        permissions(names: &[&str]) => "permissions";
    }
}

body! {
    /// An API key that is to be made.
    ApiKeyRequest {
        /// After how many days it ends: 1 to 365, 90 unless set.
        expires_in_days(days: u16) => "expires_in_days";
    }
}

macro_rules! empty_edit {
    ($($name:ident),*) => {
        $(impl $name {
            /// Changes nothing yet.
            pub fn new() -> Self {
                Self::default()
            }
        })*
    };
}

empty_edit!(ProfileEdit, UserEdit, RoleEdit);

impl NewUser {
    /// An account with this address.
    pub fn new(email: &str) -> Self {
        Self(fields(json!({ "email": email })))
    }
}

impl NewRole {
    /// A role of this name, for those who may do this.
    pub fn new(name: &str, permissions: &[&str]) -> Self {
        Self(fields(json!({ "name": name, "permissions": permissions })))
    }
}

impl ApiKeyRequest {
    /// A key of this name, for this.
    pub fn new(name: &str, permissions: &[&str]) -> Self {
        Self(fields(json!({ "name": name, "permissions": permissions })))
    }
}

fn fields(body: Value) -> Fields {
    match body {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}
