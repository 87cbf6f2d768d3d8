use std::future::{Ready, ready};

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::web::Data;
use actix_web::{Handler, HttpResponse};
use ore_web::endpoint::Endpoint;

use super::{File, Site};

/// Where the files of the [`Site`] are, for an application that has it.
pub fn endpoints() -> [Endpoint; 10] {
    [
        Endpoint::at("/openapi.json").get(send(|site| &site.document)),
        Endpoint::at("/docs").get(send(|site| &site.swagger_ui.page)),
        Endpoint::at("/docs/swagger-ui.css").get(send(|site| &site.swagger_ui.style_sheet)),
        Endpoint::at("/docs/swagger-ui-bundle.js").get(send(|site| &site.swagger_ui.script)),
        Endpoint::at("/docs/initialize.js").get(send(|site| &site.swagger_ui.initialize)),
        Endpoint::at("/docs/favicon-32x32.png").get(send(|site| &site.swagger_ui.icon)),
        Endpoint::at("/redoc").get(send(|site| &site.redoc.page)),
        Endpoint::at("/redoc/page.css").get(send(|site| &site.redoc.style_sheet)),
        Endpoint::at("/redoc/redoc.standalone.js").get(send(|site| &site.redoc.script)),
        Endpoint::at("/redoc/initialize.js").get(send(|site| &site.redoc.initialize)),
    ]
}

/// A handler that answers with one file.
fn send(choose: fn(&Site) -> &File) -> impl Handler<(Data<Site>,), Output = HttpResponse> {
    move |site: Data<Site>| -> Ready<HttpResponse> { ready(response(choose(&site))) }
}

fn response(file: &File) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.content_type(file.content_type);
    if let Some(policy) = file.security_policy {
        response.insert_header((CONTENT_SECURITY_POLICY, policy));
    }
    response.body(file.content.clone())
}
