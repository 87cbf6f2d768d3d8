use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::{AuditAction, Session};
use ore_errors::ApiError;

use super::log_out::{leave, leave_session};
use crate::completed_action::CompletedAction;
use crate::components::{back, notice, one_button};
use crate::form::key_in;
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;
use crate::timestamp::ago;

pub(super) async fn page(page: PageSession) -> Result<HttpResponse, ApiError> {
    let sessions = page.services.sessions.of_user(&page.current.user).await?;
    let content = html! {
        (notice(&page))
        ul.cards { @for session in &sessions { (card(&page, session)) } }
        (end_all_form(&page))
        (back(&page))
    };
    Ok(page.render(Text::SessionsTitle, &content))
}

pub(super) async fn end(SubmittedForm(page, form): SubmittedForm<PageSession>) -> Result<HttpResponse, ApiError> {
    let current = &page.current;
    let id = key_in(&form, "id")?;
    let is_own = id == current.id;
    if !is_own {
        current.require_own(&page.request).await?;
    }
    let has_ended = page.services.sessions.end(current.user.id, id, &page.act()).await?;
    let action = if is_own { AuditAction::LogOut } else { AuditAction::EndSession };
    page.state.credential_log.done(action, has_ended);
    // One that has ended meanwhile is what was asked for.
    Ok(if is_own {
        leave_session(&page, CompletedAction::LoggedOut)
    } else {
        see_other(&CompletedAction::SessionEnded.at("/account/sessions"))
    })
}

pub(super) async fn end_all(SubmittedForm(page, form): SubmittedForm<PageSession>) -> Result<HttpResponse, ApiError> {
    let current = &page.current;
    current.require_own(&page.request).await?;
    let keep = form.get("keep_current").map(|_| current.id);
    page.services.sessions.end_all(current.user.id, keep, &page.act()).await?;
    page.state.credential_log.done(AuditAction::LogOutAll, true);
    Ok(match keep {
        Some(_) => see_other(&CompletedAction::SessionEnded.at("/account/sessions")),
        None => leave(CompletedAction::LoggedOut),
    })
}

fn card(page: &PageSession, session: &Session) -> Markup {
    let is_current = session.id == page.current.id;
    let device = Some(session.origin.device.as_str()).filter(|device| !device.is_empty());
    let id = session.id.to_string();
    html! {
        li {
            strong { (device.unwrap_or(page.text(Text::UnknownDevice))) }
            @if is_current { " " span.badge { (page.text(Text::ThisDevice)) } }
            @if session.impersonation.is_some() { " " span.badge { (page.text(Text::Impersonation)) } }
            p.quiet {
                (page.text(Text::LastUsed)) " " (ago(page, session.last_used_at))
                @if !session.origin.address.is_empty() { " · " (session.origin.address) }
            }
            (one_button(page, None, "/account/sessions/end", Text::End, device, &[("id", id.as_str())]))
        }
    }
}

fn end_all_form(page: &PageSession) -> Markup {
    html! {
        form method="post" action="/account/sessions/end-all" {
            (page.blank().token())
            button name="keep_current" value="true" { (page.text(Text::EndOthers)) }
            " "
            button.plain { (page.text(Text::EndAll)) }
        }
    }
}
