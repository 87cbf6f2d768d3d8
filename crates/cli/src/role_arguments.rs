use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use ore_domain::{Permission, RoleName};
use ore_schemas::CreateRoleRequest;

/// What to do with roles.
#[derive(Debug, Subcommand)]
pub(crate) enum RoleAction {
    /// List the roles
    #[command(after_help = "Example:\n  workflow-server role list --json")]
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Show a role
    #[command(after_help = "Example:\n  workflow-server role show support")]
    Show {
        /// The name of the role
        name: RoleName,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Create a role
    #[command(
        after_help = "Example:\n  workflow-server role create support --permission users.read --permission audit.read --description Support"
    )]
    Create(NewRoleArguments),
    /// Change a role; what is not given stays as it is
    #[command(after_help = "Example:\n  workflow-server role update support --permission users.read")]
    Update(RoleChangeArguments),
    /// Delete a role, which also revokes it from its users
    #[command(after_help = "Example:\n  workflow-server role delete support")]
    Delete {
        /// The name of the role
        name: RoleName,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewRoleArguments {
    /// A small letter, then at most 63 small letters, digits, `_`, `.` and `-`
    pub(crate) name: RoleName,
    /// A permission of the role; repeat it for more
    #[arg(long = "permission", value_name = "PERMISSION", value_parser = permission())]
    pub(crate) permissions: Vec<Permission>,
    /// What the role is for
    #[arg(long, value_parser = description)]
    pub(crate) description: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RoleChangeArguments {
    /// The name of the role
    pub(crate) name: RoleName,
    /// A permission of the role from now on, in place of the present ones; repeat it for more
    #[arg(long = "permission", value_name = "PERMISSION", value_parser = permission())]
    pub(crate) permissions: Vec<Permission>,
    /// Remove all permissions
    #[arg(long, conflicts_with = "permissions")]
    pub(crate) no_permissions: bool,
    /// What the role is for; an empty text for nothing
    #[arg(long, value_parser = description)]
    pub(crate) description: Option<String>,
}

pub(crate) fn permission() -> impl TypedValueParser<Value = Permission> {
    let names = Permission::ALL.iter().map(|permission| permission.name());
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Permission>())
}

/// As the API takes it.
fn description(text: &str) -> Result<String, &'static str> {
    CreateRoleRequest::check_description(text).map_err(|_| "is longer than 200 characters, or not one plain line")
}
