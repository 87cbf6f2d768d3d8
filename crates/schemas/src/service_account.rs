use ore_domain::{Permission, PermissionSet, ServiceAccount, Timestamp};
use serde::Serialize;

use crate::api_key::MAX_NAME_LENGTH;
use crate::body::name;
use crate::role::permissions;
use crate::{BodyRules, Fields, RequestBody, Violation, timestamp};

/// A service account.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceAccountResponse {
    /// The key of the service account.
    #[cfg_attr(feature = "openapi", schema(example = "b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35"))]
    id: String,
    /// What it is called.
    #[cfg_attr(feature = "openapi", schema(example = "Billing"))]
    name: String,
    /// What it may do.
    #[cfg_attr(feature = "openapi", schema(example = json!(["users.read"])))]
    permissions: Vec<&'static str>,
    /// When it was made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    created_at: Timestamp,
    /// When it was last changed, or made.
    #[serde(serialize_with = "timestamp::serialize")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    updated_at: Timestamp,
}

impl From<&ServiceAccount> for ServiceAccountResponse {
    fn from(account: &ServiceAccount) -> Self {
        Self {
            id: account.id.to_string(),
            name: account.name.clone(),
            permissions: account.permissions.iter().map(Permission::name).collect(),
            created_at: account.created_at,
            updated_at: account.updated_at,
        }
    }
}

/// Request body of a new service account.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateServiceAccountRequest {
    /// What it is called.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "Billing"))]
    pub name: String,
    /// What it may do.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, example = json!(["users.read"])))]
    pub permissions: PermissionSet,
}

impl CreateServiceAccountRequest {
    /// A name that a service account may have: one line of at most 100 code points, not blank.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_name(text: &str) -> Result<String, Violation> {
        name(text.to_owned(), MAX_NAME_LENGTH)
    }
}

impl RequestBody for CreateServiceAccountRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let name = fields.name("name", MAX_NAME_LENGTH);
        let permissions = permissions(fields);
        Some(Self { name: name?, permissions: permissions? })
    }
}

/// Request body of a change of a service account. What is left out stays.
#[derive(Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditServiceAccountRequest {
    /// What it is called.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "Billing"))]
    pub name: Option<String>,
    /// What it may do, all of it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>, example = json!(["users.read"])))]
    pub permissions: Option<PermissionSet>,
}

impl RequestBody for EditServiceAccountRequest {
    fn decode(fields: &mut Fields, _: &BodyRules) -> Option<Self> {
        let name = fields.optional("name", |fields, name| fields.name(name, MAX_NAME_LENGTH));
        let permissions = fields.optional("permissions", |fields, _| permissions(fields));
        Some(Self { name: name?, permissions: permissions? })
    }
}
