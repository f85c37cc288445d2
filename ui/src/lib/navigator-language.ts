// Import this first. With the locale "C", WebKit reports the language "C". That is not a language tag, so every number or
// date format that uses it would throw at the start. English stands in for it.

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
