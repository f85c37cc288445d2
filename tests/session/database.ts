/**
 * Asks SQLite whether a file is sound, as far as it can tell alone: the digests of `bursar.db`'s records are the app's own
 * to check, which it does whenever it opens the file.
 */
export const INTEGRITY = "PRAGMA ignore_check_constraints = ON; PRAGMA integrity_check";
