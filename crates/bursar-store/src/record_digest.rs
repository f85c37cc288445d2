//! The SQL function `digest_of(values…)`: the first 64 bits of SHA-256 over values with their types, by which a record that
//! the disk has changed is told from one that was written.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};
use sha2::{Digest as _, Sha256};

/// Makes `digest_of` known to the connection. Records with digests can be read without it, but neither written nor
/// checked.
pub(super) fn define(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        // Schemas may call it: it does nothing beside.
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("digest_of", -1, flags, |context| Ok(digest(context)))
}

/// Each value goes in with its type and, where it has one, its length, so that no two lists make the same bytes.
fn digest(context: &Context<'_>) -> i64 {
    let mut hasher = Sha256::new();
    for index in 0..context.len() {
        match context.get_raw(index) {
            ValueRef::Null => hasher.update(b"n"),
            ValueRef::Integer(number) => hash_number(&mut hasher, b"i", number.to_be_bytes()),
            ValueRef::Real(number) => hash_number(&mut hasher, b"r", number.to_be_bytes()),
            ValueRef::Text(bytes) => hash_bytes(&mut hasher, b"t", bytes),
            ValueRef::Blob(bytes) => hash_bytes(&mut hasher, b"b", bytes),
        }
    }
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(hasher.finalize());
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

fn hash_number(hasher: &mut Sha256, kind: &[u8], bytes: [u8; 8]) {
    hasher.update(kind);
    hasher.update(bytes);
}

fn hash_bytes(hasher: &mut Sha256, kind: &[u8], bytes: &[u8]) {
    hasher.update(kind);
    // A length of 64 bits whatever the machine: the file may be read on another one.
    hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
    hasher.update(bytes);
}
