use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use maud::html;
use ore_errors::ApiError;
use ore_web::export::export_of;
use ore_web::long_json::json_of;

use crate::components::back;
use crate::session_proof::FreshSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FILE: HeaderValue = HeaderValue::from_static("attachment; filename=\"account.json\"");

pub(super) async fn page(page: FreshSession) -> HttpResponse {
    let content = html! {
        p { (page.text(Text::ExportIntro)) }
        (page.blank().form("/account/export", Text::Download, &html! {}))
        (back(&page))
    };
    page.render(Text::ExportTitle, &content)
}

pub(super) async fn submit(SubmittedForm(page, _): SubmittedForm<FreshSession>) -> Result<HttpResponse, ApiError> {
    let (current, services) = (&page.current, &page.services);
    let act = current.act(page.origin());
    let mut response = export_of(services, &current.user, current.id, &act, |export| json_of(&export)).await?;
    response.headers_mut().insert(CONTENT_DISPOSITION, FILE);
    Ok(response)
}
