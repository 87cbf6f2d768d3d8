use maud::{Markup, html};

use super::passkey_proof;
use crate::components::{link, notice};
use crate::form::{FormView, Kind};
use crate::passkey_form::Ceremony;
use crate::return_path;
use crate::texts::Text;

/// The form of the log-in, which leads to this path.
pub(super) fn content(view: &FormView<'_>, path: &str) -> Markup {
    let (page, lead) = (view.page, return_path::field(path));
    let fields = html! {
        (lead)
        (view.field("email", Text::Email, Kind::EmailOrPasskey))
        (view.field("password", Text::Password, Kind::CurrentPassword))
    };
    html! {
        (notice(page))
        (view.form("/account/login", Text::LogIn, &fields))
        (link(page, "/account/forgot", Text::ForgotLink))
        @if page.sends_mail() { (link(page, "/account/resend", Text::ResendLink)) }
        @if !page.services.sessions.registration_is_closed() {
            (link(page, "/account/register", Text::RegisterLink))
        }
        // At the end, where it moves nothing when the script shows it.
        @if passkey_proof::are_offered(page) {
            (view.passkey_form("/account/login/passkey", Ceremony::ShowOrFillIn, Text::LogInWithPasskey, &lead))
        }
    }
}
