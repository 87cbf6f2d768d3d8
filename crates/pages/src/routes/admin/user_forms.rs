use maud::{Markup, html};
use ore_domain::{Locale, Role, RoleName, User};

use super::user_details::{UserDetails, UserForm, path_of, tag_of};
use crate::admin::{RejectedForm, tag_field};
use crate::form::{FormView, Kind};
use crate::page_session::PageSession;
use crate::routes::profile::LANGUAGES;
use crate::texts::Text;

/// The forms that change a user.
pub(super) fn forms(
    page: &PageSession,
    details: &UserDetails,
    rejected: Option<&RejectedForm<'_, UserForm>>,
) -> Markup {
    let (user, blank) = (&details.user, page.blank());
    let view = |form| RejectedForm::view_of(rejected, &form, &blank);
    html! {
        h2 { (page.text(Text::ProfileTitle)) }
        (profile_form(view(UserForm::Profile), user))
        h2 { (page.text(Text::Email)) }
        (address_form(view(UserForm::Address), user))
        h2 { (page.text(Text::Roles)) }
        (roles_form(view(UserForm::Roles), user, &details.roles))
    }
}

fn profile_form(view: &FormView<'_>, user: &User) -> Markup {
    let fields = html! {
        (tag_field(&tag_of(user)))
        (view.optional("display_name", Text::DisplayName, Kind::Line, user.profile.display_name.as_deref()))
        (language_field(view, user.profile.locale))
    };
    view.form(&format!("{}/profile", path_of(user.id)), Text::Save, &fields)
}

fn address_form(view: &FormView<'_>, user: &User) -> Markup {
    let verified = [("", Text::VerifiedAsBefore), ("true", Text::Verified), ("false", Text::Unverified)];
    let verified = verified.map(|(value, text)| (value, view.text(text)));
    let fields = html! {
        (tag_field(&tag_of(user)))
        (view.optional("email", Text::Email, Kind::OtherEmail, Some(user.email.as_str())))
        (view.select("email_verified", Text::CountsAsVerified, &verified, ""))
    };
    view.form(&format!("{}/address", path_of(user.id)), Text::Save, &fields)
}

fn roles_form(view: &FormView<'_>, user: &User, roles: &[Role]) -> Markup {
    let fields = html! {
        (tag_field(&tag_of(user)))
        (role_boxes(view, roles, user.roles.names()))
    };
    view.form(&format!("{}/roles", path_of(user.id)), Text::Save, &fields)
}

/// A box for each role; everybody has the role `user`.
pub(super) fn role_boxes(view: &FormView<'_>, roles: &[Role], held: &[RoleName]) -> Markup {
    let wrong = view.errors.and_then(|errors| errors.of_field("roles"));
    let names: Vec<_> = roles.iter().map(|role| &role.name).filter(|name| !name.is_user()).collect();
    html! {
        @if !names.is_empty() {
            fieldset {
                legend { (view.text(Text::Roles)) }
                @for name in names {
                    (view.tick("roles", &name.to_string(), &name.to_string(), held.contains(name)))
                }
                @if let Some(wrong) = wrong { p.wrong { (wrong) } }
            }
        }
    }
}

pub(super) fn language_field(view: &FormView<'_>, chosen: Option<Locale>) -> Markup {
    let none = [("", view.text(Text::LanguageOfBrowser))];
    let values: Vec<_> = none.into_iter().chain(LANGUAGES).collect();
    view.select("locale", Text::Language, &values, chosen.map_or("", Locale::tag))
}
