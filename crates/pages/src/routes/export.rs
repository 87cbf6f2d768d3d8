use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use maud::html;
use ore_errors::ApiError;
use ore_web::export::export_of;

use crate::components::back;
use crate::session_proof::FreshSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

pub(super) async fn page(page: FreshSession) -> HttpResponse {
    let content = html! {
        p { (page.text(Text::ExportIntro)) }
        (page.blank().form("/account/export", Text::Download, &html! {}))
        (back(&page))
    };
    page.render(Text::ExportTitle, &content)
}

pub(super) async fn submit(SubmittedForm(page, _): SubmittedForm<FreshSession>) -> Result<HttpResponse, ApiError> {
    let current = &page.current;
    let export = export_of(&page.services, &current.user, current.id, &current.act(page.origin())).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_DISPOSITION, "attachment; filename=\"account.json\""));
    Ok(response.json(export))
}
