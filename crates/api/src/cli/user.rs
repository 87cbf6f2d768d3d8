use std::io::{self, BufRead, IsTerminal};
use std::sync::Arc;

use ore_domain::{EmailAddress, Password, PasswordPolicy, UserId};
use ore_services::{CreateAccount, ListUsers, SetActive, SetPassword};
use secrecy::SecretString;

use super::arguments::UserAction;
use super::console::print;
use super::{Failure, migrate};
use crate::backend::Backend;
use crate::settings::Settings;

/// Users asked for at a time.
const PAGE: u32 = 500;

/// Looks after accounts, on the database itself.
pub(super) async fn run(settings: &Settings, action: UserAction) -> Result<(), Failure> {
    if settings.database.url.is_memory() {
        let fault = "BACKEND_DATABASE_URL names a database in memory: what is done to it here ends with this command";
        return Err(Failure::Usage(fault.to_owned()));
    }
    let backend = Backend::start(settings)?;
    if settings.database.auto_migrate {
        backend.database.migrate().map_err(migrate::explain_migration)?;
    }
    match action {
        UserAction::Create { email } => create(&backend, settings, &email).await,
        UserAction::List => list(&backend).await,
        UserAction::SetPassword { email } => set_password(&backend, settings, &email).await,
        UserAction::Activate { email } => set_active(&backend, &email, true).await,
        UserAction::Deactivate { email } => set_active(&backend, &email, false).await,
    }
}

async fn create(backend: &Backend, settings: &Settings, email: &str) -> Result<(), Failure> {
    let (email, password) = (parse(email)?, ask_password(settings)?);
    let create_account =
        CreateAccount::new(Arc::clone(&backend.store), Arc::clone(&backend.hasher), Arc::clone(&backend.clock));
    let user = create_account.run(email, password).await.map_err(Failure::because)?;
    print(&format!("created user {} {}\n", user.id, user.email))
}

async fn list(backend: &Backend) -> Result<(), Failure> {
    let list_users = ListUsers::new(Arc::clone(&backend.store));
    let mut after: Option<UserId> = None;
    loop {
        let users = list_users.run(after, PAGE).await.map_err(Failure::because)?;
        let Some(last) = users.last() else { return Ok(()) };
        after = Some(last.id);
        for user in &users {
            let state = if user.is_active { "active" } else { "inactive" };
            print(&format!("{}\t{state}\t{}\t{}\n", user.id, user.created_at.to_rfc3339(), user.email))?;
        }
    }
}

async fn set_password(backend: &Backend, settings: &Settings, email: &str) -> Result<(), Failure> {
    let (address, password) = (parse(email)?, ask_password(settings)?);
    let set_password = SetPassword::new(Arc::clone(&backend.store), Arc::clone(&backend.hasher));
    let found = set_password.run(address, password).await.map_err(Failure::because)?;
    report(found, email, "set the password of")
}

async fn set_active(backend: &Backend, email: &str, is_active: bool) -> Result<(), Failure> {
    let found = SetActive::new(Arc::clone(&backend.store)).run(parse(email)?, is_active).await;
    let did = if is_active { "activated" } else { "deactivated" };
    report(found.map_err(Failure::because)?, email, did)
}

fn report(found: bool, email: &str, did: &str) -> Result<(), Failure> {
    if found { print(&format!("{did} {email}\n")) } else { Err(Failure::because(format!("{email} has no account"))) }
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
