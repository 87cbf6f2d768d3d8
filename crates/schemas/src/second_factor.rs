use ore_domain::{Timestamp, TotpCode};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::passkey::{PasskeyProofRequest, passkey};
use crate::{BodyRules, Fields, RequestBody, Violation, timestamp};

/// The most code points of a recovery code as somebody types it.
const MAX_RECOVERY_CODE_LENGTH: usize = 64;

/// Request body of the second factor of a log-in: the token, and one thing that shows the factor.
// No `Debug`: it holds what must not be printed.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifySecondFactorRequest {
    /// The token that came with `MFA_REQUIRED`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, max_length = 128))]
    pub mfa_token: Zeroizing<String>,
    /// The six digits that the authenticator app shows.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, pattern = "^[0-9]{6}$", example = "492039"))]
    pub code: Option<TotpCode>,
    /// A recovery code, in place of `code`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password, max_length = 64))]
    pub recovery_code: Option<Zeroizing<String>>,
    /// What a passkey of the user showed, in place of both.
    pub passkey: Option<PasskeyProofRequest>,
    /// Whether this device needs no second factor from now on: then the answer has a device token that says so.
    #[cfg_attr(feature = "openapi", schema(default = false))]
    pub remember_device: bool,
}

impl RequestBody for VerifySecondFactorRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let mfa_token = fields.text_as("mfa_token", |text| Ok(Zeroizing::new(text)));
        let recovery_code = fields.optional("recovery_code", |fields, field| {
            fields.text(field, MAX_RECOVERY_CODE_LENGTH).map(Zeroizing::new)
        });
        let passkey = fields.optional("passkey", passkey);
        let code = match (&recovery_code, &passkey) {
            // One of them has to be there.
            (Some(None), Some(None)) => totp_code(fields, "code").map(Some),
            _ => fields.optional("code", totp_code),
        };
        let remember_device = fields.optional("remember_device", Fields::boolean);
        let has_code = matches!(code, Some(Some(_)));
        let has_recovery_code = matches!(recovery_code, Some(Some(_)));
        if has_code && has_recovery_code {
            fields.refuse("recovery_code", Violation::OneProofOnly);
        }
        if (has_code || has_recovery_code) && matches!(passkey, Some(Some(_))) {
            fields.refuse("passkey", Violation::OneProofOnly);
        }
        Some(Self {
            mfa_token: mfa_token?,
            code: code?,
            recovery_code: recovery_code?,
            passkey: passkey?,
            remember_device: remember_device?.unwrap_or_default(),
        })
    }
}

/// The six digits of a code.
pub(crate) fn totp_code(fields: &mut Fields, field: &'static str) -> Option<TotpCode> {
    fields.text_as(field, |text| TotpCode::parse(&Zeroizing::new(text)).map_err(|_| Violation::CodeInvalid))
}

/// What an authenticator app needs, shown once.
// No `Debug`: it holds what must not be printed.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpEnrolmentResponse {
    /// The secret in base 32, to be typed into the app.
    #[cfg_attr(feature = "openapi", schema(format = Password, example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"))]
    pub secret: String,
    /// The same with what the app shows, as apps read it.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub otpauth_url: String,
    /// The URL as a QR code, an SVG image.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub qr_svg: String,
}

/// Request body of the first code of an authenticator app.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmTotpRequest {
    /// The six digits that the app shows.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[0-9]{6}$", example = "492039"))]
    pub code: TotpCode,
}

impl RequestBody for ConfirmTotpRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        Some(Self { code: totp_code(fields, "code")? })
    }
}

/// Codes that get the user in, once each, without the second factor. They are shown once.
// No `Debug`: it holds what must not be printed.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodesResponse {
    /// The codes; none where the user has had some before.
    #[cfg_attr(feature = "openapi", schema(example = json!(["0123-4567-89AB-CDEF"])))]
    pub recovery_codes: Vec<String>,
}

/// The second factors of a user, but for their secrets.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactorExport {
    /// When the authenticator app was added.
    #[serde(serialize_with = "timestamp::serialize_optional")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub totp_since: Option<Timestamp>,
    /// Whether there is a passkey.
    pub has_passkey: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
}
