// The languages of the window. The texts of each are files of their own, of which only those in use are loaded.

import type { Language } from "../types.ts";
import type { Direction, Patterns } from "./texts.ts";

type Load = () => Promise<{ default: Patterns }>;

/** A language that the window is written in. */
export interface Translation {
  readonly tag: string;
  readonly direction: Direction;
  /** The locale of dates and numbers where the system names none of this language. */
  readonly locale: string;
  /** Stands before the decimals of an amount, as in tray and terminal (`decimal_sign` in crates/bursar-l10n). */
  readonly decimalSign: "." | ",";
  /** Loads what the pages say. */
  readonly load: Load;
  /** Loads what errors say in detail. */
  readonly loadDetails: Load;
}

/** Every choice of the setting but the system's language. The compiler demands those that the core knows. */
const TRANSLATIONS: Readonly<Record<Exclude<Language, "system">, Translation>> = {
  en: {
    tag: "en",
    direction: "ltr",
    locale: "en-GB",
    decimalSign: ".",
    load: () => import("virtual:texts/en"),
    loadDetails: () => import("virtual:texts/en/errors"),
  },
  de: {
    tag: "de",
    direction: "ltr",
    locale: "de-DE",
    decimalSign: ",",
    load: () => import("virtual:texts/de"),
    loadDetails: () => import("virtual:texts/de/errors"),
  },
  es: {
    tag: "es",
    direction: "ltr",
    locale: "es-ES",
    decimalSign: ",",
    load: () => import("virtual:texts/es"),
    loadDetails: () => import("virtual:texts/es/errors"),
  },
};

/** For tests of the layout (ui/l10n/pseudo.ts). Only the preview has them. */
const PSEUDO_LANGUAGES: readonly Translation[] =
  import.meta.env.MODE === "preview"
    ? [
        {
          tag: "en-XA",
          direction: "ltr",
          locale: "en-GB",
          decimalSign: ".",
          load: () => import("virtual:texts/en-XA"),
          loadDetails: () => import("virtual:texts/en-XA/errors"),
        },
        {
          tag: "ar-XB",
          direction: "rtl",
          locale: "he-IL",
          decimalSign: ".",
          load: () => import("virtual:texts/ar-XB"),
          loadDetails: () => import("virtual:texts/ar-XB/errors"),
        },
      ]
    : [];

export const ENGLISH = TRANSLATIONS.en;
const ALL = Object.values(TRANSLATIONS);

/** The choices of the setting, in the order of the menu. */
export const LANGUAGES = ["system", ...Object.keys(TRANSLATIONS)] as readonly Language[];

/** The chosen language. For the system's, and for a choice that the window does not know, it follows from `preferred`. */
export function translationFor(chosen: string | undefined, preferred: readonly string[]): Translation {
  return [...ALL, ...PSEUDO_LANGUAGES].find(({ tag }) => tag === chosen) ?? matchLanguage(preferred);
}

/** The first of the preferred languages that the window has, else English. */
export function matchLanguage(preferred: readonly string[], available: readonly Translation[] = ALL): Translation {
  for (const wanted of preferred) {
    const found = available.find(({ tag }) => isOfLanguage(wanted, tag));
    if (found) return found;
  }
  return ENGLISH;
}

/** The locale for dates and numbers: the system's if it names a region of the language, else the language's own. */
export function matchLocale(preferred: readonly string[], language: Translation): string {
  return preferred.find((one) => isOfLanguage(one, language.tag) && one !== language.tag) ?? language.locale;
}

function isOfLanguage(locale: string, language: string): boolean {
  return locale.toLowerCase().split("-")[0] === language;
}
