/** Damages a file as a faulty disk does. */
import { closeSync, existsSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { SeededRandom } from "./seeded_random.ts";

/** Files to damage, repeated by how often each is chosen. */
const FILES = [
  "bursar.db",
  "bursar.db",
  "bursar.db-wal",
  "bursar.db-wal",
  "bursar.db.bak",
  "history.db",
  "history.db-wal",
];
const KINDS = ["cut", "flipped", "flipped", "zeroed", "garbled", "emptied", "removed"] as const;

export interface Damage {
  readonly file: string;
  readonly kind: (typeof KINDS)[number];
  readonly description: string;
}

/** Damages one file of the home in one way. */
export function damageOneFile(home: string, random: SeededRandom, only?: string): Damage {
  const there = FILES.filter((file) => existsSync(join(home, file)) && statSync(join(home, file)).size > 0);
  const file = only ?? random.pick(there);
  const kind = random.pick(KINDS);
  const path = join(home, file);
  const size = statSync(path).size;
  const handle = openSync(path, "r+");
  // Half of the time near the start, where the file's header is.
  const at = random.below(2) === 0 ? random.below(Math.min(size, 4096)) : random.below(size);
  const length = Math.min(size - at, 1 + random.below(4096));
  let description = `${file} ${kind}`;
  if (kind === "cut") {
    ftruncateSync(handle, at);
    description += ` to ${at} of ${size} bytes`;
  } else if (kind === "flipped") {
    const byte = Buffer.alloc(1);
    readSync(handle, byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ (1 << random.below(8));
    writeSync(handle, byte, 0, 1, at);
    description += ` at ${at}`;
  } else if (kind === "zeroed" || kind === "garbled") {
    const block = Buffer.alloc(length);
    if (kind === "garbled") for (let byte = 0; byte < length; byte += 1) block[byte] = random.below(256);
    writeSync(handle, block, 0, length, at);
    description += `, ${length} bytes at ${at}`;
  } else if (kind === "emptied") {
    ftruncateSync(handle, 0);
  }
  closeSync(handle);
  if (kind === "removed") rmSync(path);
  return { file, kind, description };
}
