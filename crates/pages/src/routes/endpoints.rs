use ore_web::endpoint::Endpoint;

use super::{
    activity, admin, api_keys, asset, delete, email, export, factors, first_admin, forgot, log_in, log_out, overview,
    passkey_proof, password, profile, reauthenticate, register, resend, reset, root, second_factor, sessions, verify,
};

/// Every page, for an application that has a [`Site`](crate::Site).
pub fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = vec![
        Endpoint::at("/").get(root::page),
        Endpoint::at("/account/first-admin").get(first_admin::page).post(first_admin::submit),
        Endpoint::at("/assets/{name}").get(asset::file),
        Endpoint::at("/account").get(overview::page),
        Endpoint::at("/account/login").get(log_in::page).post(log_in::submit),
        Endpoint::at("/account/second-factor").post(second_factor::submit),
        Endpoint::at("/account/logout").post(log_out::submit).open_for_enrolment(),
        Endpoint::at("/account/register").get(register::page).post(register::submit),
        Endpoint::at("/account/check-mail").get(register::check_mail),
        Endpoint::at("/account/verify").get(verify::page).post(verify::submit),
        Endpoint::at("/account/resend").get(resend::page).post(resend::submit),
        Endpoint::at("/account/forgot").get(forgot::page).post(forgot::submit),
        Endpoint::at("/account/reset").get(reset::page).post(reset::submit),
        Endpoint::at("/account/invite").get(reset::invitation_page).post(reset::submit_invitation),
        Endpoint::at("/account/password").get(password::page).post(password::submit),
        Endpoint::at("/account/profile").get(profile::page).post(profile::submit),
        Endpoint::at("/account/sessions").get(sessions::page),
        Endpoint::at("/account/sessions/end").post(sessions::end),
        Endpoint::at("/account/sessions/end-all").post(sessions::end_all),
        Endpoint::at("/account/email").get(email::page).post(email::submit),
        Endpoint::at("/account/api-keys").get(api_keys::page).post(api_keys::create),
        Endpoint::at("/account/api-keys/delete").post(api_keys::delete),
        Endpoint::at("/account/activity").get(activity::page),
        Endpoint::at("/account/export").get(export::page).post(export::submit),
        Endpoint::at("/account/delete").get(delete::page).post(delete::submit),
        Endpoint::at("/account/reauthenticate")
            .get(reauthenticate::page)
            .post(reauthenticate::submit)
            .open_for_enrolment(),
    ];
    endpoints.extend(factor_endpoints());
    endpoints.extend(admin::endpoints());
    endpoints
}

/// The pages for second factors.
fn factor_endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::at("/account/passkey-options").post(passkey_proof::options).open_for_enrolment(),
        Endpoint::at("/account/login/passkey").post(log_in::submit_passkey),
        Endpoint::at("/account/second-factor/passkey").post(second_factor::submit_passkey),
        Endpoint::at("/account/reauthenticate/passkey").post(reauthenticate::submit_passkey).open_for_enrolment(),
        Endpoint::at("/account/second-factors").get(factors::page).open_for_enrolment(),
        Endpoint::at("/account/second-factors/totp").post(factors::totp::offer).open_for_enrolment(),
        Endpoint::at("/account/second-factors/totp/confirm").post(factors::totp::confirm).open_for_enrolment(),
        Endpoint::at("/account/second-factors/totp/remove").post(factors::totp::remove),
        Endpoint::at("/account/second-factors/recovery-codes").post(factors::make_codes),
        Endpoint::at("/account/second-factors/passkeys").post(factors::passkeys::register).open_for_enrolment(),
        Endpoint::at("/account/second-factors/passkeys/options").post(factors::passkeys::options).open_for_enrolment(),
        Endpoint::at("/account/second-factors/passkeys/{id}")
            .get(factors::passkey::page)
            .post(factors::passkey::rename),
        Endpoint::at("/account/second-factors/passkeys/{id}/delete").post(factors::passkey::delete),
    ]
}
