use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::UsersWrite;
use ore_domain::{Permission, Profile, Role};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::CreateUserRequest;
use ore_services::NewAccount;
use ore_web::credential_log::CredentialCall;

use super::user_forms::{language_field, role_boxes};
use crate::admin::{Admin, FreshAdmin, idempotency_key_field};
use crate::completed_action::CompletedAction;
use crate::components::{by_mail, notice};
use crate::form::{FormView, Kind};
use crate::page_request::see_other;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const PATH: &str = "/admin/users/new";

const FIELDS: [(&str, FormField); 6] = [
    ("email", FormField::Text),
    ("password", FormField::OptionalText),
    ("display_name", FormField::OptionalText),
    ("locale", FormField::OptionalText),
    ("roles", FormField::Texts),
    ("send_invitation", FormField::Box),
];

pub(super) async fn page(admin: FreshAdmin<UsersWrite>) -> Result<HttpResponse, ApiError> {
    let roles = offered_roles(&admin).await?;
    Ok(admin.render(Text::NewUser, &content(&admin.blank(), &roles)))
}

pub(super) async fn submit(
    SubmittedForm(admin, form): SubmittedForm<FreshAdmin<UsersWrite>>,
) -> Result<HttpResponse, ApiError> {
    match admin.answer_idempotently(&form, || make(&admin, &form)).await {
        Ok(answer) => Ok(answer),
        Err(error) => {
            let roles = offered_roles(&admin).await?;
            admin.refused(error, Text::NewUser, &form, |view| content(view, &roles))
        }
    }
}

/// Administrators who may not see roles are offered their own, which they know.
async fn offered_roles(admin: &Admin<UsersWrite>) -> Result<Vec<Role>, ApiError> {
    let mut roles = admin.services.roles.list().await?;
    if !admin.permissions().contains(Permission::UsersRead) {
        let own = admin.current.user.roles.names();
        roles.retain(|role| own.contains(&role.name));
    }
    Ok(roles)
}

async fn make(admin: &Admin<UsersWrite>, form: &PageForm) -> Result<HttpResponse, ApiError> {
    let request: CreateUserRequest = form.decode(&FIELDS, &admin.state.body_rules)?;
    let CreateUserRequest { email, password, display_name, locale, roles, send_invitation } = request;
    if password.is_some() {
        admit_credentials(&admin.request, CredentialCall::CreateUser, Some(email.canonical())).await?;
    }
    let profile = Profile { display_name: display_name.apply(None), locale: locale.apply(None), changed_at: None };
    let new = NewAccount { email, password, profile, roles, sends_invitation: send_invitation };
    let user = admin.services.administration.create(&admin.actor, new, admin.locale).await?;
    let sees_users = admin.permissions().contains(Permission::UsersRead);
    let path = if sees_users { format!("/admin/users/{}", user.id) } else { PATH.to_owned() };
    Ok(see_other(&CompletedAction::UserCreated.at(&path)))
}

fn content(view: &FormView<'_>, roles: &[Role]) -> Markup {
    let fields = html! {
        (idempotency_key_field())
        (view.field("email", Text::Email, Kind::OtherEmail))
        (view.optional("display_name", Text::DisplayName, Kind::Line, None))
        (language_field(view, None))
        (role_boxes(view, roles, &[]))
        @if view.page.sends_mail() {
            (view.optional("password", Text::PasswordOrNone, Kind::NewPassword, None))
        } @else {
            // Nobody could choose one.
            (view.field("password", Text::Password, Kind::NewPassword))
        }
        (by_mail(view.page, &view.tick("send_invitation", "true", view.text(Text::SendInvitation), true)))
    };
    html! {
        (notice(view.page))
        (view.form(PATH, Text::CreateUser, &fields))
    }
}
