use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::{AuditAction, Session};
use ore_errors::ApiError;

use super::log_out::{leave, leave_session};
use crate::components::{back, notice, one_button};
use crate::done::Done;
use crate::form::key_in;
use crate::member::Member;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::timestamp::ago;
use crate::visit::see_other;

pub(super) async fn page(member: Member) -> Result<HttpResponse, ApiError> {
    let sessions = member.services.sessions.of_user(&member.current.user).await?;
    let content = html! {
        (notice(&member))
        ul.cards { @for session in &sessions { (card(&member, session)) } }
        (end_all_form(&member))
        (back(&member))
    };
    Ok(member.page(Text::SessionsTitle, &content))
}

pub(super) async fn end(Submitted(member, form): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    let current = &member.current;
    let id = key_in(&form, "id")?;
    let is_own = id == current.id;
    if !is_own {
        current.require_own(&member.request).await?;
    }
    let has_ended = member.services.sessions.end(current.user.id, id, &member.act()).await?;
    let action = if is_own { AuditAction::LogOut } else { AuditAction::EndSession };
    member.state.credential_log.done(action, has_ended);
    // One that has ended meanwhile is what was asked for.
    Ok(if is_own {
        leave_session(&member, Done::LoggedOut)
    } else {
        see_other(&Done::SessionEnded.at("/account/sessions"))
    })
}

pub(super) async fn end_all(Submitted(member, form): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    let current = &member.current;
    current.require_own(&member.request).await?;
    let keep = form.get("keep_current").map(|_| current.id);
    member.services.sessions.end_all(current.user.id, keep, &member.act()).await?;
    member.state.credential_log.done(AuditAction::LogOutAll, true);
    Ok(match keep {
        Some(_) => see_other(&Done::SessionEnded.at("/account/sessions")),
        None => leave(Done::LoggedOut),
    })
}

fn card(member: &Member, session: &Session) -> Markup {
    let is_current = session.id == member.current.id;
    let device = Some(session.origin.device.as_str()).filter(|device| !device.is_empty());
    let id = session.id.to_string();
    html! {
        li {
            strong { (device.unwrap_or(member.text(Text::UnknownDevice))) }
            @if is_current { " " span.badge { (member.text(Text::ThisDevice)) } }
            @if session.impersonation.is_some() { " " span.badge { (member.text(Text::Impersonation)) } }
            p.quiet {
                (member.text(Text::LastUsed)) " " (ago(member, session.last_used_at))
                @if !session.origin.address.is_empty() { " · " (session.origin.address) }
            }
            (one_button(member, None, "/account/sessions/end", Text::End, device, &[("id", id.as_str())]))
        }
    }
}

fn end_all_form(member: &Member) -> Markup {
    html! {
        form method="post" action="/account/sessions/end-all" {
            (member.blank().token())
            button name="keep_current" value="true" { (member.text(Text::EndOthers)) }
            " "
            button.plain { (member.text(Text::EndAll)) }
        }
    }
}
