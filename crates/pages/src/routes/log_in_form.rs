use maud::{Markup, html};

use super::passkey_proof;
use crate::components::{link, notice};
use crate::form::{FormView, Kind};
use crate::passkey_form::Ceremony;
use crate::return_path;
use crate::texts::Text;

/// The form of the log-in, which leads to this path.
pub(super) fn content(view: &FormView<'_>, path: &str) -> Markup {
    let (visit, lead) = (view.visit, return_path::field(path));
    let fields = html! {
        (lead)
        (view.field("email", Text::Email, Kind::EmailOrPasskey))
        (view.field("password", Text::Password, Kind::CurrentPassword))
    };
    html! {
        (notice(visit))
        (view.form("/account/login", Text::LogIn, &fields))
        (link(visit, "/account/forgot", Text::ForgotLink))
        (link(visit, "/account/resend", Text::ResendLink))
        @if !visit.services.sessions.registration_is_closed() {
            (link(visit, "/account/register", Text::RegisterLink))
        }
        // At the end, where it moves nothing when the script shows it.
        @if passkey_proof::are_offered(visit) {
            (view.passkey_form("/account/login/passkey", Ceremony::ShowOrFillIn, Text::LogInWithPasskey, &lead))
        }
    }
}
