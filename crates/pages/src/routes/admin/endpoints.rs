use ore_web::endpoint::Endpoint;

use super::{
    audit, audit_export, impersonate, keys, mail, new_user, overview, role, roles, service_account,
    service_account_actions, service_account_keys, service_accounts, system, user, user_actions, user_edits, users,
};

/// Every page of administration.
pub(in crate::routes) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/admin").get(overview::page),
        Endpoint::at("/admin/users").get(users::page),
        // Before what has any key in the place of `new`.
        Endpoint::at("/admin/users/new").get(new_user::page).post(new_user::submit),
        Endpoint::at("/admin/users/{id}").get(user::page),
        Endpoint::at("/admin/users/{id}/profile").post(user_edits::profile),
        Endpoint::at("/admin/users/{id}/address").post(user_edits::address),
        Endpoint::at("/admin/users/{id}/roles").post(user_edits::roles),
        Endpoint::at("/admin/users/{id}/state").post(user_edits::state),
        Endpoint::at("/admin/users/{id}/invitation").post(user_actions::invite),
        Endpoint::at("/admin/users/{id}/password-reset").post(user_actions::reset_password),
        Endpoint::at("/admin/users/{id}/unlock").post(user_actions::unlock),
        Endpoint::at("/admin/users/{id}/log-out").post(user_actions::log_out),
        Endpoint::at("/admin/users/{id}/end-session").post(user_actions::end_session),
        Endpoint::at("/admin/users/{id}/delete-key").post(user_actions::delete_key),
        Endpoint::at("/admin/users/{id}/second-factors").post(user_actions::reset_second_factors),
        Endpoint::at("/admin/users/{id}/delete").post(user_actions::delete),
        Endpoint::at("/admin/users/{id}/impersonate").get(impersonate::page).post(impersonate::submit),
        Endpoint::at("/admin/roles").get(roles::page).post(roles::create),
        Endpoint::at("/admin/roles/{name}").get(role::page).post(role::edit),
        Endpoint::at("/admin/roles/{name}/delete").post(role::delete),
        Endpoint::at("/admin/service-accounts").get(service_accounts::page).post(service_accounts::create),
        Endpoint::at("/admin/service-accounts/{id}").get(service_account::page).post(service_account_actions::edit),
        Endpoint::at("/admin/service-accounts/{id}/keys")
            .get(service_account_keys::page)
            .post(service_account_keys::create),
        Endpoint::at("/admin/service-accounts/{id}/delete-key").post(service_account_actions::delete_key),
        Endpoint::at("/admin/service-accounts/{id}/delete").post(service_account_actions::delete),
        Endpoint::at("/admin/audit").get(audit::page),
        Endpoint::at("/admin/audit/export").get(audit_export::file),
        Endpoint::at("/admin/mail").get(mail::page),
        Endpoint::at("/admin/mail/retry").post(mail::retry),
        Endpoint::at("/admin/keys").get(keys::page),
        Endpoint::at("/admin/keys/stage").post(keys::stage),
        Endpoint::at("/admin/keys/activate").post(keys::activate),
        Endpoint::at("/admin/keys/retire").post(keys::retire),
        Endpoint::at("/admin/system").get(system::page),
        Endpoint::at("/account/impersonation/end").post(impersonate::end).open_for_enrolment(),
    ]
}
