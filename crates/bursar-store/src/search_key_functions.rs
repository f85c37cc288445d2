//! The SQL functions `search_key(text)` and `has_key(text, key)`, with which statements and migrations compare texts.

use bursar_domain::unicode;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};
use std::str;

/// Defines both functions on the connection. `search_key(NULL)` is NULL, and `has_key` is false for NULL.
pub(super) fn define(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("search_key", 1, flags, |context| {
        Ok(text_of(context, 0).map(|text| unicode::search_key(text).into_owned()))
    })?;
    connection.create_scalar_function("has_key", 2, flags, |context| {
        let (text, key) = (text_of(context, 0), text_of(context, 1));
        Ok(text
            .zip(key)
            .is_some_and(|(text, key)| unicode::has_key(text, key)))
    })
}

fn text_of<'a>(context: &'a Context<'_>, index: usize) -> Option<&'a str> {
    match context.get_raw(index) {
        ValueRef::Text(bytes) => str::from_utf8(bytes).ok(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}
