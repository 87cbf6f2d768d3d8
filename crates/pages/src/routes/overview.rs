use actix_web::HttpResponse;
use maud::{Markup, html};

use crate::components::notice;
use crate::member::Member;
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

pub(super) async fn page(member: Member) -> HttpResponse {
    member.page(Text::OverviewTitle, &content(&member))
}

fn content(member: &Member) -> Markup {
    let user = &member.current.user;
    html! {
        (notice(member))
        dl {
            @if let Some(name) = &user.profile.display_name {
                dt { (member.text(Text::DisplayName)) }
                dd { (name) }
            }
            dt { (member.text(Text::Email)) }
            dd {
                (user.email.as_str()) " "
                @if user.email_verified {
                    span.quiet { (member.text(Text::Verified)) }
                } @else {
                    a href="/account/resend" { (member.text(Text::NotVerified)) }
                }
            }
            dt { (member.text(Text::MemberSince)) }
            dd { (time(user.created_at, member.locale)) }
        }
        nav aria-label=(member.text(Text::OverviewTitle)) {
            ul.pages { @for (path, title) in PAGES { li { a href=(path) { (member.text(title)) } } } }
        }
    }
}
