use actix_web::HttpResponse;
use ore_domain::AuditAction;
use ore_domain::permissions::{KeysWrite, UsersWrite};
use ore_errors::{ApiError, Problem};
use ore_extract::{PageForm, admit_credentials};
use ore_services::AccountMail;
use ore_web::credential_log::CredentialCall;

use super::user::refused;
use super::user_details::{UserForm, path_of, tag_of, user_of};
use crate::admin::{Admin, FreshAdmin, expected_by};
use crate::completed_action::CompletedAction;
use crate::form::key_in;
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::submitted_form::SubmittedForm;

type Answer = Result<HttpResponse, ApiError>;

pub(super) async fn invite(SubmittedForm(admin, form): SubmittedForm<Admin<UsersWrite>>) -> Answer {
    let sent = send_mail(&admin, AccountMail::Invitation).await;
    answer(&admin, &form, CompletedAction::MailRequested, sent).await
}

pub(super) async fn reset_password(SubmittedForm(admin, form): SubmittedForm<Admin<UsersWrite>>) -> Answer {
    let sent = send_mail(&admin, AccountMail::PasswordReset).await;
    answer(&admin, &form, CompletedAction::MailRequested, sent).await
}

async fn send_mail(admin: &Admin<UsersWrite>, mail: AccountMail) -> Result<(), ApiError> {
    Ok(admin.services.administration.send_mail(&admin.actor, user_of(admin)?, mail, admin.locale).await?)
}

pub(super) async fn unlock(SubmittedForm(admin, form): SubmittedForm<Admin<UsersWrite>>) -> Answer {
    let unlocked = admin.services.administration.unlock(&admin.actor, user_of(&admin)?).await;
    answer(&admin, &form, CompletedAction::Unlocked, unlocked).await
}

pub(super) async fn log_out(SubmittedForm(admin, form): SubmittedForm<Admin<UsersWrite>>) -> Answer {
    let ended = admin.services.administration.log_out(&admin.actor, user_of(&admin)?).await;
    answer(&admin, &form, CompletedAction::SessionEnded, ended).await
}

pub(super) async fn end_session(SubmittedForm(admin, form): SubmittedForm<Admin<UsersWrite>>) -> Answer {
    let ended = end_one(&admin, &form).await;
    answer(&admin, &form, CompletedAction::SessionEnded, ended).await
}

/// One that has ended meanwhile is what was asked for.
async fn end_one(admin: &Admin<UsersWrite>, form: &PageForm) -> Result<bool, ApiError> {
    let (user, services) = (user_of(admin)?, &admin.services);
    let session = key_in(form, "session")?;
    services.administration.find_to_change(&admin.actor, AuditAction::EndSession, user).await?;
    Ok(services.sessions.end(user, session, &admin.actor.origin).await?)
}

pub(super) async fn delete_key(SubmittedForm(admin, form): SubmittedForm<Admin<KeysWrite>>) -> Answer {
    let key = key_in(&form, "key")?;
    let deleted = admin.services.api_keys.delete_of_other(&admin.actor, user_of(&admin)?, key).await;
    answer(&admin, &form, CompletedAction::KeyDeleted, deleted).await
}

pub(super) async fn reset_second_factors(SubmittedForm(admin, form): SubmittedForm<FreshAdmin<UsersWrite>>) -> Answer {
    let (administration, user) = (&admin.services.administration, user_of(&admin)?);
    admit_credentials(&admin.request, CredentialCall::ResetSecondFactors, None).await?;
    let reset = administration.reset_second_factors(&admin.actor, user, admin.locale).await;
    answer(&admin, &form, CompletedAction::FactorsReset, reset).await
}

pub(super) async fn delete(SubmittedForm(admin, form): SubmittedForm<FreshAdmin<UsersWrite>>) -> Answer {
    match delete_user(&admin, &form).await {
        Ok(()) => Ok(see_other(&CompletedAction::UserDeleted.at("/admin/users"))),
        Err(error) => refused(&admin, &form, UserForm::Action, error).await,
    }
}

async fn delete_user(admin: &Admin<UsersWrite>, form: &PageForm) -> Result<(), ApiError> {
    let (id, administration) = (user_of(admin)?, &admin.services.administration);
    let current = administration.find_to_change(&admin.actor, AuditAction::DeleteUser, id).await?;
    let expected = expected_by(form, &current, tag_of)?;
    form.get("confirmed").ok_or(Problem::ValidationFailed)?;
    Ok(administration.delete(&admin.actor, id, expected).await?)
}

async fn answer<T, E: Into<ApiError>>(
    page: &PageSession,
    form: &PageForm,
    completed: CompletedAction,
    result: Result<T, E>,
) -> Answer {
    match result.map_err(Into::into) {
        Ok(_) => Ok(see_other(&completed.at(&path_of(user_of(page)?)))),
        Err(error) => refused(page, form, UserForm::Action, error).await,
    }
}
