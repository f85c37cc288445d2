import { afterEach, expect, test, vi } from "vitest";
import { formatDay } from "./format.ts";
import { chooseLanguage, t, useLanguage } from "./l10n.svelte.ts";
import { ENGLISH, type Translation } from "./languages.ts";

const INCOMPLETE: Translation = {
  ...ENGLISH,
  tag: "de",
  locale: "de",
  load: () => Promise.resolve({ default: { "action-close": "Schließen" } }),
};

afterEach(async () => {
  vi.unstubAllEnvs();
  await chooseLanguage("en", ["en"]);
});

test("what a translation lacks is said in English, once that is loaded", async () => {
  vi.stubEnv("MODE", "production");
  await useLanguage(INCOMPLETE, "de-AT");
  expect(t("action-close")).toBe("Schließen");
  expect(t("action-save")).toBe("action-save");
  await vi.waitFor(() => expect(t("action-save")).toBe("Save"));
});

test("dates follow the language", async () => {
  await useLanguage(INCOMPLETE, "de-AT");
  expect(formatDay("2026-02-06T12:00:00Z")).toBe("06.02.2026");
});
