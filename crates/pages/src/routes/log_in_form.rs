use maud::{Markup, html};

use crate::components::{link, notice};
use crate::form::{FormView, Kind};
use crate::texts::Text;

/// The form of the log-in, which leads to this path.
pub(super) fn content(view: &FormView<'_>, path: &str) -> Markup {
    let visit = view.visit;
    let fields = html! {
        input type="hidden" name="return_to" value=(path);
        (view.field("email", Text::Email, Kind::Email))
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
    }
}
