//! `workflow-server user`: what changes accounts.

use std::io::{self, BufRead, IsTerminal};

use ore_domain::{AuditOrigin, EmailAddress, Password, PasswordError, PasswordPolicy, Profile, RoleName};
use ore_server::backend::Backend;
use ore_services::{AccountMail, Actor, AdministrationError, LastAdmin, NewAccount};
use ore_settings::Settings;
use secrecy::SecretString;

use crate::console::{confirm, print, printable};
use crate::operator_call::{NO_MAIL, OperatorCall, explain, refuse_memory};
use crate::user_arguments::{CreateArguments, GrantArguments, ShowArguments, UserAction, UserArgument};
use crate::user_selection::{has_no_account, select};
use crate::{Failure, advice, export, import, user_mfa, user_view};

/// Looks after accounts, on the database itself.
pub(crate) async fn run(settings: &Settings, action: UserAction) -> Result<(), Failure> {
    refuse_memory(settings)?;
    let existing = || OperatorCall::to_change(settings).map(|operation| operation.backend);
    match action {
        UserAction::Import(arguments) => import::run(settings, &arguments),
        UserAction::Export(arguments) => export::run(settings, &arguments),
        UserAction::List { json } => user_view::list(settings, json).await,
        UserAction::Show(ShowArguments { user, json }) => user_view::show(settings, &user.user, json).await,
        UserAction::Sessions(ShowArguments { user, json }) => user_view::sessions(settings, &user.user, json).await,
        UserAction::Mfa { action } => user_mfa::run(settings, action).await,
        UserAction::Create(arguments) => create(&OperatorCall::to_make(settings)?, settings, arguments).await,
        UserAction::Invite(UserArgument { user }) => invite(&OperatorCall::to_change(settings)?, settings, &user).await,
        UserAction::Logout(UserArgument { user }) => log_out(&OperatorCall::to_change(settings)?, &user).await,
        UserAction::Delete { user, yes } => delete(settings, &user.user, yes).await,
        UserAction::SetPassword(UserArgument { user }) => set_password(&existing()?, settings, &user).await,
        UserAction::Unlock(UserArgument { user }) => unlock(&existing()?, settings, &user).await,
        UserAction::Grant(arguments) => set_role(&existing()?, settings, &arguments, true).await,
        UserAction::Revoke(arguments) => set_role(&existing()?, settings, &arguments, false).await,
        UserAction::Activate(UserArgument { user }) => set_active(&existing()?, settings, &user, true).await,
        UserAction::Deactivate(UserArgument { user }) => set_active(&existing()?, settings, &user, false).await,
    }
}

async fn create(operation: &OperatorCall, settings: &Settings, arguments: CreateArguments) -> Result<(), Failure> {
    let CreateArguments { email, admin, invite } = arguments;
    let email = parse(&email)?;
    if invite {
        require_mail(operation)?;
    }
    let password = if invite { None } else { Some(ask_new_password(settings)?) };
    if password.as_ref().is_some_and(|password| password.is_address(&email)) {
        return Err(too_common());
    }
    let roles = admin.then(RoleName::admin).into_iter().collect();
    let new = NewAccount { email, password, profile: Profile::default(), roles, sends_invitation: invite };
    let made = operation.services.administration.create(&Actor::operator(), new, settings.default_locale).await;
    let user = made.map_err(|error| explain(error, "the user is gone"))?;
    print(&format!("created user {} {}\n", user.id, user.email))
}

/// Not the name of the service; whether it is the address of its user shows elsewhere.
fn ask_new_password(settings: &Settings) -> Result<Password, Failure> {
    let password = ask_password(settings)?;
    if password.is_name(&settings.app.name) { Err(too_common()) } else { Ok(password) }
}

fn too_common() -> Failure {
    Failure::Usage(PasswordError::TooCommon.to_string())
}

fn require_mail(operation: &OperatorCall) -> Result<(), Failure> {
    if operation.backend.mailer.is_configured() { Ok(()) } else { Err(Failure::because(NO_MAIL)) }
}

async fn invite(operation: &OperatorCall, settings: &Settings, user: &str) -> Result<(), Failure> {
    require_mail(operation)?;
    let (administration, selector) = (&operation.services.administration, select(user)?);
    let (actor, locale) = (Actor::operator(), settings.default_locale);
    let invited = administration.send_mail(&actor, selector, AccountMail::Invitation, locale).await;
    invited.map_err(|error| explain(error, &has_no_account(user)))?;
    report(true, user, "invited")
}

async fn log_out(operation: &OperatorCall, user: &str) -> Result<(), Failure> {
    let ended = operation.services.administration.log_out(&Actor::operator(), select(user)?).await;
    let ended = ended.map_err(|error| explain(error, &has_no_account(user)))?;
    print(&format!("sessions of {} that were ended: {ended}\n", printable(user)))
}

async fn delete(settings: &Settings, user: &str, yes: bool) -> Result<(), Failure> {
    let selector = select(user)?;
    if !yes {
        confirm(&format!("Delete the account of {}, with all that is stored of it?", printable(user)))?;
    }
    let operation = OperatorCall::to_change(settings)?;
    let deleted = operation.services.accounts.delete(selector, &AuditOrigin::operator()).await;
    report(deleted.map_err(explain_last_admin)?, user, "deleted")
}

async fn set_password(backend: &Backend, settings: &Settings, user: &str) -> Result<(), Failure> {
    let (selector, password, accounts) = (select(user)?, ask_new_password(settings)?, backend.accounts(settings));
    let is_own = accounts.is_own_address(selector.clone(), &password).await;
    if is_own.map_err(|error| advice::explain_store(&error))? {
        return Err(too_common());
    }
    let found = accounts.set_password(selector, password, &AuditOrigin::operator()).await;
    report(found.map_err(Failure::because)?, user, "set the password of")
}

async fn set_active(backend: &Backend, settings: &Settings, user: &str, is_active: bool) -> Result<(), Failure> {
    let found = backend.accounts(settings).set_active(select(user)?, is_active, &AuditOrigin::operator()).await;
    let did = if is_active { "activated" } else { "deactivated" };
    report(found.map_err(explain_last_admin)?, user, did)
}

fn explain_last_admin(error: LastAdmin) -> Failure {
    match error {
        LastAdmin::Store(error) => advice::explain_store(&error),
        refused @ LastAdmin::Refused => Failure::because(refused),
    }
}

async fn set_role(
    backend: &Backend,
    settings: &Settings,
    GrantArguments { user: UserArgument { user }, role }: &GrantArguments,
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
    if found { print(&format!("{did} {user}\n")) } else { Err(Failure::because(has_no_account(user))) }
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
