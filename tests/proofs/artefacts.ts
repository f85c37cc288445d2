import { fileURLToPath } from "node:url";

/** Where a proof keeps its logs. */
export function artefacts(name: string): string {
  return fileURLToPath(new URL(`../artefacts/proofs/${name}/`, import.meta.url));
}
