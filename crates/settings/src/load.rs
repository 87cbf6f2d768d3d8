//! All settings, typed and checked.

use std::sync::LazyLock;

use ore_domain::Locale;

use super::accounts::{AccountSettings, AuditSettings, ENUMERATION_SAFE_REGISTRATION, REQUIRE_VERIFIED_EMAIL};
use super::application::{AppSettings, ENVIRONMENT, ENVIRONMENT_FORM, LanguageSettings, LogSettings};
use super::database::DatabaseSettings;
use super::declaration::SettingSpec;
use super::external::{ExternalApiSettings, ExternalApiValues};
use super::fault::SettingsFaults;
use super::keys::{KEY_ENCRYPTION_KEY, KeySource, KeyValues};
use super::limits::LimitSettings;
use super::mail::{MAIL_DIR, MailSettings, MailValues, SMTP_URL};
use super::names::Names;
use super::origins::PasskeySettings;
use super::passwords::PasswordSettings;
use super::server::{MetricsAccess, PASSKEY_ORIGINS, PUBLIC_URL, ServerSettings};
use super::sources::{CONFIG_FILE, Sources};
use super::tokens::{SIGNING_KEY_FILES, SessionSettings, TokenSettings};
use super::values::Values;

/// Every setting, group by group, in the order of the listing and of `.env.example`.
pub static CATALOGUE: LazyLock<Vec<SettingSpec>> = LazyLock::new(|| {
    let groups = [
        AppSettings::SPECS,
        &[CONFIG_FILE],
        ServerSettings::SPECS,
        LogSettings::SPECS,
        LanguageSettings::SPECS,
        DatabaseSettings::SPECS,
        TokenSettings::SPECS,
        SessionSettings::SPECS,
        PasswordSettings::SPECS,
        AccountSettings::SPECS,
        KeyValues::SPECS,
        AuditSettings::SPECS,
        LimitSettings::SPECS,
        MailValues::SPECS,
        ExternalApiValues::SPECS,
    ];
    groups.concat()
});

/// All settings, typed and checked. Read once, then handed down in parts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name of the service and its environment.
    pub app: AppSettings,
    /// Listening, deadlines and shutdown, and who may call.
    pub server: ServerSettings,
    /// The log.
    pub log: LogSettings,
    /// Language of messages when the client asks for none we have.
    pub default_locale: Locale,
    /// The database.
    pub database: DatabaseSettings,
    /// How access tokens are signed and what they say.
    pub tokens: TokenSettings,
    /// How long sessions last.
    pub sessions: SessionSettings,
    /// The rules for passwords, and the cost of a hash.
    pub passwords: PasswordSettings,
    /// Which site passkeys are for; none where that is not known.
    pub passkeys: Option<PasskeySettings>,
    /// The rules for accounts.
    pub accounts: AccountSettings,
    /// The source of the key encryption key.
    pub keys: KeySource,
    /// The audit log.
    pub audit: AuditSettings,
    /// Limits on how often clients may call.
    pub limits: LimitSettings,
    /// How mails leave; none where nothing is set for it in production.
    pub mail: Option<MailSettings>,
    /// The external service that endpoints may call.
    pub external_api: Option<ExternalApiSettings>,
    /// Whether the variables of OpenTelemetry, which its library reads by itself, ask for traces.
    pub sends_traces: bool,
    /// Every setting, its value with secrets masked, and where it came from.
    pub shown: Vec<[String; 3]>,
    /// Warnings for the operator that do not prevent the start, a line each, to be logged.
    pub warnings: Vec<String>,
}

impl Settings {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// Every fault of every source and setting at once, each on a line of its own. No secret stands in them.
    pub fn load(sources: &Sources) -> Result<Self, SettingsFaults> {
        read(sources).1
    }

