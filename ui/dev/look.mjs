// Opens pages of the preview in Chromium. `npm run look -w ui -- OUT [SCENARIO …]` takes screenshots. `npm run axe -w ui`
// takes none. It fails on everything that axe-core finds, on pages that are cut off or have two scrollbars, on elements over
// a dialog, and on errors in the console.
// A scenario is PAGE@CASE[,CASE]@WIDTHxHEIGHT[:PERCENT]@THEME[:LANGUAGE], where PERCENT is the text size. Steps can follow:
// @TESTID clicks, @TESTID=TEXT types, and @!EVENT triggers something that happens elsewhere (see mock-transport.ts).

import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { createServer } from "vite";

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
  "overview@alarm,two@800x600@light",
  "overview@alarm,sandbox@480x600@dark",
  "overview@unknown@480x600@dark",
  "overview@unknown,offline@800x600@light",
  "overview@stale@800x600@light",
  "overview@bare,signed-out@480x600@dark@health-more",
  "overview@open@480x600@light",
  "overview@open@800x600@dark@cancel",
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
  "accounts@full@800x600@light@remove-account",
  "accounts@first@800x600@light",
  "connect@first@480x600@light@network-mainnet@connect-key=abc@connect",
  "connect@first,bare,sandbox@800x600@dark@network-sandbox@by-browser@begin-sign-in",
  "connect@first,warnings@800x600@light@network-mainnet@connect-key=abc@connect",
  "overview@no-core@800x600@light",
];

const check = process.argv.includes("--check");
const [out = "looks", ...requested] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const scenarios = requested.length > 0 ? requested : check ? EVERY_STATE : EVERY_PAGE;

const server = await createServer({
  root: fileURLToPath(new URL("..", import.meta.url)),
  mode: "preview",
  logLevel: "error",
  server: { port: 0, strictPort: false },
});
await server.listen();
const base = process.env.BASE ?? server.resolvedUrls?.local[0] ?? "";
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
await server.close();
process.exitCode = faultCount > 0 ? 1 : 0;

async function runQueue() {
  for (let scenario = queue.shift(); scenario !== undefined; scenario = queue.shift()) {
    for (const fault of await visit(scenario)) {
      faultCount += 1;
      console.log(`${scenario}: ${fault}`);
    }
  }
}

async function visit(scenario) {
  const [page = "", cases = "full", size = "1200x800", look = "light", ...steps] = scenario.split("@");
  const [theme, language = "en-US"] = look.split(":");
  const [, width, height, zoom] = /^(\d+)x(\d+)(?::(\d+))?$/.exec(size) ?? [];
  const context = await browser.newContext({
    viewport: { width: Number(width), height: Number(height) },
    reducedMotion: "reduce",
    // The window takes the language of the browser.
    locale: language,
  });
  const tab = await context.newPage();
  const faults = [];
  tab.on("pageerror", (error) => faults.push(String(error)));
  tab.on("console", (message) => {
    if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico")) faults.push(message.text());
  });
  try {
    await tab.goto(`${base}?case=${cases}&theme=${theme}&text=${zoom ?? 100}`);
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
    faults.push(...(await tab.evaluate(layoutFaults)));
    if (check) {
      await tab.evaluate(axe);
      const { violations } = await tab.evaluate(() => globalThis.axe.run(document));
      for (const { id, help, nodes } of violations) {
        // An opened list stands at the end of the document, so that nothing covers it. The button that opens it is in a landmark.
        const first = nodes.find(({ html }) => id !== "region" || !html.includes("data-bits-floating-c"));
        if (first) faults.push(`${id}: ${help}: ${first.html.slice(0, 200)}`);
      }
    }
  } catch (error) {
    faults.push(String(error).split("\n")[0]);
  }
  await context.close();
  return faults;
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

/** Runs in the page. Finds what is cut off, scrolls twice, or lies over a dialog. */
function layoutFaults() {
  const faults = [];
  const whole = document.documentElement;
  if (whole.scrollWidth > innerWidth) faults.push("the window scrolls sideways");
  if (whole.scrollHeight > innerHeight) faults.push("the window scrolls beside its page");
  const main = document.querySelector("main");
  if (main !== null && main.scrollWidth > main.clientWidth) {
    const edge = main.getBoundingClientRect().left + main.clientWidth;
    const wide = [...main.querySelectorAll("*")].findLast((one) => one.getBoundingClientRect().right > edge + 1);
    faults.push(`the page scrolls sideways: ${wide?.outerHTML.slice(0, 160)}`);
  }
  if (main !== null && main.innerText.trim() === "" && main.querySelector("[role=status]") === null)
    faults.push("the page is empty");
  const scrolls = (element) =>
    element.scrollHeight > element.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(element).overflowY);
  const scrolling = [...document.querySelectorAll("*")].filter(scrolls);
  for (const inner of scrolling)
    if (scrolling.some((outer) => outer !== inner && outer.contains(inner)))
      faults.push(`scrolls within what scrolls: ${inner.className}`);
  for (const element of document.querySelectorAll("[title]"))
    faults.push(`has a tooltip of the system, which lies over dialogs: ${element.outerHTML.slice(0, 120)}`);
  for (const amount of document.querySelectorAll("main .money")) {
    const [own, around] = [amount.getBoundingClientRect(), amount.parentElement.getBoundingClientRect()];
    if (own.right > around.right + 1) faults.push(`an amount runs over what is beside it: ${amount.textContent}`);
  }
  const centre = (element) => (({ left, right }) => (left + right) / 2)(element.getBoundingClientRect());
  for (const name of document.querySelectorAll('[data-testid="days-scale"] .name')) {
    const tick = document.querySelector(`[data-testid="days-scale"] .tick[data-day="${name.dataset.day}"]`);
    if (tick === null || Math.abs(centre(tick) - centre(name)) > 1)
      faults.push(`the name of day ${name.dataset.day} stands ${centre(name)}, its tick elsewhere`);
  }
  const dialog = [...document.querySelectorAll('[role="dialog"], [role="alertdialog"]')].at(-1);
  if (dialog !== undefined) {
    const { left, top, right, bottom } = dialog.getBoundingClientRect();
    if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) faults.push("the dialog is cut");
    for (const [x, y] of [
      [left + 20, top + 8],
      [(left + right) / 2, (top + bottom) / 2],
      [right - 20, bottom - 8],
    ]) {
      const there = document.elementFromPoint(x, y);
      if (there !== null && !dialog.contains(there) && !there.closest("[data-bits-select-content]"))
        faults.push(`lies over the dialog: ${there.className}`);
    }
    for (const part of dialog.querySelectorAll("*"))
      if (part.scrollWidth > part.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(part).overflowX))
        faults.push("the dialog scrolls sideways");
  }
  return faults;
}
