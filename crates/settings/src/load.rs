//! All settings, typed and checked.

use ore_domain::Locale;

use super::catalogue;
use super::fault::SettingsFaults;
use super::sources::Sources;
use super::values::{Invalid, Values};
use super::{
    AccountSettings, AllowedOrigins, AppSettings, AuditSettings, DatabaseSettings, ExternalApiSettings, KeySource,
    LimitSettings, LogSettings, MailSettings, PasskeySettings, PasswordSettings, ServerSettings, SessionSettings,
    TokenSettings, parse,
};

/// All settings, typed and checked. Read once, then handed down in parts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The name of the service and its environment.
    pub app: AppSettings,
    /// Listening, deadlines and shutdown.
    pub server: ServerSettings,
    /// Which origins browsers may call from.
    pub cors: AllowedOrigins,
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
        let mut values = Values::gather(sources);
        match read(&mut values) {
            Ok(settings) if values.faults.is_empty() => Ok(Self { shown: values.all_shown(), ..settings }),
            _ => Err(SettingsFaults::new(values.faults)),
        }
    }
}

/// Reads every group before giving up, so that no fault hides another.
pub(super) fn read(values: &mut Values) -> Result<Settings, Invalid> {
    let app = AppSettings::read(values);
    let server = ServerSettings::read(values);
    let cors = AllowedOrigins::read(values);
    let log = LogSettings::read(values);
    let default_locale = values.read(&catalogue::DEFAULT_LOCALE, parse::from_str::<Locale>);
    let database = DatabaseSettings::read(values);
    let tokens = TokenSettings::read(values, server.as_ref().ok());
    let sessions = SessionSettings::read(values);
    let passwords = PasswordSettings::read(values);
    let passkeys = PasskeySettings::read(values, server.as_ref().ok());
    let accounts = AccountSettings::read(values);
    let keys = KeySource::read(values);
    let audit = AuditSettings::read(values);
    let limits = LimitSettings::read(values);
    let mail = MailSettings::read(values, server.as_ref().ok());
    let external_api = ExternalApiSettings::read(values);
    if let (Ok(accounts), Ok(keys), Ok(mail)) = (&accounts, &keys, &mail) {
        check_mail(values, accounts, keys, mail.is_some());
    }
    if let (Ok(tokens), Ok(keys)) = (&tokens, &keys)
        && tokens.has_stored_keys()
        && !keys.is_there()
    {
        let problem = "is not set, and the pairs of keys that sign tokens are sealed with it; make one with openssl rand -base64 32";
        values.refuse(&catalogue::KEY_ENCRYPTION_KEY, problem);
    }
    Ok(Settings {
        app: app?,
        server: server?,
        cors: cors?,
        log: log?,
        default_locale: default_locale?,
        database: database?,
        tokens: tokens?,
        sessions: sessions?,
        passwords: passwords?,
        passkeys: passkeys?,
        accounts: accounts?,
        keys: keys?,
        shown: Vec::new(),
        audit: audit?,
        limits: limits?,
        mail: mail?,
        external_api: external_api?,
        sends_traces: values.sends_traces,
        warnings: std::mem::take(&mut values.warnings),
    })
}

/// Mails wait sealed, and some settings wait for mails.
fn check_mail(values: &mut Values, accounts: &AccountSettings, keys: &KeySource, has_mail: bool) {
    if has_mail && !keys.is_there() {
        let problem = "is not set, and mails that wait are sealed with it; make one with openssl rand -base64 32";
        values.refuse(&catalogue::KEY_ENCRYPTION_KEY, problem);
    }
    let waiting = [
        (accounts.requires_verified_email, &catalogue::REQUIRE_VERIFIED_EMAIL),
        (accounts.hides_accounts, &catalogue::ENUMERATION_SAFE_REGISTRATION),
    ];
    for (_, spec) in waiting.into_iter().filter(|(is_on, _)| *is_on && !has_mail) {
        values.refuse(spec, "needs mail, and none is configured: set BACKEND_SMTP_URL and BACKEND_MAIL_FROM");
    }
}
