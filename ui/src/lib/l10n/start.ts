// Import this early: the texts are then loaded while the rest of the code starts.

import { chooseLanguage } from "./l10n.svelte.ts";

/** Resolves when there are texts to draw. The app names the chosen language in the page's markup. */
export const textsLoaded = chooseLanguage(document.documentElement.dataset.language).catch(() => chooseLanguage("en"));
