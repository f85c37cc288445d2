// Opens pages of the preview in Chromium. `npm run look -w ui -- OUT [SCENARIO …]` takes screenshots. `npm run axe -w ui`
// takes none. It fails on everything that axe-core finds, on pages that are cut off or have two scrollbars, on texts that are
// cut or overlap, on elements over a dialog, and on errors in the console. `npm run axe:pseudo -w ui` does the same in the two
// pseudo-languages (ui/l10n/pseudo.ts), each page and state at three widths, and finds texts that are not translated; with
// `-- --sample` it leaves the states out and takes a minute instead of a quarter of an hour.
// A scenario is PAGE@CASE[,CASE]@WIDTHxHEIGHT[:PERCENT]@THEME[:LANGUAGE]. PERCENT is the text size; THEME is `light` or `dark`,
// with more contrast `light-contrast` or `dark-contrast`, or `light-forced` or `dark-forced` in the system's own colours. Steps can
// follow: @TESTID clicks, @TESTID=TEXT types, and @!EVENT triggers something that happens elsewhere (see mock-transport.ts).

import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { layoutFaults, textFaults, untranslatedTexts } from "./page-checks.mjs";
import { servePreview } from "./serve-preview.mjs";

const PAGES = ["overview", "top_up", "payments", "inbox", "accounts", "settings"];
const SIZES = ["1200x800", "800x600", "480x600"];
const THEMES = ["light", "dark"];
const CONCURRENCY = 3;

