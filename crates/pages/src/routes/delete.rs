use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::{ApiError, Problem};
use ore_extract::PageForm;

use super::log_out::leave;
use crate::completed_action::CompletedAction;
use crate::components::back;
use crate::form::FormView;
use crate::session_proof::FreshSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

pub(super) async fn page(page: FreshSession) -> HttpResponse {
    page.render(Text::DeleteTitle, &content(&page.blank()))
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<FreshSession>) -> Result<HttpResponse, ApiError> {
    match delete(&page, &form).await {
        Ok(()) => Ok(leave(CompletedAction::Deleted)),
        Err(error) => page.refused(error, Text::DeleteTitle, &form, content),
    }
}

async fn delete(page: &FreshSession, form: &PageForm) -> Result<(), ApiError> {
    form.get("confirmed").ok_or(Problem::ValidationFailed)?;
    let user = page.current.user.id;
    page.services.accounts.delete(user, &page.act()).await?;
    tracing::info!(user_id = user.get(), "A user deleted the account");
    Ok(())
}

fn content(view: &FormView<'_>) -> Markup {
    let fields = view.tick("confirmed", "true", view.text(Text::DeleteConfirm), false);
    html! {
        p { (view.text(Text::DeleteIntro)) }
        (view.form("/account/delete", Text::DeleteAccount, &fields))
        (back(view.page))
    }
}
