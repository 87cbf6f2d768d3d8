use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::{Passkey, PasskeyId};
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm};
use ore_schemas::RenamePasskeyRequest;
use ore_web::credential_log::CredentialCall;

use super::overview;
use crate::completed_action::CompletedAction;
use crate::components::link;
use crate::form::{FormView, Kind};
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::session_proof::FreshSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const OVERVIEW: &str = "/account/second-factors";

pub(in crate::routes) async fn page(page: PageSession) -> Result<HttpResponse, ApiError> {
    let passkey = find(&page).await?;
    Ok(page.render(Text::PasskeyTitle, &content(&page.blank(), &passkey)))
}

pub(in crate::routes) async fn rename(
    SubmittedForm(page, form): SubmittedForm<FreshSession>,
) -> Result<HttpResponse, ApiError> {
    let passkey = find(&page).await?;
    match save(&page, passkey.id, &form).await {
        Ok(()) => Ok(see_other(&CompletedAction::ProfileSaved.at(OVERVIEW))),
        Err(error) => page.refused(error, Text::PasskeyTitle, &form, |view| content(view, &passkey)),
    }
}

/// One that is gone already is what was asked for.
pub(in crate::routes) async fn delete(
    SubmittedForm(page, form): SubmittedForm<FreshSession>,
) -> Result<HttpResponse, ApiError> {
    match remove(&page, page.key("id")?).await {
        Err(error) if error.problem() != Some(Problem::NotFound) => overview::refused(&page, error, &form).await,
        _ => Ok(see_other(&CompletedAction::FactorRemoved.at(OVERVIEW))),
    }
}

async fn save(page: &PageSession, id: PasskeyId, form: &PageForm) -> Result<(), ApiError> {
    let RenamePasskeyRequest { name } = form.decode(&[("name", FormField::Text)], &page.state.body_rules)?;
    page.admit(CredentialCall::RenamePasskey).await?;
    page.services.passkeys.rename(page.current.user.id, id, name, &page.act()).await?;
    Ok(())
}

async fn remove(page: &PageSession, id: PasskeyId) -> Result<(), ApiError> {
    page.admit(CredentialCall::DeletePasskey).await?;
    Ok(page.services.passkeys.delete(page.own(), id, &page.act()).await?)
}

/// The passkey in the path.
async fn find(page: &PageSession) -> Result<Passkey, ApiError> {
    let id: PasskeyId = page.key("id")?;
    let passkeys = page.services.passkeys.list(page.current.user.id).await?;
    passkeys.into_iter().find(|passkey| passkey.id == id).ok_or_else(|| Problem::NotFound.into())
}

fn content(view: &FormView<'_>, passkey: &Passkey) -> Markup {
    let path = format!("{OVERVIEW}/passkeys/{}", passkey.id);
    let fields = view.filled("name", Text::PasskeyName, Kind::Line, &passkey.name);
    html! {
        (view.form(&path, Text::Save, &fields))
        (view.button_form(&format!("{path}/delete"), Text::DeletePasskey, &html! {}))
        (link(view.page, OVERVIEW, Text::FactorsTitle))
    }
}
