use maud::{Markup, html};
use ore_domain::{ApiKey, Permission, Session, User};

use super::user_details::{UserDetails, path_of, tag_of};
use crate::admin::{action_button, badge, tag_field};
use crate::components::by_mail;
use crate::page_session::PageSession;
use crate::routes::api_keys::key_facts;
use crate::texts::Text;
use crate::timestamp::time;

pub(super) fn facts(page: &PageSession, user: &User) -> Markup {
    html! {
        dl {
            dt { (page.text(Text::Email)) }
            dd { (user.email.as_str()) }
            @if let Some(name) = &user.profile.display_name {
                dt { (page.text(Text::DisplayName)) }
                dd { (name) }
            }
            dt { (page.text(Text::UserNumber)) }
            dd { (user.id) }
            dt { (page.text(Text::State)) }
            dd {
                (badge(page, if user.is_active { Text::Active } else { Text::Inactive }))
                (badge(page, if user.email_verified { Text::Verified } else { Text::Unverified }))
                (badge(page, if user.has_password() { Text::HasPassword } else { Text::HasNoPassword }))
                @if user.factors.has_second_factor() { (badge(page, Text::HasSecondFactor)) }
            }
            dt { (page.text(Text::MemberSince)) }
            dd { (time(user.created_at, page.locale)) }
            @if let Some(at) = user.last_login_at {
                dt { (page.text(Text::LastLogIn)) }
                dd { (time(at, page.locale)) }
            }
        }
    }
}

/// The buttons for acts that the caller may do.
pub(super) fn actions(page: &PageSession, user: &User) -> Markup {
    let may = |permission| page.permissions().contains(permission);
    let path = |action: &str| format!("{}/{action}", path_of(user.id));
    html! {
        @if may(Permission::UsersWrite) {
            h2 { (page.text(Text::Actions)) }
            div.actions {
                @if user.has_password() {
                    (by_mail(page, &action_button(page, &path("password-reset"), Text::SendReset, None, &[])))
                } @else {
                    (by_mail(page, &action_button(page, &path("invitation"), Text::SendInvitationAgain, None, &[])))
                }
                @if page.services.administration.counts_failures() {
                    (action_button(page, &path("unlock"), Text::Unlock, None, &[]))
                }
                @if user.factors.has_second_factor() {
                    (action_button(page, &path("second-factors"), Text::ResetFactors, None, &[]))
                }
                (state_form(page, user))
            }
            (deletion(page, user))
        }
        @if may(Permission::AuditRead) {
            p { a href={ "/admin/audit?subject=user%3A" (user.id) } { (page.text(Text::AuditOfUser)) } }
        }
        @if may(Permission::UsersImpersonate) && user.is_active && user.id != page.current.user.id {
            p { a href=(path("impersonate")) { (page.text(Text::ActAs)) } }
        }
    }
}

fn state_form(page: &PageSession, user: &User) -> Markup {
    let tag = tag_of(user);
    let (text, value) = if user.is_active { (Text::Deactivate, "false") } else { (Text::Reactivate, "true") };
    let fields = [("is_active", value), ("tag", tag.trim_matches('"'))];
    action_button(page, &format!("{}/state", path_of(user.id)), text, None, &fields)
}

fn deletion(page: &PageSession, user: &User) -> Markup {
    let view = page.blank();
    let fields = html! {
        (tag_field(&tag_of(user)))
        (view.tick("confirmed", "true", page.text(Text::DeleteUserConfirm), false))
    };
    view.form(&format!("{}/delete", path_of(user.id)), Text::DeleteUser, &fields)
}

pub(super) fn sessions(page: &PageSession, details: &UserDetails, may_write: bool) -> Markup {
    let path = path_of(details.user.id);
    html! {
        h2 { (page.text(Text::SessionsTitle)) }
        @if details.sessions.is_empty() { p.quiet { (page.text(Text::NothingFound)) } } @else {
            ul.cards { @for session in &details.sessions { li { (session_card(page, session, &path, may_write)) } } }
            @if may_write { (action_button(page, &format!("{path}/log-out"), Text::EndAll, None, &[])) }
        }
    }
}

fn session_card(page: &PageSession, session: &Session, path: &str, may_write: bool) -> Markup {
    let device = Some(session.origin.device.as_str()).filter(|device| !device.is_empty());
    let id = session.id.to_string();
    html! {
        strong { (device.unwrap_or(page.text(Text::UnknownDevice))) }
        @if session.impersonation.is_some() { " " (badge(page, Text::Impersonation)) }
        p.quiet {
            (page.text(Text::LastUsed)) " " (time(session.last_used_at, page.locale))
            @if !session.origin.address.is_empty() { " · " (session.origin.address) }
        }
        @if may_write {
            (action_button(page, &format!("{path}/end-session"), Text::End, device, &[("session", id.as_str())]))
        }
    }
}

pub(super) fn keys(page: &PageSession, details: &UserDetails) -> Markup {
    let path = format!("{}/delete-key", path_of(details.user.id));
    html! {
        @if let Some(keys) = details.keys.as_ref().filter(|keys| !keys.is_empty()) {
            h2 { (page.text(Text::KeysTitle)) }
            ul.cards { @for key in keys { li { (key_card(page, key, &path)) } } }
        }
    }
}

/// An API key of the user, with a form that deletes it.
pub(super) fn key_card(page: &PageSession, key: &ApiKey, path: &str) -> Markup {
    let id = key.id.to_string();
    html! {
        (key_facts(page, key))
        @if page.permissions().contains(Permission::KeysWrite) {
            (action_button(page, path, Text::Delete, Some(&key.name), &[("key", id.as_str())]))
        }
    }
}
