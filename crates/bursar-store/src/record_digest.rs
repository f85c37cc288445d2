//! The SQL function `digest_of(values…)`: the first 64 bits of SHA-256 over the values and their types. Each record
//! of `bursar.db` has one, so a record that the disk has changed is detected.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};
use sha2::{Digest as _, Sha256};

/// Defines `digest_of` on the connection. Without it, records with digests can be read, but not written or checked.
pub(super) fn define(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        // Schemas may call it, because it has no side effects.
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("digest_of", -1, flags, |context| Ok(digest(context)))
}

/// Hashes each value with its type and length, so that different lists never hash the same bytes.
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
    // Always 64 bits, because the file may be opened on another machine.
    hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
    hasher.update(bytes);
}