    /// Who may read `/metrics` on the port of the service: in production this machine and the networks that are named;
    /// elsewhere everybody, unless networks are named.
    pub fn metrics_access(&self) -> MetricsAccess {
        let networks = &self.server.metrics_allow;
        let is_open = networks.is_empty() && !self.app.environment.is_production();
        if is_open { MetricsAccess::Everybody } else { MetricsAccess::Only(networks.clone()) }
    }

    /// Checks every group by itself and with others, and puts in what follows from others.
    fn check(&mut self, values: &mut Values) {
        self.app.check(values);
        self.server.check(values);
        self.database.check(values);
        self.tokens.complete(&self.server, values);
        self.passwords.check(values);
        self.limits.check(values);
        if self.passkeys.is_none() && !self.server.passkey_origins.is_empty() {
            let problem = "needs BACKEND_PUBLIC_URL with the name of a host, for which passkeys are made";
            values.refuse_beside(&[&PUBLIC_URL], &PASSKEY_ORIGINS, problem);
        }
        if !self.keys.is_there() {
            let problem =
                |what| format!("is not set, and {what} sealed with it; make one with openssl rand -base64 32");
            if self.mail.is_some() {
                values.refuse(&KEY_ENCRYPTION_KEY, problem("mails that wait are"));
            }
            if self.tokens.has_stored_keys() {
                let problem = problem("the pairs of keys that sign tokens are");
                values.refuse_beside(&[&SIGNING_KEY_FILES], &KEY_ENCRYPTION_KEY, problem);
            }
        }
        let waiting = [
            (self.accounts.requires_verified_email, &REQUIRE_VERIFIED_EMAIL),
            (self.accounts.hides_accounts, &ENUMERATION_SAFE_REGISTRATION),
        ];
        for (_, spec) in waiting.into_iter().filter(|(is_on, _)| *is_on && self.mail.is_none()) {
            let problem = "needs mail, and none is configured: set BACKEND_SMTP_URL and BACKEND_MAIL_FROM";
            values.refuse_beside(&[&SMTP_URL, &MAIL_DIR], spec, problem);
        }
    }
}

/// Reads and checks every setting, whatever is wrong with others, so that no fault hides another. Beside the settings
/// stands what is shown of them, in any case.
pub(super) fn read(sources: &Sources) -> (Vec<[String; 3]>, Result<Settings, SettingsFaults>) {
    let mut values = Values::gather(sources, Names(&CATALOGUE));
    let settings = read_groups(&mut values, sources.ask_for_traces());
    let shown = values.all_shown();
    match settings {
        Some(settings) if values.faults.is_empty() => {
            (shown.clone(), Ok(Settings { shown, warnings: values.warnings, ..settings }))
        }
        _ => (shown, Err(SettingsFaults(values.faults))),
    }
}

fn read_groups(values: &mut Values, sends_traces: bool) -> Option<Settings> {
    values.environment = values.read(&ENVIRONMENT, &ENVIRONMENT_FORM)?;
    // In the order of the catalogue, so that values that cannot be read are told in that order.
    let app = AppSettings::read(values)?;
    let server = ServerSettings::read(values)?;
    let mut settings = Settings {
        app,
        log: LogSettings::read(values)?,
        default_locale: LanguageSettings::read(values)?.default_locale,
        database: DatabaseSettings::read(values)?,
        tokens: TokenSettings::read(values)?,
        sessions: SessionSettings::read(values)?,
        passwords: PasswordSettings::read(values)?,
        passkeys: PasskeySettings::new(server.public_url.as_ref(), &server.passkey_origins, values.is_production()),
        accounts: AccountSettings::read(values)?,
        keys: KeyValues::read(values)?.source(values),
        audit: AuditSettings::read(values)?,
        limits: LimitSettings::read(values)?,
        mail: MailValues::read(values)?.settings(&server, values),
        external_api: ExternalApiValues::read(values)?.settings(values),
        server,
        sends_traces,
        shown: Vec::new(),
        warnings: Vec::new(),
    };
    settings.check(values);
    Some(settings)
}
