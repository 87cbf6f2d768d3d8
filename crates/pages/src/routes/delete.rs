use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::{ApiError, Problem};
use ore_extract::PageForm;

use super::log_out::leave;
use crate::components::back;
use crate::done::Done;
use crate::form::FormView;
use crate::fresh::Fresh;
use crate::submitted::Submitted;
use crate::texts::Text;

pub(super) async fn page(member: Fresh) -> HttpResponse {
    member.page(Text::DeleteTitle, &content(&member.blank()))
}

pub(super) async fn submit(Submitted(member, form): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    match delete(&member, &form).await {
        Ok(()) => Ok(leave(Done::Deleted)),
        Err(error) => member.refused(error, Text::DeleteTitle, &form, content),
    }
}

async fn delete(member: &Fresh, form: &PageForm) -> Result<(), ApiError> {
    form.get("confirmed").ok_or(Problem::ValidationFailed)?;
    let user = member.current.user.id;
    member.services.accounts.delete(user, &member.act()).await?;
    tracing::info!(user_id = user.get(), "A user deleted the account");
    Ok(())
}

fn content(view: &FormView<'_>) -> Markup {
    let fields = view.tick("confirmed", "true", view.text(Text::DeleteConfirm), false);
    html! {
        p { (view.text(Text::DeleteIntro)) }
        (view.form("/account/delete", Text::DeleteAccount, &fields))
        (back(view.visit))
    }
}
