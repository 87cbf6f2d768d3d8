//! The documentation pages and the pages for people in Chromium.

use anyhow::Result;

use super::node_tests;
use super::service::Service;
use crate::setup::{CHINESE_FONT, CHROMIUM, NodeTools};
use crate::{files, workspace};

/// Looks after the service on its pages.
const ADMINISTRATOR: &str = "administrator@example.org";

/// Opens the pages, uses them as a developer does, and returns how many of the tests passed. The pictures of them go
/// to `docs/images`, or to `target/contract` when nobody asked for them.
pub(super) fn run(service: &Service, keep_pictures: bool) -> Result<String> {
    let tools = NodeTools::prepare()?;
    let chromium = CHROMIUM.prepare()?;
    let mut pictures = service.workplace.clone();
    if keep_pictures {
        pictures = workspace::root().join("docs/images");
        CHINESE_FONT.prepare()?;
    }
    files::make_directory(&pictures)?;
    service.register(ADMINISTRATOR)?;
    service.operate(&["user", "grant", ADMINISTRATOR, "admin"])?;
    let variables = [
        ("ORE_CONTRACT_URL", service.url().into()),
        ("ORE_CONTRACT_DOCUMENT", service.document.clone().into()),
        ("ORE_CONTRACT_CHROMIUM", chromium.into()),
        ("ORE_CONTRACT_ADMINISTRATOR", ADMINISTRATOR.into()),
        ("ORE_CONTRACT_MAILS", service.mails().into()),
        ("ORE_CONTRACT_PICTURES", pictures.into()),
    ];
    let documentation = node_tests(&tools, "browser.mjs", &variables)?;
    let pages = node_tests(&tools, "pages.mjs", &variables)?;
    Ok(format!("{documentation} of the documentation, {pages} of the pages"))
}
