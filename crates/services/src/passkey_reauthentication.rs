use ore_domain::{Amr, Locale, Repositories, User};

use crate::audit::Act;
use crate::own_password::Call;
use crate::{OpenedSession, OwnPasswordError, PasskeyError, PasskeyProof, PasskeyRefusal, Sessions};

impl Sessions {
    /// Takes the user of a session for authenticated now who shows a passkey of theirs.
    pub(crate) async fn reauthenticate_with_passkey(
        &self,
        call: Call,
        proof: &PasskeyProof,
        act: Act,
        locale: Locale,
    ) -> Result<OpenedSession, OwnPasswordError> {
        let user = call.user.id;
        let shown = self.check_passkey(proof, Some(user), locale).await.map_err(of_passkey)?;
        let accept = move |r: &mut dyn Repositories, _: &User| {
            let is_recorded = shown.record(r)?;
            let changed = PasskeyRefusal::ChangedMeanwhile(user);
            if is_recorded { Ok(Amr::PASSKEY) } else { Err(OwnPasswordError::InvalidPasskey(changed)) }
        };
        self.renew(call, act, accept).await
    }
}

fn of_passkey(error: PasskeyError) -> OwnPasswordError {
    match error {
        PasskeyError::Invalid(refusal) => OwnPasswordError::InvalidPasskey(refusal),
        PasskeyError::Store(error) => error.into(),
        _ => OwnPasswordError::NotConfigured,
    }
}
