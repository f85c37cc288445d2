import { fileURLToPath } from "node:url";

/** The folder for a proof's logs. */
export function artefacts(name: string): string {
  return fileURLToPath(new URL(`../artefacts/proofs/${name}/`, import.meta.url));
}
