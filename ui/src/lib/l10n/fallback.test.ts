import { afterEach, expect, test, vi } from "vitest";
import { formatDay } from "./format.ts";
import { loadTexts, t, useLanguage } from "./l10n.svelte.ts";
import type { Language } from "./languages.ts";

const INCOMPLETE: Language = {
  tag: "de",
  direction: "ltr",
  locale: "de",
  load: () => Promise.resolve({ default: { "action-close": "Schließen" } }),
};

afterEach(async () => {
  vi.unstubAllEnvs();
  await loadTexts(["en"]);
});

test("what a translation lacks is said in English, once that is loaded", async () => {
  vi.stubEnv("MODE", "production");
  vi.stubEnv("DEV", false);
  await useLanguage(INCOMPLETE, "de-AT");
  expect(t("action-close")).toBe("Schließen");
  expect(t("action-save")).toBe("action-save");
  await vi.waitFor(() => expect(t("action-save")).toBe("Save"));
});

test("dates follow the language", async () => {
  await useLanguage(INCOMPLETE, "de-AT");
  expect(formatDay("2026-02-06T12:00:00Z")).toBe("06.02.2026");
});
