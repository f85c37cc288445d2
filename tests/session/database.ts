/** Reads the app's SQLite databases from copies, so that no test opens a connection beside the app's. */
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Desktop } from "./desktop.ts";

export type DatabaseFile = "bursar.db" | "history.db";

export const DATABASE_FILES: readonly DatabaseFile[] = ["bursar.db", "history.db"];

/**
 * SQLite's own integrity check. It cannot compute the record digests in `bursar.db`; the app checks those whenever it
 * opens the file.
 */
export const INTEGRITY_CHECK = "PRAGMA ignore_check_constraints = ON; PRAGMA integrity_check";

/** Copies a database of the home, with its write-ahead log, into an emptied folder. Returns the copy's path. */
export function copyDatabase(home: string, file: DatabaseFile, folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const part of [file, `${file}-wal`]) {
    if (existsSync(join(home, part))) copyFileSync(join(home, part), join(folder, part));
  }
  return join(folder, file);
}

/** Queries a copy of one of the app's databases. */
export async function queryDatabase<Row>(desktop: Desktop, file: DatabaseFile, query: string): Promise<Row[]> {
  const copy = copyDatabase(desktop.env["BURSAR_HOME"] ?? "", file, join(desktop.processes.scratch, "database"));
  const done = await desktop.run("sqlite3", ["-json", copy, query]);
  if (done.code !== 0) throw new Error(`sqlite3 ${file}: ${done.stderr}`);
  return done.stdout.trim() === "" ? [] : (JSON.parse(done.stdout) as Row[]);
}
