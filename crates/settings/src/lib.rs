//! The settings of the server: read once at start from the command line, the environment, `.env` and a TOML file,
//! checked whole, and handed down in small structs.

mod app;
mod catalogue;
mod cors;
mod database;
mod dotenv_file;
mod example_file;
mod external;
mod fault;
mod key_strength;
mod kubernetes;
mod leftovers;
mod limits;
mod listing;
mod load;
mod log;
mod masking;
mod names;
mod parse;
mod passwords;
mod placeholder;
mod server;
mod sources;
mod spec;
mod tokens;
mod toml_file;
mod value_type;
mod values;

pub use app::{AppSettings, Environment};
pub use catalogue::CATALOGUE;
pub use cors::AllowedOrigins;
pub use database::DatabaseSettings;
pub use example_file::env_example;
pub use external::ExternalApiSettings;
pub use fault::SettingsFaults;
pub use limits::{CredentialPolicies, LimitSettings};
pub use listing::Listing;
pub use load::Settings;
pub use log::{LogFormat, LogLevel, LogSettings};
pub use passwords::PasswordSettings;
pub use server::{MetricsAccess, ServerSettings, TlsFiles};
pub use sources::{Overrides, Sources};
pub use spec::{DefaultValue, PREFIX, SettingGroup, SettingSpec};
pub use tokens::TokenSettings;
pub use value_type::ValueType;
