use actix_web::HttpResponse;
use ore_domain::permissions::UsersWrite;
use ore_domain::{AuditAction, ProfileEdit};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::EditUserRequest;
use ore_services::UserChange;

use super::user::refused;
use super::user_details::{UserForm, path_of, tag_of, user_of};
use crate::admin::{Admin, FreshAdmin, expected_by};
use crate::completed_action::CompletedAction;
use crate::page_request::see_other;
use crate::submitted_form::SubmittedForm;

type Fields = [(&'static str, FormField)];

const PROFILE: [(&str, FormField); 2] =
    [("display_name", FormField::OptionalText), ("locale", FormField::OptionalText)];
const ADDRESS: [(&str, FormField); 2] = [("email", FormField::Text), ("email_verified", FormField::Choice)];
const ROLES: [(&str, FormField); 1] = [("roles", FormField::Texts)];
const STATE: [(&str, FormField); 1] = [("is_active", FormField::Choice)];

pub(super) async fn profile(
    SubmittedForm(admin, form): SubmittedForm<Admin<UsersWrite>>,
) -> Result<HttpResponse, ApiError> {
    edit(&admin, &form, UserForm::Profile, &PROFILE).await
}

pub(super) async fn address(
    SubmittedForm(admin, form): SubmittedForm<FreshAdmin<UsersWrite>>,
) -> Result<HttpResponse, ApiError> {
    edit(&admin, &form, UserForm::Address, &ADDRESS).await
}

pub(super) async fn roles(
    SubmittedForm(admin, form): SubmittedForm<FreshAdmin<UsersWrite>>,
) -> Result<HttpResponse, ApiError> {
    edit(&admin, &form, UserForm::Roles, &ROLES).await
}

pub(super) async fn state(
    SubmittedForm(admin, form): SubmittedForm<Admin<UsersWrite>>,
) -> Result<HttpResponse, ApiError> {
    edit(&admin, &form, UserForm::Action, &STATE).await
}

/// Fields that are missing in the form stay as they are.
async fn edit(
    admin: &Admin<UsersWrite>,
    form: &PageForm,
    which: UserForm,
    fields: &Fields,
) -> Result<HttpResponse, ApiError> {
    match change(admin, form, fields).await {
        Ok(()) => Ok(see_other(&CompletedAction::ProfileSaved.at(&path_of(user_of(admin)?)))),
        Err(error) => refused(admin, form, which, error).await,
    }
}

async fn change(admin: &Admin<UsersWrite>, form: &PageForm, fields: &Fields) -> Result<(), ApiError> {
    let (id, administration) = (user_of(admin)?, &admin.services.administration);
    let current = administration.find_to_change(&admin.actor, AuditAction::UpdateUser, id).await?;
    let expected = expected_by(form, &current, tag_of)?;
    let request: EditUserRequest = form.decode(fields, &admin.state.body_rules)?;
    let EditUserRequest { email, email_verified, display_name, locale, is_active, roles } = request;
    let profile = ProfileEdit { display_name, locale };
    let change = UserChange { email, email_verified, profile, is_active, roles };
    administration.update(&admin.actor, id, expected, change, admin.locale).await?;
    Ok(())
}
