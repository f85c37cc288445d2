import { fileURLToPath } from "node:url";

/** The folder for the logs and screenshots of all tests. It is not in git. */
export const ARTEFACTS = fileURLToPath(new URL("../artefacts/", import.meta.url));
