use std::io::{self, BufRead, IsTerminal};

use ore_domain::{
    AuditOrigin, EmailAddress, ListedUser, Password, PasswordError, PasswordPolicy, RoleName, UnreadableUser, User,
    UserId,
};
use ore_services::{AdministrationError, LastAdmin, UserSelector};
use ore_settings::Settings;
use secrecy::SecretString;

use super::arguments::UserAction;
use super::console::{print, printable};
use super::{Failure, advice, database, export, import, migrate};
use crate::backend::Backend;

/// Users asked for at a time.
const PAGE: u32 = 500;

/// Looks after accounts, on the database itself.
pub(super) async fn run(settings: &Settings, action: UserAction) -> Result<(), Failure> {
    if settings.database.url.is_memory() {
        let fault = "BACKEND_DATABASE_URL names a database in memory: what is done to it here ends with this command";
        return Err(Failure::Usage(fault.to_owned()));
    }
    match action {
        UserAction::List => list(settings).await,
        UserAction::Import(arguments) => import::run(settings, &arguments),
        UserAction::Export(arguments) => export::run(settings, &arguments),
        UserAction::Create { email } => create(&backend(settings)?, settings, &email).await,
        UserAction::SetPassword { user } => set_password(&existing(settings)?, settings, &user).await,
        UserAction::Unlock { user } => unlock(&existing(settings)?, settings, &user).await,
        UserAction::Grant { user, role } => set_role(&existing(settings)?, settings, &user, &role, true).await,
        UserAction::Revoke { user, role } => set_role(&existing(settings)?, settings, &user, &role, false).await,
        UserAction::Activate { user } => set_active(&existing(settings)?, settings, &user, true).await,
        UserAction::Deactivate { user } => set_active(&existing(settings)?, settings, &user, false).await,
    }
}

fn existing(settings: &Settings) -> Result<Backend, Failure> {
    database::require_file(settings)?;
    backend(settings)
}

/// What changes accounts, on a migrated database.
fn backend(settings: &Settings) -> Result<Backend, Failure> {
    let backend = Backend::with_database(settings, database::to_write(settings))?.with_keys(settings)?;
    database::await_write_lock(&backend.database)?;
    if settings.database.auto_migrate {
        backend.database.migrate().map_err(migrate::explain_migration)?;
    }
    Ok(backend)
}

async fn create(backend: &Backend, settings: &Settings, email: &str) -> Result<(), Failure> {
    let (email, password) = (parse(email)?, ask_password(settings)?);
    if password.is_address(&email) || password.is_name(&settings.app.name) {
        return Err(Failure::Usage(PasswordError::TooCommon.to_string()));
    }
    let user =
        backend.accounts(settings).create(email, password, &AuditOrigin::operator()).await.map_err(Failure::because)?;
    print(&format!("created user {} {}\n", user.id, user.email))
}

/// Changes nothing, and so migrates nothing either.
async fn list(settings: &Settings) -> Result<(), Failure> {
    database::require_file(settings)?;
    let backend = Backend::with_database(settings, database::to_read(settings))?;
    database::require_schema(&backend.database)?;
    let accounts = backend.accounts(settings);
    let mut after: Option<UserId> = None;
    loop {
        let users = accounts.list(after, PAGE).await.map_err(|error| advice::explain_store(&error))?;
        let Some(last) = users.last() else { return Ok(()) };
        after = Some(last.as_ref().map_or_else(|unreadable| unreadable.id, |user| user.id));
        for user in &users {
            print(&row(user))?;
        }
    }
}

fn row(user: &ListedUser) -> String {
    match user {
        Ok(User { id, is_active, created_at, email, .. }) => {
            let state = if *is_active { "active" } else { "inactive" };
            format!("{id}\t{state}\t{}\t{}\n", created_at.to_rfc3339(), printable(email.as_str()))
        }
        Err(UnreadableUser { id, fault }) => format!("{id}\tunreadable\t-\t{}\n", printable(fault)),
    }
}

async fn set_password(backend: &Backend, settings: &Settings, user: &str) -> Result<(), Failure> {
    let (selector, password) = (select(user)?, ask_password(settings)?);
    let origin = AuditOrigin::operator();
    let found = backend.accounts(settings).set_password(selector, password, &origin).await;
    report(found.map_err(Failure::because)?, user, "set the password of")
}

async fn set_active(backend: &Backend, settings: &Settings, user: &str, is_active: bool) -> Result<(), Failure> {
    let found = backend.accounts(settings).set_active(select(user)?, is_active, &AuditOrigin::operator()).await;
    let did = if is_active { "activated" } else { "deactivated" };
    let found = found.map_err(|error| match error {
        LastAdmin::Store(error) => advice::explain_store(&error),
        refused @ LastAdmin::Refused => Failure::because(refused),
    });
    report(found?, user, did)
}

async fn set_role(
    backend: &Backend,
    settings: &Settings,
    user: &str,
    role: &str,
    has_role: bool,
) -> Result<(), Failure> {
    let name: RoleName = role.parse().map_err(|error| Failure::Usage(format!("{role}: {error}")))?;
    let set = backend.accounts(settings).set_role(select(user)?, name, has_role, &AuditOrigin::operator()).await;
    let found = set.map_err(|error| match error {
        AdministrationError::Store(error) => advice::explain_store(&error),
        AdministrationError::UnknownRole => Failure::because(format!("there is no role {role}")),
        refused => Failure::because(refused),
    });
    report(found?, user, if has_role { "granted a role to" } else { "revoked a role of" })
}

async fn unlock(backend: &Backend, settings: &Settings, user: &str) -> Result<(), Failure> {
    let found = backend.accounts(settings).unlock(select(user)?, &AuditOrigin::operator()).await;
    report(found.map_err(|error| advice::explain_store(&error))?, user, "unlocked")
}

fn report(found: bool, user: &str, did: &str) -> Result<(), Failure> {
    if found { print(&format!("{did} {user}\n")) } else { Err(Failure::because(format!("{user} has no account"))) }
}

/// An address has an `@`, so that no number is one.
fn select(user: &str) -> Result<UserSelector, Failure> {
    if let Ok(key) = user.parse() {
        return Ok(UserSelector::Key(UserId::new(key)));
    }
    EmailAddress::parse(user).map(UserSelector::Address).map_err(|error| {
        Failure::Usage(format!("{user}: {error}; a user of such an address is named by the key that `user list` shows"))
    })
}

fn parse(email: &str) -> Result<EmailAddress, Failure> {
    EmailAddress::parse(email).map_err(|error| Failure::Usage(format!("{email}: {error}")))
}

/// Asked twice on a terminal, else the first line of standard input: never an argument, which other users could read.
fn ask_password(settings: &Settings) -> Result<Password, Failure> {
    let read = |error: io::Error| Failure::because(format!("cannot read the password: {error}"));
    let text = if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").map_err(read)?;
        if rpassword::prompt_password("Again: ").map_err(read)? != first {
            return Err(Failure::because("the two passwords differ"));
        }
        first
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map_err(read)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    let policy = PasswordPolicy { min_length: settings.passwords.min_length };
    Password::new(SecretString::from(text), policy).map_err(|error| Failure::Usage(error.to_string()))
}
