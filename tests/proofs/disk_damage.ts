/** Damages a file as a faulty disk does. */
import { closeSync, existsSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { SeededRandom } from "./fault_injection.ts";

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
const WAYS = ["cut", "flipped", "flipped", "zeroed", "garbled", "emptied", "removed"] as const;

export interface Damage {
  readonly file: string;
  readonly way: (typeof WAYS)[number];
  readonly told: string;
}

/** Damages one file of the home in one way. */
export function damageOneFile(home: string, dice: SeededRandom, only?: string): Damage {
  const there = FILES.filter((file) => existsSync(join(home, file)) && statSync(join(home, file)).size > 0);
  const file = only ?? dice.pick(there);
  const way = dice.pick(WAYS);
  const path = join(home, file);
  const size = statSync(path).size;
  const handle = openSync(path, "r+");
  // Half of the time near the start, where the file's header is.
  const at = dice.below(2) === 0 ? dice.below(Math.min(size, 4096)) : dice.below(size);
  const length = Math.min(size - at, 1 + dice.below(4096));
  let told = `${file} ${way}`;
  if (way === "cut") {
    ftruncateSync(handle, at);
    told += ` to ${at} of ${size} bytes`;
  } else if (way === "flipped") {
    const byte = Buffer.alloc(1);
    readSync(handle, byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ (1 << dice.below(8));
    writeSync(handle, byte, 0, 1, at);
    told += ` at ${at}`;
  } else if (way === "zeroed" || way === "garbled") {
    const block = Buffer.alloc(length);
    if (way === "garbled") for (let byte = 0; byte < length; byte += 1) block[byte] = dice.below(256);
    writeSync(handle, block, 0, length, at);
    told += `, ${length} bytes at ${at}`;
  } else if (way === "emptied") {
    ftruncateSync(handle, 0);
  }
  closeSync(handle);
  if (way === "removed") rmSync(path);
  return { file, way, told };
}
