use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::{Passkey, PasskeyId};
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm};
use ore_schemas::RenamePasskeyRequest;
use ore_web::credential_log::CredentialCall;

use super::overview;
use crate::components::link;
use crate::done::Done;
use crate::form::{FormView, Kind};
use crate::fresh::Fresh;
use crate::member::Member;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::see_other;

const OVERVIEW: &str = "/account/second-factors";

pub(in crate::routes) async fn page(member: Member) -> Result<HttpResponse, ApiError> {
    let passkey = find(&member).await?;
    Ok(member.page(Text::PasskeyTitle, &content(&member.blank(), &passkey)))
}

pub(in crate::routes) async fn rename(Submitted(member, form): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    let passkey = find(&member).await?;
    match save(&member, passkey.id, &form).await {
        Ok(()) => Ok(see_other(&Done::ProfileSaved.at(OVERVIEW))),
        Err(error) => member.refused(error, Text::PasskeyTitle, &form, |view| content(view, &passkey)),
    }
}

/// One that is gone already is what was asked for.
pub(in crate::routes) async fn delete(Submitted(member, form): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    match remove(&member, member.key("id")?).await {
        Err(error) if error.problem() != Some(Problem::NotFound) => overview::refused(&member, error, &form).await,
        _ => Ok(see_other(&Done::FactorRemoved.at(OVERVIEW))),
    }
}

async fn save(member: &Member, id: PasskeyId, form: &PageForm) -> Result<(), ApiError> {
    let RenamePasskeyRequest { name } = form.decode(&[("name", FormField::Text)], &member.state.body_rules)?;
    member.admit(CredentialCall::RenamePasskey).await?;
    member.services.passkeys.rename(member.current.user.id, id, name, &member.act()).await?;
    Ok(())
}

async fn remove(member: &Member, id: PasskeyId) -> Result<(), ApiError> {
    member.admit(CredentialCall::DeletePasskey).await?;
    Ok(member.services.passkeys.delete(member.own(), id, &member.act()).await?)
}

/// The passkey in the path.
async fn find(member: &Member) -> Result<Passkey, ApiError> {
    let id: PasskeyId = member.key("id")?;
    let passkeys = member.services.passkeys.list(member.current.user.id).await?;
    passkeys.into_iter().find(|passkey| passkey.id == id).ok_or_else(|| Problem::NotFound.into())
}

fn content(view: &FormView<'_>, passkey: &Passkey) -> Markup {
    let path = format!("{OVERVIEW}/passkeys/{}", passkey.id);
    let fields = view.filled("name", Text::PasskeyName, Kind::Line, &passkey.name);
    html! {
        (view.form(&path, Text::Save, &fields))
        (view.button_form(&format!("{path}/delete"), Text::DeletePasskey, &html! {}))
        (link(view.visit, OVERVIEW, Text::FactorsTitle))
    }
}
