use serde_json::{Map, Value, json};

/// The fields of a body that were set. They have no `Debug`, because some are passwords.
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
    /// A change of the profile of the user who is logged in. Fields that are not set stay as they are.
    ProfileEdit {
        /// The name to display; `None` clears it.
        display_name(name: Option<&str>) => "display_name";
        /// The language of mails, `zh-CN` or `en`; `None` clears it.
        locale(locale: Option<&str>) => "locale";
    }
}

body! {
    /// A new account.
    NewUser {
        /// The password; without one, an invitation lets the user set it.
        password(password: &str) => "password";
        /// The name to display.
        display_name(name: &str) => "display_name";
        /// The language of mails: `zh-CN` or `en`.
        locale(locale: &str) => "locale";
        /// The roles.
        roles(names: &[&str]) => "roles";
        /// Whether a user without a password gets an invitation by mail: yes, unless set.
        sends_invitation(sends: bool) => "send_invitation";
    }
}

body! {
    /// A change of a user. Fields that are not set stay as they are.
    UserEdit {
        /// Another address.
        email(email: &str) => "email";
        /// Whether the address counts as verified.
        email_verified(is_verified: bool) => "email_verified";
        /// The name to display; `None` clears it.
        display_name(name: Option<&str>) => "display_name";
        /// The language of mails, `zh-CN` or `en`; `None` clears it.
        locale(locale: Option<&str>) => "locale";
        /// Whether the user may log in and use tokens.
        is_active(is_active: bool) => "is_active";
        /// All roles, in place of the present ones.
        roles(names: &[&str]) => "roles";
    }
}

body! {
    /// A new role.
    NewRole {
        /// What it is for.
        description(text: &str) => "description";
    }
}

body! {
    /// A change of a role. Fields that are not set stay as they are.
    RoleEdit {
        /// What it is for; `None` clears it.
        description(text: Option<&str>) => "description";
        /// All its permissions, in place of the present ones.
        permissions(names: &[&str]) => "permissions";
    }
}

body! {
    /// A new API key.
    ApiKeyRequest {
        /// The days until it expires: 1 to 365; 90 unless set.
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
    /// A role with this name and these permissions.
    pub fn new(name: &str, permissions: &[&str]) -> Self {
        Self(fields(json!({ "name": name, "permissions": permissions })))
    }
}

impl ApiKeyRequest {
    /// A key with this name and these permissions.
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
