//! The words of the ORE backend: users, e-mail addresses, passwords, limits, the clock, and the ports behind which
//! stores stand.
//!
//! No I/O and no dependency on any other crate of the workspace: everything else may use this crate, and it uses
//! nothing of theirs.

mod accent_color;
mod address_prefix;
mod allowed_origins;
mod amr;
mod api_key;
mod api_keys;
mod audit;
mod breaker;
mod clock;
mod common_passwords;
mod decimal;
mod email;
mod factors;
mod failure_count;
mod failure_policy;
mod idempotency;
mod imported_user;
mod invalidation;
mod known_sources;
mod list;
mod locale;
mod login_failures;
mod loopback;
mod mail;
mod mail_delivery;
mod mail_sender;
mod outbox;
mod passkey;
mod passkeys;
mod password;
mod pending_log_in;
mod permission;
mod rate_limit;
mod rate_limit_policy;
mod readiness;
mod revocations;
mod rfc3339;
mod role;
mod roles;
mod second_factors;
mod service_account;
mod service_accounts;
mod session;
mod sessions;
mod signing_key;
mod signing_keys;
mod store;
mod store_error;
mod totp;
mod user;
mod user_imports;
mod user_list;
mod users;
mod uuid_key;

pub use accent_color::{AccentColor, Color, InvalidAccentColor};
pub use address_prefix::{AddressPrefix, network_of};
pub use allowed_origins::{AllowedOrigins, InvalidWebOrigin, WebOrigin};
pub use amr::Amr;
pub use api_key::{ApiKey, ApiKeyId, KeyOwner, NewApiKey};
pub use api_keys::ApiKeys;
pub use audit::{
    AuditAction, AuditEntry, AuditFilter, AuditListRequest, AuditLog, AuditOrigin, AuditOutcome, AuditParty,
    AuditQuery, AuditSeal, AuditSort, ChainAnchor, ChainEnds, ChainLink, NewAuditEntry, NotALink, PartyFilter,
    SealedEntry,
};
pub use breaker::{Breaker, BreakerChange};
pub use clock::{Clock, SystemClock, Timestamp};
pub use common_passwords::folded;
pub use decimal::zero_padded;
pub use email::{CanonicalEmail, EmailAddress, EmailError};
pub use factors::Factors;
pub use failure_count::{FailureCount, FailureSource};
pub use failure_policy::FailurePolicy;
pub use idempotency::{CallState, ClaimedUntil, IdempotentCall, IdempotentCalls};
pub use imported_user::{ImportOutcome, ImportedTotpSecret, ImportedUser};
pub use invalidation::{Caches, Changed, Invalidations, Stale};
pub use known_sources::{KnownDevice, KnownSources, NewDevice, UserSources};
pub use list::{CreationListRequest, ListPage, ListRequest, Position, Total};
pub use locale::Locale;
pub use login_failures::{AttemptDecision, LoginAttempt, LoginFailures, StartedAttempt};
pub use loopback::is_loopback_host;
pub use mail::{DueMail, ListedMail, MailId, MailKind, MailPurpose, MailState, MailToken, NewMail};
pub use mail_delivery::{MailDelivery, SmtpCredentials, SmtpServer, SmtpTls};
pub use mail_sender::{InvalidMailSender, MailSender};
pub use outbox::Outbox;
pub use passkey::{CeremonyId, NewPasskey, Passkey, PasskeyId, PasskeyUse, StoredPasskey, UserHandle};
pub use passkeys::Passkeys;
pub use password::{Password, PasswordError, PasswordPolicy};
pub use pending_log_in::PendingLogIn;
pub use permission::{Permission, PermissionSet, RequiredPermission, UnknownPermission, permissions};
pub use rate_limit::{Charge, Charges, Decision, LimitedBy, Quota};
pub use rate_limit_policy::RateLimitPolicy;
pub use readiness::Readiness;
pub use revocations::{FeedHead, Revocation, Revocations, Revoked};
pub use rfc3339::Rfc3339;
pub use role::{InvalidRoleName, Role, RoleName, UserRoles};
pub use roles::Roles;
pub use second_factors::SecondFactors;
pub use service_account::{ServiceAccount, ServiceAccountId};
pub use service_accounts::ServiceAccounts;
pub use session::{
    ExchangedSession, Impersonation, NewSession, Rotation, Session, SessionId, SessionOrigin, TokenExchange, TokenHash,
};
pub use sessions::Sessions;
pub use signing_key::{SigningKeyState, StoredSigningKey};
pub use signing_keys::SigningKeys;
pub use store::{Access, BlockingStore, BlockingStoreExt, BoxFuture, Completion, Repositories, Store, StoreExt, Work};
pub use store_error::{Cause, Constraint, StoreError};
pub use totp::{MalformedTotpCode, TotpCode, TotpEnrolment, TotpFactor};
pub use user::{Edit, NewUser, PasswordHash, Profile, ProfileEdit, UnreadableUser, User, UserId};
pub use user_imports::UserImports;
pub use user_list::{UserFilters, UserListRequest, UserSort};
pub use users::{ListedUser, Users};
pub use uuid::Uuid;