const EVERY_PAGE = PAGES.flatMap((page) =>
  SIZES.flatMap((size) => THEMES.map((theme) => `${page}@full@${size}@${theme}`)),
);
const EVERY_STATE = [
  ...PAGES.flatMap((page) => [`${page}@full@480x600@light`, `${page}@full@1200x800@dark`]),
  ...["overview", "top_up", "payments", "inbox"].flatMap((page) =>
    ["empty", "wait", "failing"].map((what) => `${page}@${what}@480x600@light`),
  ),
  ...["overview", "payments", "accounts"].map((page) => `${page}@hidden,long,two@480x600@dark`),
  ...PAGES.flatMap((page) => [
    `${page}@full,long@480x600:200@light`,
    `${page}@huge,long,two@480x600@dark`,
    `${page}@huge,long@800x600:200@light`,
    `${page}@loading@480x600@light`,
  ]),
  "connect@first@480x600:200@light",
  "connect@first@480x600@dark@other-networks",
  "connect@first@800x600@light@connect-key=abc@connect",
  "connect@first,warnings@480x600@dark@connect-key=abc@connect",
  "connect@first,warnings@480x600:200@light@connect-key=abc@connect",
  "overview@full@480x600@light@resource-charges-all",
  "overview@full@480x600:200@light@resource-charges-all",
  "overview@bare,signed-out@480x600:200@light@health-more",
  "overview@open,refused@480x600:200@light",
  ...["top_up", "payments", "accounts"].map((page) => `${page}@panel,long@480x600:200@light`),
  "top_up@panel,long@480x600:200@light@paying-renewals",
  "payments@full,long@480x600:200@dark@payment",
  "payments@full,long@1200x800:200@dark@payment",
  "payments@full,long@480x600:200@light@filter-dates@filter-dates-own",
  "overview@no-address@480x600@light",
  "overview@no-address@1200x800@dark",
  "overview@no-address@480x600@light@enter-address",
  "payments@no-address@800x600@light@payment",
  "overview@loading,keyring@480x600@light",
  "overview@loading,signed-out@800x600@light",
  "overview@loading,offline@480x600@dark",
  "payments@loading,offline@480x600@light",
  "overview@no-scope@800x600@light",
  "overview@last-day@480x600@light",
  "overview@one-day@480x600@dark",
  "overview@full@480x600@light@nav-overview",
  "settings@full@480x600@light@setting-low-amount-on",
  "settings@two@480x600@dark@setting-low-amount-on@setting-low-amount=0@setting-low-days=0",
  "overview@debt@800x600@light",
  "overview@api-leads@800x600@light",
  "overview@today@480x600@dark",
  "overview@alarm,two@800x600@light",
  "overview@alarm,sandbox@480x600@dark",
  "overview@unknown@480x600@dark",
  "overview@unknown,offline@800x600@light",
  "overview@stale@800x600@light",
  "overview@bare,signed-out@480x600@dark@health-more",
  "overview@open@480x600@light",
  "overview@open@800x600@dark@cancel",
  "overview@open,usual-end@480x600@light",
  "overview@open,usual-over@800x600@dark",
  "overview@open@480x600@light@show-qr",
  "overview@confirming@800x600@light",
  "overview@cancelling@480x600@light",
  "overview@starting,trouble@480x600@dark",
  "overview@open,reviewed@480x600@dark",
  "overview@idle,reviewed@800x600@light",
  "overview@signed-out,bare@800x600@light",
  "overview@over@480x600@dark",
  "overview@refused,trouble@480x600@light",
  "overview@full@800x600@light@spending-table-toggle",
  "top_up@full@480x600@light@amount=1.234",
  "top_up@unknown@800x600@dark@preset-25",
  "top_up@open@800x600@light",
  ...["light", "dark"].flatMap((theme) =>
    SIZES.flatMap((size) => [
      `top_up@panel@${size}@${theme}@preset-100`,
      `top_up@panel@${size}@${theme}@paying-renewals@service-s1@service-s3`,
      `top_up@panel@${size}@${theme}@paying-migrations@migration-period-3m`,
      `balances@three@${size}@${theme}`,
      `overview@panel,debited@${size}@${theme}`,
      `payments@panel@${size}@${theme}`,
      `accounts@panel@${size}@${theme}@manage-methods`,
    ]),
  ),
  "top_up@panel@480x600@light@preset-200@continue",
  "top_up@panel,hidden@800x600@dark@preset-200@continue",
  "top_up@panel@800x600@light@payer@payer-acme",
  "top_up@panel@800x600@light@method-pm_stripe_jane@save-method@amount=16000",
  "top_up@panel,changed@800x600@light@preset-100@continue@confirm-payment-yes",
  "top_up@panel@800x600@light@preset-100@continue@!remove",
  "top_up@panel@800x600@dark@preset-100@continue@!leave",
  "top_up@panel@480x600@light@paying-renewals@service-s1@continue@!reprice",
  "top_up@panel,invoiced@480x600@light@paying-renewals@service-s1",
  "top_up@panel,invoiced@800x600@dark@paying-renewals@service-s1@continue",
  "top_up@panel,invoiced@800x600@light@paying-migrations",
  "overview@panel,invoiced@480x600@light",
  "top_up@panel,empty@800x600@light@paying-renewals",
  "top_up@panel,outdated@480x600@light@paying-renewals",
  "overview@panel@800x600@light@balance-button@preset-100@continue@confirm-payment-yes",
  "payments@panel@800x600@light@payment@save-invoice",
  "payments@panel@480x600@dark@payment@open-invoice",
  "accounts@panel,empty@800x600@light@manage-methods",
  "accounts@panel,outdated@480x600@light@manage-methods",
  "accounts@panel@800x600@dark@manage-methods@remove-method",
  "accounts@panel@800x600@light@manage-methods@add-method",
  "balances@three,outdated@800x600@light",
  "balances@three,failing@480x600@light",
  "balances@three,wait@480x600@dark",
  "balances@three,hidden,long@480x600@dark",
  "connect@first,panel@800x600@light@network-basalt",
  "settings@panel@800x600@light",
  "top_up@blocked@800x600@dark",
  "payments@full@480x600@light@payment",
  "payments@full@800x600@dark@payment",
  "payments@full@800x600@light@search=zzzz",
  "payments@full@480x600@dark@filter-dates@filter-dates-own",
  "payments@full@800x600@light@export@export-csv",
  "payments@full@1200x800@light@columns",
  "payments@few-columns@1200x800@dark",
  "payments@few-columns@480x600@light",
  "settings@full@800x600:125@light",
  "settings@full@800x600:150@dark",
  "payments@full@1200x800:175@light",
  "accounts@full@480x600@light@edit-account@edit-address=12@edit-save",
  "accounts@sandbox@800x600@dark@sign-in-again",
  "accounts@full@480x600:200@light@sign-in-again",
  "accounts@key-expires@480x600@light",
  "accounts@key-expires@1200x800@dark",
  "accounts@key-over@800x600@light",
  "accounts@key-over,long@480x600:200@dark",
  "accounts@key-expires@800x600@light@edit-account@edit-key-expiry=2020-01-01@edit-save",
  "accounts@full@800x600@light@remove-account",
  "accounts@first@800x600@light",
  "connect@first@480x600@light@network-mainnet@connect-key=abc@connect",
  "connect@first,bare,sandbox@800x600@dark@network-sandbox@by-browser@begin-sign-in",
  "connect@first,warnings@800x600@light@network-mainnet@connect-key=abc@connect",
  "overview@no-core@800x600@light",
  ...["light-contrast", "dark-contrast", "light-forced", "dark-forced"].flatMap((theme) =>
    [
      ...["overview", "top_up", "inbox", "accounts"].map((page) => `${page}@full@800x600`),
      "overview@alarm,open@800x600",
      "overview@debt@480x600",
      "payments@full@1200x800@payment",
      "settings@full@480x600@setting-language",
    ].map((scenario) => scenario.replace(/(@\d+x\d+)/, `$1@${theme}`)),
  ),
];

