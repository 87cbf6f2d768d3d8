use ore_domain::{Permission, PermissionSet};

use crate::texts::Text;

/// A subject of administration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section {
    /// Its page; others of it lie below.
    pub(crate) path: &'static str,
    pub(crate) title: Text,
    /// The permissions that its page needs.
    needs: PermissionSet,
}

/// The page from which they are found.
const OVERVIEW: &str = "/admin";

fn sections() -> Vec<Section> {
    let section = |path, title, needs: Permission| Section { path, title, needs: [needs].into_iter().collect() };
    vec![
        section("/admin/users", Text::AdminUsers, Permission::UsersRead),
        section("/admin/roles", Text::AdminRoles, Permission::UsersRead),
        section("/admin/service-accounts", Text::AdminServiceAccounts, Permission::KeysRead),
        section("/admin/audit", Text::AdminAudit, Permission::AuditRead),
        section("/admin/mail", Text::AdminMail, Permission::MailRead),
        Section { path: "/admin/system", title: Text::AdminSystem, needs: PermissionSet::ALL },
        Section { path: "/admin/keys", title: Text::AdminKeys, needs: PermissionSet::ALL },
    ]
}

/// The sections that a user with these permissions may see.
pub(crate) fn sections_for(may: PermissionSet) -> Vec<Section> {
    sections().into_iter().filter(|section| may.missing_of(section.needs).is_none()).collect()
}

/// The path of the section that a page belongs to, if it is one of administration.
pub(crate) fn section_of(path: &str) -> Option<&'static str> {
    let is_at_or_below =
        |place: &str| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let found = sections().into_iter().map(|section| section.path).find(|place| is_at_or_below(place));
    found.or_else(|| is_at_or_below(OVERVIEW).then_some(OVERVIEW))
}
