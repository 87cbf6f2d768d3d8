//! The use cases of the ORE backend: a struct for each subject, a method for each use case.
//!
//! A use case is an `async` function over two ports, the [`Store`](ore_domain::Store) and [`PasswordHashing`]; it needs
//! no particular runtime. It holds no connection while it hashes: what was read before is checked again in `write`.

mod accounts;
mod addresses;
mod administration;
mod administration_error;
mod api_keys;
mod audit;
mod audit_export;
mod authentication;
mod authentication_caches;
mod bootstrap;
mod browser_authentication;
mod browser_impersonation;
mod caller;
mod change_counters;
mod client_authentication;
mod client_tokens;
mod create_account_error;
mod denials;
mod exchange_error;
mod external_api;
mod factor_reset;
mod feed_position;
mod get_or_start;
mod housekeeping;
mod idempotency;
mod impersonation;
mod impersonation_grounds;
mod imports;
mod introspection;
mod key_authentication;
mod key_cache;
mod last_admin;
mod last_use;
mod log_in;
mod mail_token_error;
mod mailer;
mod new_account;
mod outbox;
mod own_password;
mod passkey_ceremonies;
mod passkey_error;
mod passkey_log_in;
mod passkey_proof;
mod passkey_reauthentication;
mod passkeys;
mod password_hashing;
mod precondition;
mod readable;
mod recovery;
mod refresh;
mod refresh_error;
mod registration_policy;
mod revocation;
mod revocation_feed;
mod revocations;
mod role_administration;
mod second_factor_policy;
mod second_factors;
mod service_accounts;
mod services;
mod session_cache;
mod session_tokens;
mod sessions;
mod sign_up;
mod signing_keys;
mod throttle;
mod token_exchange;
mod token_keys;
mod totp_keys;
mod transfer;
mod user_change;
mod user_selector;
mod verified_token_cache;

pub use accounts::{Accounts, SetPasswordError};
pub use addresses::LinkProof;
pub use administration::{Actor, Administration};
pub use administration_error::AdministrationError;
pub use api_keys::{ApiKeys, CreateKeyError, CreatedKey, KeyRequest};
pub use audit::{
    AuditFault, AuditFaultKind, AuditKeys, AuditReader, AuditReport, AuditSealing, AuditVerification, AuditedError,
    Refusal, SweepAuditError, VerifyAuditError,
};
pub use authentication::{AuthenticateError, Authentication, LegacyTokens};
pub use authentication_caches::AuthenticationCaches;
pub use bootstrap::{Bootstrap, FirstToken};
pub use caller::{Caller, CallerSession, Credential, Identity};
pub use client_authentication::{Client, ClientError, ClientRefusal};
pub use client_tokens::{ClientTokens, IssueTokenError, IssuedToken};
pub use create_account_error::CreateAccountError;
pub use denials::Denials;
pub use exchange_error::ExchangeError;
pub use external_api::{ExternalApi, ExternalApiError, ExternalCall, ExternalMethod};
pub use housekeeping::{Housekeeping, SweepCounts};
pub use idempotency::{Claim, ClaimedCall, Idempotency, IdempotencyError};
pub use impersonation::{IMPERSONATION_LIFETIME, StartedImpersonation};
pub use imports::{ImportCounts, ImportRefusal, ImportVerdict, Imports, PlacedUser};
pub use introspection::Introspection;
pub use last_admin::{LastAdmin, LastAdminRule};
pub use log_in::{LogInError, LogInRefusal};
pub use mail_token_error::{MailTokenError, RequestMailError};
pub use mailer::{INVITATION_LIFETIME, MailContent, Mailer, RESET_LIFETIME, VERIFICATION_LIFETIME};
pub use new_account::{AccountMail, NewAccount};
pub use outbox::{ClaimedMail, FailedMail, MailQueue};
pub use own_password::{OwnPasswordError, ReauthenticationProof};
pub use passkey_ceremonies::{PasskeyCeremonies, PasskeyOptions};
pub use passkey_error::{PasskeyError, PasskeyRefusal};
pub use passkey_proof::PasskeyProof;
pub use passkeys::{CreatedPasskey, PasskeyRequest, Passkeys};
pub use password_hashing::{HashingError, PasswordHashing};
pub use precondition::{ChangeError, Precondition};
pub use recovery::Recovery;
pub use refresh_error::{RefreshError, RefreshRefusal};
pub use registration_policy::{RegistrationClosed, RegistrationPolicy};
pub use revocation::Revocation;
pub use revocation_feed::{FeedError, FeedPage, RevocationFeed};
pub use role_administration::{NewRole, RoleAdministration, RoleChange};
pub use second_factor_policy::SecondFactorPolicy;
pub use second_factors::{
    FactorError, FactorsOfUser, OfferedTotp, OwnSession, PENDING_LOG_IN_LIFETIME, RecoveryCodes, SecondFactorError,
    SecondFactorMethod, SecondFactorProof, SecondFactorRequired, SecondFactors,
};
pub use service_accounts::{ServiceAccountChange, ServiceAccounts};
pub use services::{Ports, Services, Tokens};
pub use session_cache::SessionCache;
pub use session_tokens::{OpenSessionError, OpenedSession, SessionPolicy, SessionTokens};
pub use sessions::Sessions;
pub use sign_up::{SignUpError, SignedUp};
pub use signing_keys::{
    Keyring, OpenedKeys, PUBLISHED_BEFORE, SigningKeyAdministration, SigningKeyError, SigningKeyPolicy,
};
pub use throttle::Throttle;
pub use token_exchange::ExchangeRequest;
pub use token_keys::{KeysInUse, TokenKeys};
pub use totp_keys::TotpKeys;
pub use transfer::ExportRun;
pub use user_change::UserChange;
pub use user_selector::UserSelector;
pub use verified_token_cache::VerifiedTokenCache;
