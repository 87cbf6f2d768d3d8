use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::UsersRead;
use ore_domain::{ListPage as Page, ListedUser, Permission, Role, User};
use ore_errors::ApiError;
use ore_web::list::{Listing, UserList};

use super::list_page::ListPage;
use crate::admin::{Admin, Query, badge, table};
use crate::texts::Text;
use crate::timestamp::time;

const PATH: &str = "/admin/users";

const COLUMNS: [Text; 5] = [Text::Email, Text::State, Text::Roles, Text::MemberSince, Text::LastLogIn];

pub(super) async fn page(admin: Admin<UsersRead>) -> Result<HttpResponse, ApiError> {
    let query = Query::of(&admin.request);
    let page = ListPage { session: &admin, path: PATH, title: Text::AdminUsers, query: &query };
    let filters = filters(&page, &admin.services.roles.list().await?);
    let (asked, selection) = match Listing::<UserList>::of_query(&query.for_list(), &admin.state) {
        Ok(listing) => listing.split(),
        Err(error) => return Ok(page.refuse(&error, &filters)),
    };
    let found = admin.services.administration.list(asked).await?;
    let next = selection.next_cursor(&admin.state, &found)?;
    let rows = rows(&admin, found);
    let items = table(&admin, Text::AdminUsers, &COLUMNS, &rows);
    let below = html! {
        @if admin.permissions().contains(Permission::UsersWrite) {
            p { a href="/admin/users/new" { (admin.text(Text::NewUser)) } }
        }
    };
    Ok(page.show(&filters, &items, next.as_deref(), &below))
}

/// Another program wrote what no user can have; nobody else is harmed.
fn rows(admin: &Admin<UsersRead>, found: Page<ListedUser>) -> Vec<Vec<Markup>> {
    let readable = |user: ListedUser| {
        user.inspect_err(|error| tracing::warn!(exception = %error, "A user was left out of a list")).ok()
    };
    found.items.into_iter().filter_map(readable).map(|user| row(admin, &user)).collect()
}

fn row(admin: &Admin<UsersRead>, user: &User) -> Vec<Markup> {
    vec![
        html! {
            a href={ (PATH) "/" (user.id) } { (user.email.as_str()) }
            @if let Some(name) = &user.profile.display_name { br; (name) }
        },
        state(admin, user),
        html! { (user.roles.names().iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")) },
        time(user.created_at, admin.locale),
        html! { @if let Some(at) = user.last_login_at { (time(at, admin.locale)) } },
    ]
}

fn state(admin: &Admin<UsersRead>, user: &User) -> Markup {
    html! {
        (badge(admin, if user.is_active { Text::Active } else { Text::Inactive }))
        (badge(admin, if user.email_verified { Text::Verified } else { Text::Unverified }))
        @if user.factors.has_second_factor() { (badge(admin, Text::HasSecondFactor)) }
    }
}

fn filters(page: &ListPage<'_>, roles: &[Role]) -> Markup {
    let text = |text| page.session.text(text);
    let names: Vec<_> = roles.iter().filter(|role| !role.name.is_user()).map(|role| role.name.to_string()).collect();
    let of_roles: Vec<_> =
        [("", text(Text::Any))].into_iter().chain(names.iter().map(|name| (name.as_str(), name.as_str()))).collect();
    page.filters(&html! {
        (page.field("q", Text::SearchUsers, "search"))
        (page.choice("is_active", Text::State, &[("", text(Text::Any)), ("true", text(Text::Active)), ("false", text(Text::Inactive))]))
        (page.choice("email_verified", Text::Email,
            &[("", text(Text::Any)), ("true", text(Text::Verified)), ("false", text(Text::Unverified))]))
        (page.choice("role", Text::Role, &of_roles))
        (page.field("created_after", Text::CreatedAfter, "date"))
        (page.field("created_before", Text::CreatedBefore, "date"))
        (page.choice("sort", Text::Sort, &[
            ("", text(Text::SortNewest)),
            ("created_at", text(Text::SortOldest)),
            ("email", text(Text::SortEmail)),
            ("-last_login_at", text(Text::SortLastLogIn)),
            ("id", text(Text::SortId)),
        ]))
    })
}
