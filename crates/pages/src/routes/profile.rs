use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::Profile;
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::EditProfileRequest;

use crate::completed_action::CompletedAction;
use crate::components::{back, notice};
use crate::form::{FormView, Kind};
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FIELDS: [(&str, FormField); 2] = [("display_name", FormField::OptionalText), ("locale", FormField::OptionalText)];

/// Each language by its own name, which its speakers find.
pub(super) const LANGUAGES: [(&str, &str); 2] = [("zh-CN", "简体中文"), ("en", "English")];

pub(super) async fn page(page: PageSession) -> HttpResponse {
    page.render(Text::ProfileTitle, &content(&page.blank(), &page.current.user.profile))
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<PageSession>) -> Result<HttpResponse, ApiError> {
    match save(&page, &form).await {
        Ok(()) => Ok(see_other(&CompletedAction::ProfileSaved.at("/account/profile"))),
        Err(error) => {
            let profile = &page.current.user.profile;
            page.refused(error, Text::ProfileTitle, &form, |view| content(view, profile))
        }
    }
}

async fn save(page: &PageSession, form: &PageForm) -> Result<(), ApiError> {
    let request: EditProfileRequest = form.decode(&FIELDS, &page.state.body_rules)?;
    let edited = page.services.accounts.edit_profile(page.current.user.id, request.into(), &page.act()).await?;
    edited.map(|_| ()).ok_or_else(|| ApiError::InvalidToken("the user is gone".into()))
}

fn content(view: &FormView<'_>, profile: &Profile) -> Markup {
    let chosen = profile.locale.map(ore_domain::Locale::tag);
    let fields = html! {
        (view.optional("display_name", Text::DisplayName, Kind::Name, profile.display_name.as_deref()))
        div.field {
            label for="locale" { (view.text(Text::Language)) }
            select id="locale" name="locale" {
                option value="" { (view.text(Text::LanguageOfBrowser)) }
                @for (tag, name) in LANGUAGES {
                    option value=(tag) lang=(tag) selected[chosen == Some(tag)] { (name) }
                }
            }
        }
    };
    html! {
        (notice(view.page))
        (view.form("/account/profile", Text::Save, &fields))
        (back(view.page))
    }
}
