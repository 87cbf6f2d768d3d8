use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::UsersImpersonate;
use ore_domain::{AuditAction, Permission, User};
use ore_errors::{ApiError, Problem};
use ore_extract::{CurrentSession, FormField, PageForm};
use ore_schemas::ImpersonateRequest;

use super::user_details::user_of;
use crate::admin::FreshAdmin;
use crate::completed_action::CompletedAction;
use crate::form::{FormView, Kind};
use crate::page_request::{PageRequest, see_other};
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

type Impersonator = FreshAdmin<UsersImpersonate>;

pub(super) async fn page(admin: Impersonator) -> Result<HttpResponse, ApiError> {
    let id = user_of(&admin)?;
    admin.services.sessions.could_impersonate(id, &admin.actor.origin).await?;
    let user = admin.services.administration.find(id).await?;
    Ok(admin.render(Text::ActAs, &content(&admin.blank(), &user)))
}

/// Nothing is given to the browser: the other session rests on the one that it has.
pub(super) async fn submit(SubmittedForm(admin, form): SubmittedForm<Impersonator>) -> Result<HttpResponse, ApiError> {
    let id = user_of(&admin)?;
    admin.services.sessions.may_impersonate(id, &admin.actor.origin).await?;
    let user = admin.services.administration.find(id).await?;
    match begin(&admin, &user, &form).await {
        Ok(()) => Ok(see_other("/account")),
        Err(error) => admin.refused(error, Text::ActAs, &form, |view| content(view, &user)),
    }
}

async fn begin(admin: &Impersonator, user: &User, form: &PageForm) -> Result<(), ApiError> {
    let fields = [("reason", FormField::Text)];
    let ImpersonateRequest { reason } = form.decode(&fields, &admin.state.body_rules)?;
    let started = admin.services.sessions.impersonate(user.id, &reason, &admin.actor.origin).await?;
    tracing::info!(impersonated_user_id = user.id.get(), session_id = %started.session, "A user acts as another");
    Ok(())
}

/// Ends the impersonation. If it has ended already, only redirects.
pub(super) async fn end(SubmittedForm(page, form): SubmittedForm<PageRequest>) -> Result<HttpResponse, ApiError> {
    let (Some(current), Some(impersonator)) = (&page.session, &page.impersonator) else {
        return Ok(see_other("/account"));
    };
    if !page.site.is_form_token(current.id, form.get("form")) {
        return Err(Problem::CrossSite.into());
    }
    let has_ended = page.services.sessions.end(current.user.id, current.id, &current.act(page.origin())).await?;
    page.state.credential_log.done(AuditAction::LogOut, has_ended);
    Ok(way_back(current, impersonator))
}

/// Redirects the impersonator to the page of the user, or to their own account if they may not see users.
pub(in crate::routes) fn way_back(current: &CurrentSession, impersonator: &CurrentSession) -> HttpResponse {
    let sees_users = impersonator.user.roles.permissions().contains(Permission::UsersRead);
    let path = if sees_users { format!("/admin/users/{}", current.user.id) } else { "/account".to_owned() };
    see_other(&CompletedAction::ActingEnded.at(&path))
}

fn content(view: &FormView<'_>, user: &User) -> Markup {
    let action = format!("/admin/users/{}/impersonate", user.id);
    html! {
        p { strong { (user.email.as_str()) } }
        p { (view.text(Text::ActAsIntro)) }
        (view.form(&action, Text::ActAs, &view.field("reason", Text::Reason, Kind::Line)))
    }
}
