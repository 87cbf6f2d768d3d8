use actix_web::HttpResponse;
use maud::{Markup, html};

use crate::components::notice;
use crate::page_session::PageSession;
use crate::texts::Text;
use crate::timestamp::time;

/// The pages of an account, the most used ones first.
const PAGES: [(&str, Text); 9] = [
    ("/account/profile", Text::ProfileTitle),
    ("/account/password", Text::PasswordTitle),
    ("/account/second-factors", Text::FactorsTitle),
    ("/account/email", Text::EmailTitle),
    ("/account/sessions", Text::SessionsTitle),
    ("/account/api-keys", Text::KeysTitle),
    ("/account/activity", Text::ActivityTitle),
    ("/account/export", Text::ExportTitle),
    ("/account/delete", Text::DeleteTitle),
];

pub(super) async fn page(page: PageSession) -> HttpResponse {
    page.render(Text::OverviewTitle, &content(&page))
}

fn content(page: &PageSession) -> Markup {
    let user = &page.current.user;
    html! {
        (notice(page))
        dl {
            @if let Some(name) = &user.profile.display_name {
                dt { (page.text(Text::DisplayName)) }
                dd { (name) }
            }
            dt { (page.text(Text::Email)) }
            dd {
                (user.email.as_str()) " "
                @if !user.email_verified && page.sends_mail() {
                    a href="/account/resend" { (page.text(Text::NotVerified)) }
                } @else {
                    span.quiet { (page.text(if user.email_verified { Text::Verified } else { Text::Unverified })) }
                }
            }
            dt { (page.text(Text::MemberSince)) }
            dd { (time(user.created_at, page.locale)) }
        }
        nav aria-label=(page.text(Text::OverviewTitle)) {
            ul.pages { @for (path, title) in PAGES { li { a href=(path) { (page.text(title)) } } } }
        }
    }
}
