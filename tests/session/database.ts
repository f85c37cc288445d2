/**
 * SQLite's own integrity check. It cannot compute the record digests in `bursar.db`; the app checks those whenever it
 * opens the file.
 */
export const INTEGRITY = "PRAGMA ignore_check_constraints = ON; PRAGMA integrity_check";
