/** The language of the window: chosen in Settings, changed while the window is open, and kept. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Sandbox } from "../session/sandbox.ts";
import { textIn } from "../session/texts.ts";
import { until } from "../session/wait.ts";
import type { AppWindow } from "../session/window.ts";
import { assertFits, connectApp, waitForPage } from "./steps.ts";

const PAGES = ["overview", "top_up", "payments", "inbox", "accounts", "settings"] as const;

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("language");
});
after(() => sandbox.end());

async function chooseLanguage(window: AppWindow, language: string): Promise<void> {
  await window.id("setting-language").click();
  await window.id(`setting-language-${language}`).click();
}

async function languageOfPage(window: AppWindow): Promise<unknown> {
  return window.driver.script(
    "const { lang, dir, dataset } = document.documentElement; return [lang, dir, dataset.language]",
  );
}

/** Waits until the titles of all pages are in that language. */
async function assertPagesIn(window: AppWindow, language: string): Promise<void> {
  for (const page of PAGES) {
    await window.id(`nav-${page}`).click();
    await waitForPage(window, page);
    await window.id("page-title").waitForText(textIn(language, `page-${page}`));
    await assertFits(window, `${page} in ${language}`);
    await window.screenshot(`${page}-${language}`);
  }
}

test("the language changes at once, on every page, and is kept", async (t) => {
  const { desktop, app, window } = await connectApp(t, sandbox, {
    user: { history: 10, workload: { daily: "4.5", days: 35 } },
  });
  assert.deepEqual(await languageOfPage(window), ["en", "ltr", "system"]);
  await window.driver.script("window.sameDocument = true");
  await window.id("nav-settings").click();
  for (const language of ["de", "es"]) {
    await chooseLanguage(window, language);
    await window.css(`html[lang="${language}"]`).waitVisible();
    await assertPagesIn(window, language);
    const icon = await desktop.tray.icon();
    await icon.find(textIn(language, "tray-quit"));
    assert.match((await icon.labels())[0] ?? "", /\d,\d+ USDC/, "the tray follows at once");
  }
  assert.equal(await window.driver.script("return window.sameDocument"), true, "the page was not loaded again");
  const file = join(desktop.env["BURSAR_HOME"] ?? "", "settings.json");
  await until("the setting is on disk", () => {
    const stored = JSON.parse(readFileSync(file, "utf8")) as { settings: { language?: string } };
    return Promise.resolve(stored.settings.language === "es");
  });

  await app.closeWindow();
  await desktop.notifications.find(textIn("es", "closed-to-tray-title"));
  await (await desktop.tray.icon()).click(textIn("es", "tray-open"));
  await app.window();
  await waitForPage(window, "settings");
  assert.equal(await window.css("#app").attribute("data-initial-data"), "embedded");
  assert.deepEqual(await languageOfPage(window), ["es", "ltr", "es"]);
  await window.id("page-title").waitForText(textIn("es", "page-settings"));

  await chooseLanguage(window, "system");
  await window.css('html[lang="en"]').waitVisible();
  await window.id("page-title").waitForText(textIn("en", "page-settings"));
});

test("a window from right to left is mirrored and keeps its layout", async (t) => {
  const { window } = await connectApp(t, sandbox, {
    user: { history: 30, workload: { daily: "4.5", days: 35 } },
  });
  // Bursar has no language from right to left. Only the direction changes here; the preview's checks have such texts, too.
  await window.driver.script('document.documentElement.dir = "rtl"');
  const middle = async (testid: string): Promise<number> =>
    Number(
      await window.driver.script(
        `const { left, right } = document.querySelector(arguments[0]).getBoundingClientRect(); return (left + right) / 2`,
        `[data-testid="${testid}"]`,
      ),
    );
  for (const width of [1200, 800, 480]) {
    await window.resize(width, 800);
    for (const page of PAGES) {
      await window.id(`nav-${page}`).click();
      await waitForPage(window, page);
      await assertFits(window, `${page} from right to left at ${width} px`);
      assert.ok((await middle(`nav-${page}`)) > width / 2, "the sidebar is on the right");
      assert.ok((await middle("balance-button")) < width / 2, "the balance is on the left");
      await window.screenshot(`${page}-${width}-mirrored`);
    }
  }
  // Amounts keep their order: the sign and the digits come before the currency.
  await window.id("nav-overview").click();
  await window.id("balance").waitVisible();
  const [digits, unit] = (await window.driver.script(
    `return [...document.querySelectorAll('[data-testid="balance"], [data-testid="balance"] .unit')]
       .map((part) => part.getBoundingClientRect().left)`,
  )) as [number, number];
  assert.ok(digits < unit, "the currency is behind the digits");
});
