//! `workflow-server user`: what shows accounts.

use ore_domain::{ListedUser, Locale, Permission, Session, UnreadableUser, User, UserId};
use ore_schemas::{SessionResponse, UserResponse};
use ore_settings::Settings;
use serde::Serialize;

use crate::json_array::{JsonArray, print_array};
use crate::operator_call::{OperatorCall, explain};
use crate::table::{Table, list as names, moment};
use crate::user_selection::{has_no_account, select};
use crate::{Failure, advice};

/// Users asked for at a time.
const PAGE: u32 = 500;

/// A user in the form of the API, or the key of one who cannot be read and why.
#[derive(Serialize)]
#[serde(untagged)]
enum ListedObject {
    Readable(Box<UserResponse>),
    Unreadable { id: i64, fault: String },
}

impl From<&ListedUser> for ListedObject {
    fn from(user: &ListedUser) -> Self {
        match user {
            Ok(user) => Self::Readable(Box::new(UserResponse::from(user))),
            Err(UnreadableUser { id, fault }) => Self::Unreadable { id: id.get(), fault: fault.clone() },
        }
    }
}

/// Every account, by key.
pub(crate) async fn list(settings: &Settings, json: bool) -> Result<(), Failure> {
    let accounts = &OperatorCall::to_read(settings)?.services.accounts;
    let mut table = Table::new(["ID", "STATE", "CREATED", "LAST LOG-IN", "ROLES", "EMAIL"]);
    let (mut array, mut after) = (JsonArray::default(), None::<UserId>);
    loop {
        let users = accounts.list(after, PAGE).await.map_err(|error| advice::explain_store(&error))?;
        let Some(last) = users.last() else { break };
        after = Some(last.as_ref().map_or_else(|unreadable| unreadable.id, |user| user.id));
        if json {
            array.print(users.iter().map(ListedObject::from))?;
        } else {
            table.print(users.iter().map(row))?;
        }
    }
    if json { array.end() } else { Ok(()) }
}

fn row(user: &ListedUser) -> [String; 6] {
    match user {
        Ok(User { id, is_active, created_at, last_login_at, roles, email, .. }) => [
            id.to_string(),
            state(*is_active).to_owned(),
            moment(*created_at),
            moment(*last_login_at),
            names(roles.names()),
            email.as_str().to_owned(),
        ],
        Err(UnreadableUser { id, fault }) => {
            let nothing = String::new;
            [id.to_string(), "unreadable".to_owned(), nothing(), nothing(), nothing(), fault.clone()]
        }
    }
}

fn state(is_active: bool) -> &'static str {
    if is_active { "active" } else { "inactive" }
}

/// One account.
pub(crate) async fn show(settings: &Settings, user: &str, json: bool) -> Result<(), Failure> {
    let user = find(&OperatorCall::to_read(settings)?, user).await?;
    if json {
        return print_array([UserResponse::from(&user)]);
    }
    let yes_or_no = |is_so| if is_so { "yes" } else { "no" };
    let rows = [
        ["id", &user.id.to_string()],
        ["email", user.email.as_str()],
        ["email verified", yes_or_no(user.email_verified)],
        ["state", state(user.is_active)],
        ["display name", user.profile.display_name.as_deref().unwrap_or_default()],
        ["locale", user.profile.locale.map(Locale::tag).unwrap_or_default()],
        ["roles", &names(user.roles.names())],
        ["permissions", &names(user.roles.permissions().iter().map(Permission::name))],
        ["has password", yes_or_no(user.has_password())],
        ["created", &moment(user.created_at)],
        ["updated", &moment(user.updated_at())],
        ["last log-in", &moment(user.last_login_at)],
    ];
    Table::without_headings().print(rows.map(|row| row.map(str::to_owned)))
}

/// The sessions of a user, the last used first.
pub(crate) async fn sessions(settings: &Settings, user: &str, json: bool) -> Result<(), Failure> {
    let operation = OperatorCall::to_read(settings)?;
    let user = find(&operation, user).await?;
    let sessions = operation.services.sessions.of_user(&user).await;
    let sessions = sessions.map_err(|error| advice::explain_store(&error))?;
    if json {
        return print_array(sessions.into_iter().map(|session| SessionResponse::new(session, None)));
    }
    Table::new(["ID", "CREATED", "LAST USED", "ADDRESS", "DEVICE"]).print(sessions.into_iter().map(session_row))
}

fn session_row(session: Session) -> [String; 5] {
    let Session { id, created_at, last_used_at, origin, impersonation, .. } = session;
    let device = impersonation.map_or(origin.device, |it| format!("user {} acts as this user", it.impersonator));
    [id.to_string(), moment(created_at), moment(last_used_at), origin.address, device]
}

async fn find(operation: &OperatorCall, user: &str) -> Result<User, Failure> {
    let found = operation.services.administration.find(select(user)?).await;
    found.map_err(|error| explain(error, &has_no_account(user)))
}
