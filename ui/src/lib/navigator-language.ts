// Imported first. With the locale "C", WebKit calls the language "C", which is not a language tag, and everything that
// asks for number or date formats by it throws at start. The window is in English whatever the locale.

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

if (!isTag(navigator.language)) {
  Object.defineProperty(navigator, "language", { get: () => "en" });
  Object.defineProperty(navigator, "languages", { get: () => ["en"] });
}
