//! Templates in a directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::template_names::{LAYOUT, LOCALES, page_name, text_name};
use crate::{MailTemplate, TemplateError};

/// The files of the directory that are templates, by name. Other files than `.txt` and `.html` may lie beside them.
///
/// # Errors
/// When the directory or a file cannot be read, or a `.txt` or `.html` file has a name that no template has.
pub(crate) fn read(directory: &Path) -> Result<BTreeMap<String, String>, TemplateError> {
    let unreadable = |error: std::io::Error| TemplateError::new(directory.display().to_string(), error.to_string());
    let mut templates = BTreeMap::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if !path.extension().is_some_and(|extension| extension == "txt" || extension == "html") {
            continue;
        }
        let file = path.display().to_string();
        if !is_template(name) {
            let fault = "is no template: they are named <template>.<locale>.txt or .html, such as verify_email.en.txt, \
                         and layout.html";
            return Err(TemplateError::new(file, fault));
        }
        let text = fs::read_to_string(&path).map_err(|error| TemplateError::new(file, error.to_string()))?;
        // Editors on Windows end lines with CRLF and begin files with a byte order mark.
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text).replace("\r\n", "\n");
        templates.insert(name.to_owned(), text);
    }
    Ok(templates)
}

fn is_template(name: &str) -> bool {
    let of = |template: MailTemplate| {
        LOCALES
            .iter()
            .any(|locale| [text_name(template, *locale), page_name(template, *locale)].contains(&name.to_owned()))
    };
    name == LAYOUT || MailTemplate::ALL.iter().any(|template| of(*template))
}