/** They are no languages of the browser: the page's markup chooses them, as it does the setting's. */
const PSEUDO_LANGUAGES = ["en-XA", "ar-XB"];
/** Around each text of the first one. */
const BRACKETS = ["⟦", "⟧"];
const PSEUDO_SIZES = ["480x600", "800x600", "1200x800"];

const check = process.argv.includes("--check");
const pseudo = process.argv.includes("--pseudo");
const sample = process.argv.includes("--sample");
const given = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const [out = "looks", ...requested] = check ? ["", ...given] : given;
const scenarios =
  requested.length > 0 ? requested : pseudo ? pseudoScenarios(EVERY_STATE) : check ? EVERY_STATE : EVERY_PAGE;

const preview = await servePreview();
const base = process.env.BASE ?? preview.address;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
if (!check) await mkdir(out, { recursive: true });

let faultCount = 0;
const queue = [...scenarios];
await Promise.all(Array.from({ length: CONCURRENCY }, runQueue));
console.log(`${scenarios.length} pages, ${faultCount} faults`);
await browser.close();
await preview.close();
process.exitCode = faultCount > 0 ? 1 : 0;

async function runQueue() {
  for (let scenario = queue.shift(); scenario !== undefined; scenario = queue.shift()) {
    for (const fault of await visit(scenario)) {
      faultCount += 1;
      console.log(`${scenario}: ${fault}`);
    }
  }
}

/** Each page and state once in each pseudo-language, whatever sizes and themes it has in the list. */
function pseudoScenarios(list) {
  const states = new Map();
  for (const scenario of list) {
    const [page, cases, size, look, ...steps] = scenario.split("@");
    const percent = size.split(":")[1] ?? "";
    const state = [page, cases, percent, ...steps].join("@");
    const isSampled = !sample || (cases === "full" && percent === "" && steps.length === 0);
    if (isSampled && !states.has(state)) states.set(state, { page, cases, size, look, steps });
  }
  return PSEUDO_LANGUAGES.flatMap((language) =>
    [...states.values()].map(({ page, cases, size, look, steps }) =>
      [page, cases, size, `${look}:${language}`, ...steps].join("@"),
    ),
  );
}

