// Import this early: the texts are then loaded while the rest of the code starts.

import { loadTexts } from "./l10n.svelte.ts";

export const textsLoaded = loadTexts();
