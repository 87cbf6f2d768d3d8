//! Names that mean something already.

/// The keywords of Rust 2024, strict and reserved (The Rust Reference, "Keywords").
const RUST_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Types and crates that the generated code names, without the underscores of their `snake_case`.
const RUST_NAMES: &str = "\
    alloc arc backend btreemap chrono core data diesel err json naivedatetime none ok openapi option result \
    reverse serde serialize some std string timedelta toschema utoipa uuid value vec";

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

/// Names in the templates beside those of the resource.
pub(super) const IN_TEMPLATES: &[&str] = &[
    "ada",
    "content",
    "created_at",
    "example",
    "fields",
    "first",
    "grace",
    "id",
    "owner",
    "r",
    "repositories",
    "row",
    "second",
    "use_cases",
    "user_id",
    "world",
];

pub(super) fn is_rust_keyword(name: &str) -> bool {
    RUST_KEYWORDS.contains(&name)
}

pub(super) fn is_rust_name(name: &str) -> bool {
    RUST_NAMES.split(' ').any(|word| word == name.replace('_', ""))
}

pub(super) fn is_sql_word(name: &str) -> bool {
    SQL_WORDS.split(' ').any(|word| word == name)
}
