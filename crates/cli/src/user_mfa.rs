//! `workflow-server user mfa`: the second factors of accounts.

use ore_schemas::SecondFactorExport;
use ore_services::{Actor, FactorsOfUser};
use ore_settings::Settings;

use crate::console::print;
use crate::json_array::print_array;
use crate::operator_call::{OperatorCall, explain};
use crate::table::{Table, moment};
use crate::user_arguments::{MfaAction, ShowArguments, UserArgument};
use crate::user_selection::{has_no_account, select};
use crate::{Failure, advice};

/// Shows or resets the second factors of an account.
pub(crate) async fn run(settings: &Settings, action: MfaAction) -> Result<(), Failure> {
    match action {
        MfaAction::Show(ShowArguments { user, json }) => show(settings, &user.user, json).await,
        MfaAction::Reset(UserArgument { user }) => reset(settings, &user).await,
    }
}

async fn show(settings: &Settings, user: &str, json: bool) -> Result<(), Failure> {
    let operation = OperatorCall::to_read(settings)?;
    let found = operation.services.administration.find(select(user)?).await;
    let found = found.map_err(|error| explain(error, &has_no_account(user)))?;
    let factors = operation.services.second_factors.of_user(found.id).await;
    let FactorsOfUser { totp_since, recovery_codes } = factors.map_err(|error| advice::explain_store(&error))?;
    let has_passkey = found.factors.passkey;
    if json {
        return print_array([SecondFactorExport { totp_since, has_passkey, recovery_codes }]);
    }
    let rows = [
        ["authenticator app since", &moment(totp_since)],
        ["has passkey", if has_passkey { "yes" } else { "no" }],
        ["recovery codes left", &recovery_codes.to_string()],
    ];
    Table::without_headings().print(rows.map(|row| row.map(str::to_owned)))
}

async fn reset(settings: &Settings, user: &str) -> Result<(), Failure> {
    let (operation, locale) = (OperatorCall::to_change(settings)?, settings.default_locale);
    let administration = &operation.services.administration;
    let reset = administration.reset_second_factors(&Actor::operator(), select(user)?, locale).await;
    reset.map_err(|error| explain(error, &has_no_account(user)))?;
    print(&format!("reset the second factors of {user}\n"))
}
