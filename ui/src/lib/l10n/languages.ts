// The languages of the window. Each one's texts are a file of their own, of which only the one in use is loaded.

import type { Direction, Patterns } from "./texts.ts";

export interface Language {
  readonly tag: string;
  readonly direction: Direction;
  /** The locale of dates and numbers where the system names none of this language. */
  readonly locale: string;
  readonly load: () => Promise<{ default: Patterns }>;
}

export const ENGLISH: Language = {
  tag: "en",
  direction: "ltr",
  locale: "en-GB",
  load: () => import("virtual:texts/en"),
};

/** The translations that only the preview shows: tray, notifications and terminal do not have theirs yet. */
const PREVIEWED: readonly Language[] =
  import.meta.env.MODE === "preview"
    ? [
        { tag: "de", direction: "ltr", locale: "de-DE", load: () => import("virtual:texts/de") },
        { tag: "es", direction: "ltr", locale: "es-ES", load: () => import("virtual:texts/es") },
      ]
    : [];

const LANGUAGES: readonly Language[] = [ENGLISH, ...PREVIEWED];

/** The first of the preferred languages that the window has, else English. */
export function matchLanguage(preferred: readonly string[], available: readonly Language[] = LANGUAGES): Language {
  for (const wanted of preferred) {
    const found = available.find(({ tag }) => isOfLanguage(wanted, tag));
    if (found) return found;
  }
  return ENGLISH;
}

/** The locale for dates and numbers: the system's if it names a region of the language, else the language's own. */
export function matchLocale(preferred: readonly string[], language: Language): string {
  return preferred.find((one) => isOfLanguage(one, language.tag) && one !== language.tag) ?? language.locale;
}

function isOfLanguage(locale: string, language: string): boolean {
  return locale.toLowerCase().split("-")[0] === language;
}
