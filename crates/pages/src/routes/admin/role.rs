use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_domain::permissions::{RolesWrite, UsersRead};
use ore_domain::{AuditAction, Permission, Role, RoleName};
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm};
use ore_schemas::{EditRoleRequest, RoleResponse};
use ore_services::RoleChange;
use ore_web::etag::etag_of;

use super::roles::{PATH, permissions_told};
use crate::admin::{Admin, Failed, expected_by, permission_boxes, tag_field};
use crate::components::{link, notice};
use crate::done::Done;
use crate::form::{FormView, Kind};
use crate::member::Member;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::see_other;

/// Which form of the page was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RoleForm {
    Edit,
    Deletion,
}

const FIELDS: [(&str, FormField); 2] = [("description", FormField::OptionalText), ("permissions", FormField::Texts)];

pub(super) async fn page(admin: Admin<UsersRead>) -> Result<HttpResponse, ApiError> {
    let role = admin.services.roles.find(admin.key("name")?).await?;
    Ok(admin.page(Text::Role, &content(&admin, &role, None)))
}

pub(super) async fn edit(Submitted(admin, form): Submitted<Admin<RolesWrite>>) -> Result<HttpResponse, ApiError> {
    match change(&admin, &form).await {
        Ok(()) => Ok(see_other(&Done::ProfileSaved.at(&path_of(&admin.key("name")?)))),
        Err(error) => refused(&admin, &form, RoleForm::Edit, error).await,
    }
}

pub(super) async fn delete(Submitted(admin, form): Submitted<Admin<RolesWrite>>) -> Result<HttpResponse, ApiError> {
    match delete_role(&admin, &form).await {
        Ok(()) => Ok(see_other(&Done::RoleDeleted.at(PATH))),
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
    if !admin.may().contains(Permission::UsersRead) {
        return Err(error);
    }
    let role = admin.services.roles.find(admin.key("name")?).await?;
    admin.refused(error, Text::Role, form, |view| content(admin, &role, Some(&Failed { form: which, view })))
}

fn content(member: &Member, role: &Role, failed: Option<&Failed<'_, RoleForm>>) -> Markup {
    let blank = member.blank();
    let view = |form| Failed::view_of(failed, &form, &blank);
    let is_changeable = member.may().contains(Permission::RolesWrite) && !role.name.is_built_in();
    html! {
        (notice(member))
        dl {
            dt { (member.text(Text::RoleName)) }
            dd { (role.name) }
            dt { (member.text(Text::KeyPermissions)) }
            dd { (permissions_told(role.permissions)) }
        }
        @if is_changeable {
            (edit_form(view(RoleForm::Edit), role))
            h2 { (member.text(Text::DeleteRole)) }
            (deletion(view(RoleForm::Deletion), role))
        } @else {
            // One that cannot be changed is told to be so.
            (failed.map_or(&blank, |failed| failed.view).fault_notice())
        }
        (link(member, PATH, Text::AdminRoles))
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

/// As a call has it.
fn tag_of(role: &Role) -> String {
    etag_of(&RoleResponse::from(role))
}
