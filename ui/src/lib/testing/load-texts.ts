// Runs before every test file: texts are compared in English. A missing text or argument throws.

import { chooseLanguage } from "../l10n/l10n.svelte.ts";

await chooseLanguage("en", ["en"]);
