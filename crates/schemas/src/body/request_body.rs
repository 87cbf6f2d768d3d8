use ore_domain::{EmailAddress, Password, PasswordError, PasswordPolicy};

use super::{FieldError, Fields, JsonFault, Violation, strict_json};

/// What validation depends on beside the body.
#[derive(Debug, Clone, Default)]
pub struct BodyRules {
    /// What a new password must satisfy.
    pub password: PasswordPolicy,
    /// What the service is called, which is no password.
    pub service_name: String,
}

impl BodyRules {
    /// A new password of the user with this address, if that is known.
    pub(crate) fn new_password(&self, text: String, email: Option<&EmailAddress>) -> Result<Password, Violation> {
        let password = Password::new(text, self.password)?;
        if password.is_name(&self.service_name) || email.is_some_and(|email| password.is_address(email)) {
            return Err(PasswordError::TooCommon.into());
        }
        Ok(password)
    }
}

/// A body that can be read from a JSON object.
pub trait RequestBody: Sized {
    /// Takes what it needs from `fields`, which records what is wrong; `None` when anything was.
    ///
    /// Looks at every field before it gives up, so that the client learns of every fault at once.
    fn decode(fields: &mut Fields, rules: &BodyRules) -> Option<Self>;
}

/// Why a body was refused.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Not JSON, or JSON that different readers would understand differently.
    #[error(transparent)]
    NotJson(#[from] JsonFault),
    /// JSON of the wrong shape or with wrong values.
    #[error("{} fields are not valid", .0.len())]
    Invalid(Vec<FieldError>),
}

/// Reads a body.
///
/// # Errors
/// As [`BodyError`] says.
pub fn parse_body<T: RequestBody>(bytes: &[u8], rules: &BodyRules) -> Result<T, BodyError> {
    let mut fields = Fields::of(strict_json::parse(bytes)?);
    let decoded = T::decode(&mut fields, rules);
    fields.finish(decoded).map_err(BodyError::Invalid)
}
