// Runs before every test file: texts are compared in English. A missing text or argument throws.

import { loadTexts } from "../l10n/l10n.svelte.ts";

await loadTexts(["en"]);
