//! What an endpoint is called in each place. A name that Rust or the generated code has already shows when that is formatted
//! or compiled, right after it is written; one that SQL has would show in tests alone.

use anyhow::{Result, ensure};

use crate::matching;

/// Words that `PostgreSQL` 17 (appendix C, "reserved") or `SQLite` ("SQLite Keywords") does not take as the name of a
/// table or column without quotes, and those of the query builder's own.
const SQL_WORDS: &str = "\
    abort action add after all all_columns alter always analyse analyze and any array as asc asymmetric \
    attach authorization autoincrement before begin between binary both by cascade case cast check collate \
    collation column columns commit concurrently conflict constraint create cross current current_catalog \
    current_date current_role current_schema current_time current_timestamp current_user database default \
    deferrable deferred delete desc detach distinct do drop dsl each else end escape except exclude \
    exclusive exists explain fail false fetch filter first following for foreign freeze from full generated \
    glob grant group groups having if ignore ilike immediate in index indexed initially inner insert instead \
    intersect into is isnull join key last lateral leading left like limit localtime localtimestamp match \
    materialized natural no not nothing notnull null nulls of offset on only or order others outer over \
    overlaps partition placing plan pragma preceding primary query raise range recursive references regexp \
    reindex release rename replace restrict returning right rollback row rowid rows savepoint select \
    session_user set similar some star symmetric system_user table tablesample temp temporary then ties to \
    trailing transaction trigger true unbounded union unique update user using vacuum values variadic \
    verbose view virtual when where window with without";

/// `PostgreSQL` cuts names after 63 bytes, and those of indexes have some words more.
const MAX_LENGTH: usize = 32;

/// The name of one thing and of several, in the notations that places want.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    /// `project_note`
    pub(super) singular: String,
    /// `project_notes`: the table and the modules.
    pub(super) plural: String,
    /// `ProjectNote`
    pub(super) singular_type: String,
    /// `ProjectNotes`
    pub(super) plural_type: String,
    /// `project-notes`, as in the path of the routes.
    pub(super) path: String,
}

impl Names {
    /// # Errors
    /// When a name is not in `snake_case`, or means something already to SQL.
    pub(super) fn new(singular: &str, plural: Option<&str>) -> Result<Self> {
        let plural = plural.map_or_else(|| format!("{singular}s"), str::to_owned);
        for name in [singular, &plural] {
            check_form(name)?;
        }
        ensure!(!is_sql_word(&plural), "`{plural}` is a word of SQL, and cannot be the name of a table");
        ensure!(singular != plural, "one and several need different names: say --plural");
        Ok(Self {
            singular_type: type_name(singular),
            plural_type: type_name(&plural),
            path: plural.replace('_', "-"),
            singular: singular.to_owned(),
            plural,
        })
    }

    /// `project note`
    pub(super) fn singular_words(&self) -> String {
        self.singular.replace('_', " ")
    }

    /// `project notes`
    pub(super) fn plural_words(&self) -> String {
        self.plural.replace('_', " ")
    }

    /// `a project note`
    pub(super) fn with_article(&self) -> String {
        let article = if self.singular.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {}", self.singular_words())
    }
}

/// # Errors
/// When the name is not lower-case words of letters and digits with single `_` between them, or too long.
pub(super) fn check_form(name: &str) -> Result<()> {
    ensure!(name.len() <= MAX_LENGTH, "`{name}` has more than {MAX_LENGTH} letters");
    let is_snake_case = matching::find("^([a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)*)$", name).is_some();
    ensure!(is_snake_case, "`{name}` is not in snake_case, such as project_note");
    Ok(())
}

fn type_name(name: &str) -> String {
    name.split('_').map(capitalized).collect()
}

/// With a capital letter at the beginning.
pub(super) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + characters.as_str())
}

/// Whether it cannot be the name of a table or a column.
pub(super) fn is_sql_word(name: &str) -> bool {
    SQL_WORDS.split(' ').any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_notation() {
        let names = Names::new("project_note", None).unwrap();
        assert_eq!(names.plural, "project_notes");
        assert_eq!((names.singular_type.as_str(), names.plural_type.as_str()), ("ProjectNote", "ProjectNotes"));
        assert_eq!((names.path.as_str(), names.with_article().as_str()), ("project-notes", "a project note"));
        assert_eq!(Names::new("person", Some("people")).unwrap().plural_type, "People");
    }

    #[test]
    fn a_name_that_cannot_be_had_is_refused() {
        for name in ["", "Note", "note-book", "note__book", "_note", "note_", "7note", "note/../x", "nöte"] {
            assert!(Names::new(name, None).is_err(), "{name}");
        }
        for (one, several) in [("note", "select"), ("sheep", "sheep"), (&*"x".repeat(33), "y")] {
            assert!(Names::new(one, Some(several)).is_err(), "{one}");
        }
    }
}
