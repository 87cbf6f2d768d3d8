use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::Profile;
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::EditProfileRequest;

use crate::components::{back, notice};
use crate::done::Done;
use crate::form::{FormView, Kind};
use crate::member::Member;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::see_other;

const FIELDS: [(&str, FormField); 2] = [("display_name", FormField::OptionalText), ("locale", FormField::OptionalText)];

/// Each language by its own name, which its speakers find.
pub(super) const LANGUAGES: [(&str, &str); 2] = [("zh-CN", "简体中文"), ("en", "English")];

pub(super) async fn page(member: Member) -> HttpResponse {
    member.page(Text::ProfileTitle, &content(&member.blank(), &member.current.user.profile))
}

pub(super) async fn submit(Submitted(member, form): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    match save(&member, &form).await {
        Ok(()) => Ok(see_other(&Done::ProfileSaved.at("/account/profile"))),
        Err(error) => {
            let profile = &member.current.user.profile;
            member.refused(error, Text::ProfileTitle, &form, |view| content(view, profile))
        }
    }
}

async fn save(member: &Member, form: &PageForm) -> Result<(), ApiError> {
    let request: EditProfileRequest = form.decode(&FIELDS, &member.state.body_rules)?;
    let edited = member.services.accounts.edit_profile(member.current.user.id, request.into(), &member.act()).await?;
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
        (notice(view.visit))
        (view.form("/account/profile", Text::Save, &fields))
        (back(view.visit))
    }
}
