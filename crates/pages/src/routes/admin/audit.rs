use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::AuditRead;
use ore_domain::{AuditAction, AuditEntry, AuditOutcome, AuditParty, Permission};
use ore_errors::ApiError;
use ore_web::list::{AuditList, Listing};

use super::list_page::ListPage;
use crate::admin::{Admin, Query, badge, table};
use crate::page_session::PageSession;
use crate::texts::Text;
use crate::timestamp::time;

pub(super) const PATH: &str = "/admin/audit";
const EXPORT: &str = "/admin/audit/export";

const COLUMNS: [Text; 6] = [Text::At, Text::Act, Text::Actor, Text::Subject, Text::ClientOfCall, Text::Details];

pub(super) async fn page(admin: Admin<AuditRead>) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&admin.request);
    let page = ListPage { session: &admin, path: PATH, title: Text::AdminAudit, query: &query };
    let filters = filters(&page);
    let (asked, selection) = match Listing::<AuditList>::of_query(&query.for_list(), &admin.state) {
        Ok(listing) => listing.split(),
        Err(error) => return Ok(page.refuse(&error, &filters)),
    };
    let found = admin.services.audit.page(asked).await?;
    let next = selection.next_cursor(&admin.state, &found)?;
    let rows: Vec<_> = found.items.iter().map(|entry| row(&admin, entry)).collect();
    let items = table(&admin, Text::AdminAudit, &COLUMNS, &rows);
    let below = html! { p { a href=(query.elsewhere(EXPORT)) download { (admin.text(Text::ExportAudit)) } } };
    Ok(page.show(&filters, &items, next.as_deref(), &below))
}

fn filters(page: &ListPage<'_>) -> Markup {
    let text = |text| page.session.text(text);
    let any = || ("", text(Text::Any));
    let actions: Vec<_> = AuditAction::ALL.iter().map(|action| (action.name(), action.name())).collect();
    let outcomes = [
        (AuditOutcome::Success.name(), text(Text::Succeeded)),
        (AuditOutcome::Failure.name(), text(Text::NotSucceeded)),
        (AuditOutcome::Denied.name(), text(Text::Denied)),
    ];
    page.filters(&html! {
        (page.field("actor", Text::Actor, "text"))
        (page.field("subject", Text::Subject, "text"))
        (page.choice("action", Text::Act, &[any()].into_iter().chain(actions).collect::<Vec<_>>()))
        (page.choice("outcome", Text::Outcome, &[any()].into_iter().chain(outcomes).collect::<Vec<_>>()))
        (page.field("after", Text::After, "date"))
        (page.field("before", Text::Before, "date"))
        (page.choice("sort", Text::Sort, &[("", text(Text::SortNewest)), ("id", text(Text::SortOldest))]))
    })
}

fn row(page: &PageSession, entry: &AuditEntry) -> Vec<Markup> {
    let client = [&entry.address, &entry.user_agent].into_iter().flatten().map(String::as_str);
    vec![
        time(entry.at, page.locale),
        html! {
            code { (entry.action) } " " (outcome(page, entry))
            @if let Some(reason) = &entry.reason { code { (reason) } }
        },
        party(page, entry.actor.as_ref()),
        party(page, entry.subject.as_ref()),
        html! { (client.collect::<Vec<_>>().join(" · ")) },
        html! { @if let Some(details) = &entry.details { code { (details) } } },
    ]
}

fn outcome(page: &PageSession, entry: &AuditEntry) -> Markup {
    let text = match entry.outcome.parse() {
        Ok(AuditOutcome::Success) => return html! {},
        Ok(AuditOutcome::Denied) => Text::Denied,
        Ok(AuditOutcome::Failure) | Err(_) => Text::NotSucceeded,
    };
    badge(page, text)
}

/// A link to the page of the user, if the administrator may see it.
fn party(page: &PageSession, party: Option<&AuditParty>) -> Markup {
    let is_shown = page.permissions().contains(Permission::UsersRead);
    html! {
        @if let Some(party) = party {
            @if party.kind == "user" && is_shown {
                a href={ "/admin/users/" (party.id) } { (party) }
            } @else {
                (party)
            }
        }
    }
}