async function visit(scenario) {
  const [page = "", cases = "full", size = "1200x800", look = "light", ...steps] = scenario.split("@");
  const [colours = "", language = "en-US"] = look.split(":");
  const [theme, preference] = colours.split("-");
  const isPseudo = PSEUDO_LANGUAGES.includes(language);
  const [, width, height, zoom] = /^(\d+)x(\d+)(?::(\d+))?$/.exec(size) ?? [];
  const context = await browser.newContext({
    viewport: { width: Number(width), height: Number(height) },
    reducedMotion: "reduce",
    colorScheme: theme,
    contrast: preference === "contrast" ? "more" : "no-preference",
    forcedColors: preference === "forced" ? "active" : "none",
    // The window takes the language of the browser.
    locale: isPseudo ? "en-US" : language,
  });
  const tab = await context.newPage();
  const faults = [];
  tab.on("pageerror", (error) => faults.push(String(error)));
  tab.on("console", (message) => {
    if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico")) faults.push(message.text());
  });
  try {
    const chosen = isPseudo ? language : "system";
    await tab.goto(`${base}?case=${cases}&theme=${theme}&text=${zoom ?? 100}&language=${chosen}`);
    const navEntry = tab.getByTestId(`nav-${page}`);
    await tab.getByTestId("frame").waitFor();
    await tab.locator('[data-testid="page-title"]').waitFor();
    await tab.evaluate(settled);
    if ((await navEntry.count()) > 0) {
      await navEntry.click();
      // The page's code is loaded now. A page that is not there yet would have no faults.
      await tab.locator(`[data-testid="page-${page}"] > *`).first().waitFor();
    }
    await tab.evaluate(settled);
    for (const step of steps) {
      if (step.startsWith("!")) await tab.evaluate(`${step.slice(1)}()`);
      else await performStep(tab, step);
      await tab.evaluate(settled);
    }
    await tab.mouse.move(2, 2);
    await tab.evaluate(settled);
    if (!check) await tab.screenshot({ path: `${out}/${scenario.replaceAll(/[^\w.-]/g, "_")}.png` });
    if (language === "en-XA") faults.push(...(await tab.evaluate(untranslatedTexts, BRACKETS)));
    faults.push(...(await tab.evaluate(layoutFaults)), ...(await tab.evaluate(textFaults)));
    if (check) faults.push(...(await accessibilityFaults(tab)));
    // Resizing would move what a list is attached to.
    const listOpen = (await tab.locator("[data-bits-floating-content-wrapper]").count()) > 0;
    const others = pseudo && zoom === undefined && !listOpen ? PSEUDO_SIZES.filter((one) => one !== size) : [];
    for (const other of others) {
      const [wide, high] = other.split("x").map(Number);
      await tab.setViewportSize({ width: wide, height: high });
      await tab.evaluate(settled);
      const found = [...(await tab.evaluate(layoutFaults)), ...(await tab.evaluate(textFaults))];
      // It takes longest, and the width of a page changes little of what it finds.
      if (cases === "full" && steps.length === 0) found.push(...(await accessibilityFaults(tab)));
      for (const fault of found) faults.push(`at ${other}: ${fault}`);
    }
  } catch (error) {
    faults.push(String(error).split("\n")[0]);
  }
  await context.close();
  return faults;
}

async function accessibilityFaults(tab) {
  if (!(await tab.evaluate(() => "axe" in globalThis))) await tab.evaluate(axe);
  const { violations } = await tab.evaluate(() => globalThis.axe.run(document));
  return violations.flatMap(({ id, help, nodes }) => {
    // An opened list stands at the end of the document, so that nothing covers it. The button that opens it is in a landmark.
    const first = nodes.find(({ html }) => id !== "region" || !html.includes("data-bits-floating-c"));
    return first ? [`${id}: ${help}: ${first.html.slice(0, 200)}`] : [];
  });
}

async function performStep(tab, step) {
  const [target = "", text] = step.split("=");
  const element = tab.getByTestId(target).first();
  await (text === undefined ? element.click({ timeout: 5000 }) : element.fill(text, { timeout: 5000 }));
}

/** Runs in the page. Resolves once nothing has changed for a moment. */
function settled() {
  return new Promise((done) => {
    let wait = 0;
    const observer = new MutationObserver(again);
    function again() {
      clearTimeout(wait);
      wait = setTimeout(() => {
        observer.disconnect();
        done();
      }, 120);
    }
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    again();
  });
}
