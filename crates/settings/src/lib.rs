//! The settings of the server: read once at start from the command line, the environment, `.env` and a TOML file,
//! checked whole, and handed down in small structs.

mod accounts;
mod application;
mod database;
mod declaration;
mod dotenv_file;
mod external;
mod fault;
mod form;
mod keys;
mod kubernetes;
mod limits;
mod listing;
mod load;
mod mail;
mod masking;
mod names;
mod origins;
mod passwords;
mod server;
mod sources;
mod table;
mod tokens;
mod toml_file;
mod values;

pub use accounts::{AccountSettings, AuditSettings};
pub use application::{AppSettings, LogFormat, LogLevel, LogSettings};
pub use database::DatabaseSettings;
pub use declaration::{DefaultValue, Environment, PREFIX, SettingSpec, ValueType};
pub use external::ExternalApiSettings;
pub use fault::SettingsFaults;
pub use keys::KeySource;
pub use limits::{CredentialPolicies, LimitSettings};
pub use listing::{Listing, env_example};
pub use load::{CATALOGUE, Settings};
pub use mail::MailSettings;
pub use origins::PasskeySettings;
pub use passwords::PasswordSettings;
pub use server::{MetricsAccess, ServerSettings, TlsFiles};
pub use sources::{Overrides, Sources};
pub use tokens::{SessionSettings, TokenSettings};
