//! What goes over the wire: request bodies and how they are validated, response bodies, and the envelopes around them.

mod administration;
mod api_key;
mod audit;
mod auth;
mod body;
mod envelope;
#[cfg(feature = "openapi")]
mod envelope_schema;
mod health;
mod json_web_key;
mod list;
mod nothing;
mod oauth;
mod passkey;
mod recovery;
mod revocation;
mod role;
mod second_factor;
mod service_account;
mod session;
mod timestamp;
mod user;

pub use administration::{CreateUserRequest, EditUserRequest, ImpersonateRequest};
pub use api_key::{ApiKeyResponse, CreateAccountKeyRequest, CreateApiKeyRequest, CreatedApiKeyResponse};
pub use audit::{AuditEntryResponse, AuditPartyResponse};
pub use auth::{
    ChangePasswordRequest, LoginRequest, ReauthenticateRequest, RefreshRequest, RegisterRequest, TokenResponse,
};
pub use body::{BodyError, BodyRules, FieldError, Fields, JsonFault, RequestBody, Violation, parse_body};
pub use envelope::{ApiResponse, ErrorDetails, ErrorResponse, FieldErrorResponse};
pub use health::{HealthCheck, ReadinessResponse};
pub use json_web_key::{JsonWebKey, JsonWebKeySet};
pub use list::PageResponse;
pub use nothing::Nothing;
pub use oauth::{
    ActorResponse, AuthorizationServerMetadata, IntrospectionResponse, OAuthErrorResponse, OAuthTokenResponse,
    RevocationResponse,
};
pub use passkey::{
    CreatedPasskeyResponse, PasskeyOptionsResponse, PasskeyProofRequest, PasskeyResponse, RegisterPasskeyRequest,
    RelatedOrigins, RenamePasskeyRequest,
};
pub use recovery::{ChangeEmailRequest, EmailRequest, NextStep, ResetPasswordRequest, VerifyEmailRequest};
pub use revocation::{RevocationsResponse, RevokedSession, RevokedUser};
pub use role::{CreateRoleRequest, EditRoleRequest, RoleResponse};
pub use second_factor::{
    ConfirmTotpRequest, RecoveryCodesResponse, SecondFactorExport, TotpEnrolmentResponse, VerifySecondFactorRequest,
};
pub use service_account::{CreateServiceAccountRequest, EditServiceAccountRequest, ServiceAccountResponse};
pub use session::{EndedSessions, LogoutAllRequest, SessionResponse};
pub use user::{DeviceExport, EditProfileRequest, MailExport, NetworkExport, UserExport, UserResponse};
