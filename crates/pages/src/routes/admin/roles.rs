use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::{RolesWrite, UsersRead};
use ore_domain::{Permission, PermissionSet, Role};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::CreateRoleRequest;
use ore_services::NewRole;

use crate::admin::{Admin, badge, idempotency_key_field, permission_boxes, table};
use crate::completed_action::CompletedAction;
use crate::components::notice;
use crate::form::{FormView, Kind};
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

pub(super) const PATH: &str = "/admin/roles";

const COLUMNS: [Text; 3] = [Text::Role, Text::Description, Text::KeyPermissions];

const FIELDS: [(&str, FormField); 3] =
    [("name", FormField::Text), ("description", FormField::OptionalText), ("permissions", FormField::Texts)];

pub(super) async fn page(admin: Admin<UsersRead>) -> Result<HttpResponse, ApiError> {
    let roles = admin.services.roles.list().await?;
    Ok(admin.render(Text::AdminRoles, &content(&admin.blank(), &admin, &roles)))
}

pub(super) async fn create(
    SubmittedForm(admin, form): SubmittedForm<Admin<RolesWrite>>,
) -> Result<HttpResponse, ApiError> {
    match admin.answer_idempotently(&form, || make(&admin, &form)).await {
        Ok(answer) => Ok(answer),
        Err(error) if !admin.permissions().contains(Permission::UsersRead) => Err(error),
        Err(error) => {
            let roles = admin.services.roles.list().await?;
            admin.refused(error, Text::AdminRoles, &form, |view| content(view, &admin, &roles))
        }
    }
}

async fn make(admin: &Admin<RolesWrite>, form: &PageForm) -> Result<HttpResponse, ApiError> {
    let CreateRoleRequest { name, description, permissions } = form.decode(&FIELDS, &admin.state.body_rules)?;
    admin.services.roles.create(&admin.actor, NewRole { name, description, permissions }).await?;
    Ok(see_other(&CompletedAction::ProfileSaved.at(PATH)))
}

fn content(view: &FormView<'_>, page: &PageSession, roles: &[Role]) -> Markup {
    let rows: Vec<_> = roles.iter().map(|role| row(page, role)).collect();
    html! {
        (notice(page))
        (table(page, Text::AdminRoles, &COLUMNS, &rows))
        @if page.permissions().contains(Permission::RolesWrite) {
            h2 { (view.text(Text::NewRole)) }
            (form(view))
        }
    }
}

fn form(view: &FormView<'_>) -> Markup {
    let fields = html! {
        (idempotency_key_field())
        (view.field("name", Text::RoleName, Kind::Line))
        (view.optional("description", Text::Description, Kind::Line, None))
        (permission_boxes(view, PermissionSet::NONE))
    };
    view.form(PATH, Text::CreateRole, &fields)
}

fn row(page: &PageSession, role: &Role) -> Vec<Markup> {
    let description = role.description.as_deref().unwrap_or_default();
    vec![
        html! {
            a href={ (PATH) "/" (role.name) } { (role.name) }
            @if role.name.is_built_in() { " " (badge(page, Text::BuiltIn)) }
        },
        html! { (description) },
        html! { (permission_list(role.permissions)) },
    ]
}

/// The names of permissions, as people list them.
pub(super) fn permission_list(permissions: PermissionSet) -> String {
    permissions.iter().map(Permission::name).collect::<Vec<_>>().join(", ")
}
