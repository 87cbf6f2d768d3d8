use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::{RolesWrite, UsersRead};
use ore_domain::{AuditAction, Permission, Role, RoleName};
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm};
use ore_schemas::{EditRoleRequest, RoleResponse};
use ore_services::RoleChange;
use ore_web::etag::etag_of;

use super::roles::{PATH, permission_list};
use crate::admin::{Admin, RejectedForm, expected_by, permission_boxes, tag_field};
use crate::completed_action::CompletedAction;
use crate::components::{link, notice};
use crate::form::{FormView, Kind};
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

/// Which form of the page was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RoleForm {
    Edit,
    Deletion,
}

const FIELDS: [(&str, FormField); 2] = [("description", FormField::OptionalText), ("permissions", FormField::Texts)];

pub(super) async fn page(admin: Admin<UsersRead>) -> Result<HttpResponse, ApiError> {
    let role = admin.services.roles.find(admin.key("name")?).await?;
    Ok(admin.render(Text::Role, &content(&admin, &role, None)))
}

pub(super) async fn edit(
    SubmittedForm(admin, form): SubmittedForm<Admin<RolesWrite>>,
) -> Result<HttpResponse, ApiError> {
    match change(&admin, &form).await {
        Ok(()) => Ok(see_other(&CompletedAction::ProfileSaved.at(&path_of(&admin.key("name")?)))),
        Err(error) => refused(&admin, &form, RoleForm::Edit, error).await,
    }
}

pub(super) async fn delete(
    SubmittedForm(admin, form): SubmittedForm<Admin<RolesWrite>>,
) -> Result<HttpResponse, ApiError> {
    match delete_role(&admin, &form).await {
        Ok(()) => Ok(see_other(&CompletedAction::RoleDeleted.at(PATH))),
        Err(error) => refused(&admin, &form, RoleForm::Deletion, error).await,
    }
}

async fn change(admin: &Admin<RolesWrite>, form: &PageForm) -> Result<(), ApiError> {
    let (name, roles) = (admin.key::<RoleName>("name")?, &admin.services.roles);
    let current = roles.find_to_change(&admin.actor, AuditAction::UpdateRole, name.clone()).await?;
    let expected = expected_by(form, &current, tag_of)?;
    let EditRoleRequest { description, permissions } = form.decode(&FIELDS, &admin.state.body_rules)?;
    roles.update(&admin.actor, name, expected, RoleChange { description, permissions }).await?;
    Ok(())
}

async fn delete_role(admin: &Admin<RolesWrite>, form: &PageForm) -> Result<(), ApiError> {
    let (name, roles) = (admin.key::<RoleName>("name")?, &admin.services.roles);
    let current = roles.find_to_change(&admin.actor, AuditAction::DeleteRole, name.clone()).await?;
    let expected = expected_by(form, &current, tag_of)?;
    form.get("confirmed").ok_or(Problem::ValidationFailed)?;
    Ok(roles.delete(&admin.actor, name, expected).await?)
}

/// If the user may not see roles, the page shows only the reason.
async fn refused(
    admin: &Admin<RolesWrite>,
    form: &PageForm,
    which: RoleForm,
    error: ApiError,
) -> Result<HttpResponse, ApiError> {
    if !admin.permissions().contains(Permission::UsersRead) {
        return Err(error);
    }
    let role = admin.services.roles.find(admin.key("name")?).await?;
    admin.refused(error, Text::Role, form, |view| content(admin, &role, Some(&RejectedForm { form: which, view })))
}

fn content(page: &PageSession, role: &Role, rejected: Option<&RejectedForm<'_, RoleForm>>) -> Markup {
    let blank = page.blank();
    let view = |form| RejectedForm::view_of(rejected, &form, &blank);
    let is_changeable = page.permissions().contains(Permission::RolesWrite) && !role.name.is_built_in();
    html! {
        (notice(page))
        dl {
            dt { (page.text(Text::RoleName)) }
            dd { (role.name) }
            dt { (page.text(Text::KeyPermissions)) }
            dd { (permission_list(role.permissions)) }
        }
        @if is_changeable {
            (edit_form(view(RoleForm::Edit), role))
            h2 { (page.text(Text::DeleteRole)) }
            (deletion(view(RoleForm::Deletion), role))
        } @else {
            // One that cannot be changed is told to be so.
            (rejected.map_or(&blank, |rejected| rejected.view).error_notice())
        }
        (link(page, PATH, Text::AdminRoles))
    }
}

fn edit_form(view: &FormView<'_>, role: &Role) -> Markup {
    let fields = html! {
        (tag_field(&tag_of(role)))
        (view.optional("description", Text::Description, Kind::Line, role.description.as_deref()))
        (permission_boxes(view, role.permissions))
    };
    view.form(&path_of(&role.name), Text::Save, &fields)
}

fn deletion(view: &FormView<'_>, role: &Role) -> Markup {
    let fields = html! {
        (tag_field(&tag_of(role)))
        (view.tick("confirmed", "true", view.text(Text::DeleteRoleConfirm), false))
    };
    view.form(&format!("{}/delete", path_of(&role.name)), Text::DeleteRole, &fields)
}

fn path_of(name: &RoleName) -> String {
    format!("{PATH}/{name}")
}

/// The entity tag that the API gives it.
fn tag_of(role: &Role) -> String {
    etag_of(&RoleResponse::from(role))
}
