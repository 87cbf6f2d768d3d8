use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::Passkey;
use ore_errors::ApiError;
use ore_extract::PageForm;
use ore_services::FactorsOfUser;

use crate::components::{back, notice};
use crate::form::{FormView, Kind};
use crate::page_session::PageSession;
use crate::passkey_form::Ceremony;
use crate::return_path;
use crate::texts::Text;
use crate::timestamp::time;

/// The second factors of a user, and those that can be added.
struct Found {
    factors: FactorsOfUser,
    passkeys: Vec<Passkey>,
    offers_totp: bool,
    offers_passkeys: bool,
}

pub(in crate::routes) async fn page(page: PageSession) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_query(&page.request);
    let found = find(&page).await?;
    Ok(page.render(Text::FactorsTitle, &content(&page.blank(), &page, &found, &path)))
}

/// The page once more, with why a form of it was not taken.
pub(super) async fn refused(page: &PageSession, error: ApiError, form: &PageForm) -> Result<HttpResponse, ApiError> {
    let found = find(page).await?;
    let path = return_path::of_form(form);
    page.refused(error, Text::FactorsTitle, form, |view| content(view, page, &found, &path))
}

async fn find(page: &PageSession) -> Result<Found, ApiError> {
    let (services, user) = (&page.services, page.current.user.id);
    let (factors, passkeys) = (services.second_factors.of_user(user).await?, services.passkeys.list(user).await?);
    let offers_passkeys = services.sessions.passkey_origins().is_some() && passkeys.len() < Passkey::LIMIT;
    Ok(Found { factors, passkeys, offers_totp: services.second_factors.keeps_secrets(), offers_passkeys })
}

fn content(view: &FormView<'_>, page: &PageSession, found: &Found, path: &str) -> Markup {
    let awaits = page.awaits_enrolment();
    let lead = return_path::field(path);
    let has_factor = found.factors.totp_since.is_some() || !found.passkeys.is_empty();
    html! {
        (notice(view.page))
        (view.error_notice())
        @if awaits { div.notice.wrong { (view.text(Text::FactorRequired)) } }
        p { (view.text(Text::FactorsIntro)) }
        h2 { (view.text(Text::TotpTitle)) }
        (totp(view, found, &lead))
        @if found.offers_passkeys || !found.passkeys.is_empty() {
            h2 { (view.text(Text::PasskeysTitle)) }
            (passkeys(view, found, &lead))
        }
        @if has_factor {
            h2 { (view.text(Text::CodesTitle)) }
            p { (view.text(Text::CodesLeft)) " " strong { (found.factors.recovery_codes) } }
            (view.button_form("/account/second-factors/recovery-codes", Text::MakeCodes, &lead))
        }
        @if !awaits { (back(view.page)) }
    }
}

fn totp(view: &FormView<'_>, found: &Found, lead: &Markup) -> Markup {
    html! {
        @if let Some(since) = found.factors.totp_since {
            p { (view.text(Text::AddedAt)) " " (time(since, view.page.locale)) }
            (view.button_form("/account/second-factors/totp/remove", Text::RemoveTotp, lead))
        } @else if found.offers_totp {
            p { (view.text(Text::TotpIntro)) }
            (view.button_form("/account/second-factors/totp", Text::AddTotp, lead))
        } @else {
            p.quiet { (view.text(Text::NotOffered)) }
        }
    }
}

fn passkeys(view: &FormView<'_>, found: &Found, lead: &Markup) -> Markup {
    let fields = html! {
        (lead)
        (view.optional("name", Text::PasskeyName, Kind::Line, None))
    };
    html! {
        p { (view.text(Text::PasskeysIntro)) }
        @if !found.passkeys.is_empty() { ul.cards { @for passkey in &found.passkeys { (card(view, passkey)) } } }
        @if found.offers_passkeys {
            (view.passkey_form("/account/second-factors/passkeys", Ceremony::Create, Text::AddPasskey, &fields))
            noscript { p.quiet { (view.text(Text::PasskeysNeedScripts)) } }
        }
    }
}

fn card(view: &FormView<'_>, passkey: &Passkey) -> Markup {
    let path = format!("/account/second-factors/passkeys/{}", passkey.id);
    let label = format!("{}: {}", view.text(Text::Change), passkey.name);
    html! {
        li {
            strong { (passkey.name) }
            p.quiet {
                (view.text(Text::AddedAt)) " " (time(passkey.created_at, view.page.locale))
                @if let Some(used) = passkey.last_used_at {
                    " · " (view.text(Text::LastUsed)) " " (time(used, view.page.locale))
                }
            }
            a href=(path) aria-label=(label) { (view.text(Text::Change)) }
        }
    }
}
