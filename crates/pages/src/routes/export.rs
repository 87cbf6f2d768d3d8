use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use maud::html;
use ore_errors::ApiError;
use ore_web::export::export_of;

use crate::components::back;
use crate::fresh::Fresh;
use crate::submitted::Submitted;
use crate::texts::Text;

pub(super) async fn page(member: Fresh) -> HttpResponse {
    let content = html! {
        p { (member.text(Text::ExportIntro)) }
        (member.blank().form("/account/export", Text::Download, &html! {}))
        (back(&member))
    };
    member.page(Text::ExportTitle, &content)
}

pub(super) async fn submit(Submitted(member, _): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    let current = &member.current;
    let export = export_of(&member.services, &current.user, current.id, &current.act(member.origin())).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_DISPOSITION, "attachment; filename=\"account.json\""));
    Ok(response.json(export))
}
