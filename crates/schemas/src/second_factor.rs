use ore_domain::TotpCode;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{BodyRules, Fields, RequestBody, Violation};

/// The most code points of a recovery code as somebody types it.
const MAX_RECOVERY_CODE_LENGTH: usize = 64;

/// Request body of the second factor of a log-in: the token, and one thing that shows the factor.
// No `Debug`: it holds what must not be printed.
#[derive(ToSchema)]
pub struct VerifySecondFactorRequest {
    /// The token that came with `MFA_REQUIRED`.
    #[schema(value_type = String, format = Password, max_length = 128)]
    pub mfa_token: Zeroizing<String>,
    /// The six digits that the authenticator app shows.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{6}$", example = "492039")]
    pub code: Option<TotpCode>,
    /// A recovery code, if there is no `code`.
    #[schema(value_type = Option<String>, format = Password, max_length = 64)]
    pub recovery_code: Option<Zeroizing<String>>,
    /// Whether this device needs no second factor from now on: then the answer has a device token that says so.
    #[schema(default = false)]
    pub remember_device: bool,
}

impl RequestBody for VerifySecondFactorRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let mfa_token = fields.text_as("mfa_token", |text| Ok(Zeroizing::new(text)));
        let recovery_code = fields.optional("recovery_code", |fields, field| {
            fields.text(field, MAX_RECOVERY_CODE_LENGTH).map(Zeroizing::new)
        });
        let code = match recovery_code {
            // One of them has to be there.
            Some(None) => totp_code(fields, "code").map(Some),
            _ => fields.optional("code", totp_code),
        };
        let remember_device = fields.optional("remember_device", Fields::boolean);
        Some(Self {
            mfa_token: mfa_token?,
            code: code?,
            recovery_code: recovery_code?,
            remember_device: remember_device?.unwrap_or_default(),
        })
    }
}

/// The six digits of a code.
pub(crate) fn totp_code(fields: &mut Fields, field: &'static str) -> Option<TotpCode> {
    fields.text_as(field, |text| TotpCode::parse(&Zeroizing::new(text)).map_err(|_| Violation::CodeInvalid))
}
