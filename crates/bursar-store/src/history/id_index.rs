//! The full-text index that finds any part of an id or number. New rows are indexed in batches.

use crate::error::StoreResult;
use rusqlite::Connection;

/// How many new rows make a batch.
const INDEX_BATCH_ROWS: u32 = 1_000;

/// Indexes the waiting rows once there are enough of them.
pub(super) fn index_waiting_ids(connection: &Connection) -> StoreResult<()> {
    let waiting: u32 = connection
        .prepare_cached("SELECT count(*) FROM id_waiting")?
        .query_row([], |row| row.get(0))?;
    if waiting < INDEX_BATCH_ROWS {
        return Ok(());
    }
    connection.execute_batch(
        "INSERT INTO id_part (rowid, id) SELECT line, search_key(concat_ws(' ', id, number)) FROM id_waiting JOIN payment USING (line) ORDER BY line;
         DELETE FROM id_waiting",
    )?;
    Ok(())
}
