import { afterEach, describe, expect, it, test } from "vitest";
import { chooseLanguage, detail, loadDetails, t, useLanguage } from "./l10n.svelte.ts";
import { ENGLISH, LANGUAGES, matchLanguage, matchLocale, translationFor, type Translation } from "./languages.ts";
import type { Patterns } from "./texts.ts";

const german = { ...ENGLISH, tag: "de", locale: "de" };
const available = [ENGLISH, german];

afterEach(async () => {
  await chooseLanguage("en", ["en"]);
});

describe("the system's language", () => {
  it("is the first preferred one that exists, else English", () => {
    expect(matchLanguage(["fr", "de-AT", "en"], available)).toBe(german);
    expect(matchLanguage(["fr"], available)).toBe(ENGLISH);
    expect(matchLanguage([], available)).toBe(ENGLISH);
  });

  it("takes the forms of dates and numbers from the system's region", () => {
    expect(matchLocale(["de-AT", "de"], german)).toBe("de-AT");
    expect(matchLocale(["en-US"], german)).toBe("de");
    expect(matchLocale(["en"], ENGLISH)).toBe("en-GB");
  });
});

it("is the chosen one, whatever the system prefers", () => {
  expect(translationFor("de", ["es-MX"]).tag).toBe("de");
  expect(translationFor("system", ["es-MX"]).tag).toBe("es");
  expect(translationFor(undefined, ["es-MX"]).tag).toBe("es");
  expect(translationFor("eo", ["fr", "es"]).tag).toBe("es");
  expect(LANGUAGES[0]).toBe("system");
});

/** A language whose texts arrive when the test says so. */
function slow(tag: string): Translation & { arrive: (close: string) => void; fail: () => void } {
  let arrive: (close: string) => void = () => {};
  let fail: () => void = () => {};
  const loaded = new Promise<{ default: Patterns }>((done, reject) => {
    arrive = (close) => done({ default: { "action-close": close } });
    fail = () => reject(new Error("lost"));
  });
  return { ...ENGLISH, tag, locale: tag, load: () => loaded, arrive, fail };
}

test("the language chosen last is drawn, in whatever order the texts arrive", async () => {
  const [first, second] = [slow("de"), slow("es")];
  const [one, other] = [useLanguage(first, "de"), useLanguage(second, "es")];
  second.arrive("Cerrar");
  await other;
  first.arrive("Schließen");
  await one;
  expect(t("action-close")).toBe("Cerrar");
});

test("the texts stay when a language cannot be loaded, and choosing it again loads it again", async () => {
  await chooseLanguage("de", []);
  expect(t("action-close")).toBe("Schließen");
  const lost = slow("es");
  lost.fail();
  await expect(useLanguage(lost, "es")).rejects.toThrow("lost");
  expect(t("action-close")).toBe("Schließen");
  await chooseLanguage("es", []);
  expect(t("action-close")).toBe("Cerrar");
});

test("what errors say in detail is loaded when it is first needed, and again in another language", async () => {
  const withDetails = (tag: string, text: string): Translation => ({
    ...ENGLISH,
    tag,
    loadDetails: () => Promise.resolve({ default: { "detail-timeout": [text, { type: "var", name: "host" }] } }),
  });
  const args = { host: "example.org" };
  await useLanguage(withDetails("de", "Keine Antwort von "), "de");
  expect(detail("detail-timeout", args)).toBeNull();
  await expect.poll(() => detail("detail-timeout", args)).toBe("Keine Antwort von example.org");
  expect(detail("detail-of-a-newer-core", {})).toBeNull();
  await useLanguage(withDetails("es", "Sin respuesta de "), "es");
  await expect.poll(() => detail("detail-timeout", args)).toBe("Sin respuesta de example.org");
  const lost: Translation = { ...ENGLISH, tag: "eo", loadDetails: () => Promise.reject(new Error("lost")) };
  await useLanguage(lost, "eo");
  await loadDetails();
  expect(detail("detail-timeout", args)).toBeNull();
});
