//! What is to be generated.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use super::field::{Field, Kind, MAX_LENGTH_OF_ALL};
use super::names::Names;

/// A kind of thing that users keep for themselves, and the fields that they decide.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) names: Names,
    pub(super) fields: Vec<Field>,
}

impl Endpoint {
    /// # Errors
    /// When a name or a field cannot be had, two fields have one name, or the fields do not fit into a body.
    pub(super) fn new(name: &str, plural: Option<&str>, fields: &[String]) -> Result<Self> {
        let names = Names::new(name, plural)?;
        let fields = fields.iter().map(|field| Field::parse(field)).collect::<Result<Vec<_>>>()?;
        ensure!(!fields.is_empty(), "{name} has no field: say --field");
        let mut seen = BTreeSet::from([names.singular.as_str(), names.plural.as_str()]);
        for field in &fields {
            ensure!(seen.insert(&field.name), "the name `{}` is there twice", field.name);
        }
        let length: usize = fields.iter().map(|field| field.max_length).sum();
        ensure!(length <= MAX_LENGTH_OF_ALL, "{length} characters in all strings do not fit into a body of 64 KiB");
        Ok(Self { names, fields })
    }

    /// Whether a field has this kind of value.
    pub(super) fn has(&self, kind: Kind) -> bool {
        self.fields.iter().any(|field| field.kind == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(fields: &[&str]) -> String {
        let fields: Vec<_> = fields.iter().map(|&field| field.to_owned()).collect();
        Endpoint::new("note", None, &fields).unwrap_err().to_string()
    }

    #[test]
    fn a_name_is_there_once() {
        assert_eq!(refusal(&["title:string", "title:bool"]), "the name `title` is there twice");
        assert_eq!(refusal(&["note:string"]), "the name `note` is there twice");
    }

    #[test]
    fn what_cannot_be_sent_is_no_endpoint() {
        assert_eq!(refusal(&[]), "note has no field: say --field");
        let fault = refusal(&["first_half:string:8000", "second_half:string:8000"]);
        assert_eq!(fault, "16000 characters in all strings do not fit into a body of 64 KiB");
    }
}
