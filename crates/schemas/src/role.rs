use std::borrow::Cow;

use ore_domain::{Edit, Permission, PermissionSet, Role, RoleName, Timestamp};
use serde::Serialize;

use crate::body::line;
use crate::{BodyRules, Fields, RequestBody, Violation, timestamp};

/// How many code points a description has at most.
const MAX_DESCRIPTION_LENGTH: usize = 200;

/// A role.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "client", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct RoleResponse {
    /// The name, which is its key.
    #[cfg_attr(feature = "openapi", schema(example = "support"))]
    pub name: String,
    /// What it is for.
    #[cfg_attr(feature = "openapi", schema(example = "Answers the users"))]
    pub description: Option<String>,
    /// What its holders may do.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["users.read"])))]
    pub permissions: Vec<Cow<'static, str>>,
    /// Whether it is always there and always the same.
    pub is_built_in: bool,
    /// When it was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it was last changed, or made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
}

impl From<&Role> for RoleResponse {
    fn from(role: &Role) -> Self {
        Self {
            name: role.name.to_string(),
            description: role.description.clone(),
            permissions: role.permissions.iter().map(|permission| permission.name().into()).collect(),
            is_built_in: role.name.is_built_in(),
            created_at: role.created_at,
            updated_at: role.updated_at,
        }
    }
}

/// Request body of a new role.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateRoleRequest {
    /// A small letter, then at most 63 small letters, digits, `_`, `.` and `-`.
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 64, pattern = "^[a-z][a-z0-9_.-]*$", example = "support"))]
    pub name: RoleName,
    /// What it is for.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 200, example = "Answers the users"))]
    pub description: Option<String>,
    /// What its holders may do.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["users.read"])))]
    pub permissions: PermissionSet,
}

impl CreateRoleRequest {
    /// A description that a role may have: one line of at most 200 code points.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_description(text: &str) -> Result<String, Violation> {
        line(text.to_owned(), MAX_DESCRIPTION_LENGTH)
    }
}

impl RequestBody for CreateRoleRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let name = fields.text_as("name", |text| text.parse().map_err(|_| Violation::RoleNameInvalid));
        let description = fields.optional("description", |fields, name| fields.line(name, MAX_DESCRIPTION_LENGTH));
        let permissions = permissions(fields);
        Some(Self { name: name?, description: description?, permissions: permissions? })
    }
}

/// Request body of a change of a role. What is left out stays.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditRoleRequest {
    /// What it is for; `null` clears.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 200, example = "Answers the users"))]
    pub description: Edit<String>,
    /// What its holders may do, all of it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>, example = json!(["users.read"])))]
    pub permissions: Option<PermissionSet>,
}

impl RequestBody for EditRoleRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let description = fields.edit("description", |fields, name| fields.line(name, MAX_DESCRIPTION_LENGTH));
        let permissions = fields.optional("permissions", |fields, _| permissions(fields));
        Some(Self { description: description?, permissions: permissions? })
    }
}

pub(crate) fn permissions(fields: &mut Fields) -> Option<PermissionSet> {
    let names = fields.list_of("permissions", |text| text.parse().map_err(|_| Violation::UnknownPermission));
    names.map(|names: Vec<Permission>| names.into_iter().collect())
}
