/** What the window keeps for its next opening: page, filters, columns, text size and closed banners. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { App } from "../session/app.ts";
import { connectAccount } from "../session/cli.ts";
import { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { staysTrue, until } from "../session/wait.ts";
import { KEYS, type AppWindow } from "../session/window.ts";
import { assertFits, connectApp, waitForPage } from "./steps.ts";
import { text as message } from "../session/texts.ts";

const FILE = "window-state.json";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("window_state");
});
after(() => sandbox.end());

/** The size of the root element's text in pixels. */
async function rootFontSize(window: AppWindow): Promise<number> {
  return Number.parseFloat(
    String(await window.driver.script("return getComputedStyle(document.documentElement).fontSize")),
  );
}

async function waitForTextSize(window: AppWindow, percent: number): Promise<void> {
  await until(`text has ${percent} % of its size`, async () => (await rootFontSize(window)) === (16 * percent) / 100);
}

async function chooseTextSize(window: AppWindow, percent: number): Promise<void> {
  await window.id("nav-settings").click();
  await window.id(`text-size-${percent}`).click();
  await window.css(`[data-testid="text-size-${percent}"][data-state="checked"]`).waitVisible();
}

/** Chooses entries of a list that stays open, and closes it. */
async function chooseFromList(window: AppWindow, list: string, ...entries: string[]): Promise<void> {
  await window.id(list).click();
  for (const entry of entries) await window.id(`${list}-${entry}`).click();
  await window.press(KEYS.escape);
  await window.id(`${list}-list`).waitHidden();
}

/** The names of the columns that are drawn. */
async function columns(window: AppWindow): Promise<string[]> {
  return (await window.driver.script(
    `return [...document.querySelectorAll('[data-testid="payments"] [role="columnheader"]')]
       .filter((one) => one.getClientRects().length > 0).map((one) => one.innerText)`,
  )) as string[];
}

/** Checks that the window is as the user left it in the first test. */
async function assertAsLeft(window: AppWindow): Promise<void> {
  await waitForPage(window, "payments");
  assert.equal(await window.css("#app").attribute("data-initial-data"), "embedded", "nothing had to be asked for");
  assert.equal(await rootFontSize(window), 20);
  await window.id("filter-status").waitForText("Completed");
  await window.id("filter-dates").waitForText("Last 365 days");
  assert.equal(await window.id("search").property("value"), "", "the text of a search is not kept");
  await window.id("payment").waitVisible();
  const statuses = (await window.driver.script(
    `return [...document.querySelectorAll('[data-testid="payment"]')].map((row) => row.dataset.status)`,
  )) as string[];
  assert.deepEqual([...new Set(statuses)], ["completed"]);
  assert.deepEqual(await columns(window), ["Date", "Source", "Amount", "Status"]);
}

test("the window opens where it was left: from the tray, after a start, and with a page that is asked for going first", async (t) => {
  const person = await connectApp(t, sandbox, { user: { history: 30 } });
  const { desktop, user, app, window } = person;
  const home = desktop.env["BURSAR_HOME"] ?? "";
  const icon = await desktop.tray.icon();
  // With larger text, a table needs a wider window.
  await window.resize(1270, 800);
  assert.equal(await rootFontSize(window), 16);
  await chooseTextSize(window, 125);
  await waitForTextSize(window, 125);
  await window.screenshot("text-125");
  await window.id("nav-payments").click();
  await window.id("search").fill("flu_search");
  await window.id("payments-none").waitVisible();
  await window.press(KEYS.escape);
  await chooseFromList(window, "filter-status", "completed");
  await window.id("filter-dates").click();
  await window.id("filter-dates-365").click();
  await chooseFromList(window, "columns", "id");
  await until("the column is hidden", async () => (await columns(window)).length === 4);
  await window.screenshot("payments");

  await app.closeWindow();
  await icon.click(message("tray-open"));
  await app.window();
  await assertAsLeft(window);
  await window.screenshot("from-the-tray");

  // A page that is asked for goes first, and is then the one that was left.
  await app.closeWindow();
  await icon.click(message("tray-top-up"));
  await app.window();
  await waitForPage(window, "top_up");
  await window.id("nav-payments").click();
  await waitForPage(window, "payments");

  await icon.click(message("tray-quit"));
  await app.waitForExit();
  const stored = readFileSync(join(home, FILE), "utf8");
  assert.equal(statSync(join(home, FILE)).mode & 0o777, 0o600);
  for (const unwanted of [user.key, "256", "flu_search", user.address]) assert.ok(!stored.includes(unwanted), stored);
  const outside = execFileSync("find", [desktop.processes.scratch, "-name", FILE], { encoding: "utf8" });
  assert.deepEqual(outside.trim().split("\n"), [join(home, FILE)], "the file is in its home only");

  app.launch();
  await app.window();
  await assertAsLeft(window);
  await window.screenshot("after-a-start");
  const refusal = await window.driver.asyncScript(
    `const [path, done] = arguments;
     window.__TAURI_INTERNALS__.invoke("plugin:store|load", { path }).then(() => done("allowed"), (error) => done(String(error)));`,
    join(home, FILE),
  );
  assert.match(String(refusal), /not allowed/, "a page reached the plugin");
});

test("text of twice its size leaves every page usable, from the first frame of the next window on", async (t) => {
  const { desktop, app, window } = await connectApp(t, sandbox, {
    user: { history: 5, workload: { daily: "4.5", days: 35 } },
  });
  await window.resize(800, 600);
  await chooseTextSize(window, 200);
  await waitForTextSize(window, 200);
  // The sidebar becomes a rail as soon as the text leaves it no room.
  const railWidth = async (): Promise<number> => Number(await window.id("nav-overview").property("offsetWidth"));
  await until("the sidebar is a rail", async () => (await railWidth()) < 140);
  for (const page of ["overview", "top_up", "payments", "inbox", "accounts", "settings"]) {
    await window.id(`nav-${page}`).click();
    await waitForPage(window, page);
    await assertFits(window, `${page} with text of twice its size`);
    await window.screenshot(`${page}-200`);
  }
  const icon = Number(
    await window.driver.script(
      `return document.querySelector('[data-testid="nav-overview"] svg').getBoundingClientRect().width`,
    ),
  );
  assert.equal(icon, 36, "icons grow with the text");
  await app.closeWindow();
  await (await desktop.tray.icon()).click(message("tray-open"));
  await app.window();
  await waitForPage(window, "settings");
  assert.equal(await rootFontSize(window), 32);
  assert.ok((await railWidth()) < 140);
  await assertFits(window, "settings in the next window");
});

test("a damaged or unusable file gives the defaults, and delays and prevents nothing", async (t) => {
  await sandbox.reset();
  const desktop = await Desktop.for(t);
  await connectAccount(desktop, await sandbox.user());
  const file = join(desktop.env["BURSAR_HOME"] ?? "", FILE);
  const app = new App(desktop);
  const damages: Record<string, () => void> = {
    empty: () => writeFileSync(file, ""),
    "cut off": () => writeFileSync(file, '{"text_size": "150", "place": {"page": "sett'),
    "of another form": () => writeFileSync(file, '[{"text_size": "150"}]'),
    "from the future": () =>
      writeFileSync(file, '{"text_size": 3, "place": {"page": "statistics"}, "hidden_columns": ["all"]}'),
    "much too large": () => writeFileSync(file, JSON.stringify({ text_size: "150", more: "x".repeat(1_000_000) })),
  };
  for (const [what, damage] of Object.entries(damages)) {
    damage();
    app.launch();
    const window = await app.window();
    await waitForPage(window, "overview");
    assert.equal(await rootFontSize(window), 16, what);
    await chooseTextSize(window, 175);
    await (await desktop.tray.icon()).click(message("tray-quit"));
    await app.waitForExit();
    assert.equal((JSON.parse(readFileSync(file, "utf8")) as { text_size: string }).text_size, "175", what);
  }

  const unusable: Record<string, () => void> = {
    "a folder": () => mkdirSync(file),
    "a pipe": () => execFileSync("mkfifo", [file]),
  };
  for (const [what, make] of Object.entries(unusable)) {
    rmSync(file, { recursive: true });
    make();
    const { ino } = statSync(file);
    app.launch();
    const window = await app.window();
    await waitForPage(window, "overview");
    await chooseTextSize(window, 150);
    await waitForTextSize(window, 150);
    assert.equal(await window.id("settings-error").isVisible(), false, what);
    await (await desktop.tray.icon()).click(message("tray-quit"));
    await app.waitForExit();
    assert.equal(statSync(file).ino, ino, `${what} is left alone`);
  }
  assert.ok(existsSync(file) && !readdirSync(join(file, "..")).some((name) => name.startsWith(`${FILE}.`)));
});

test("a closed banner stays closed after a start, until its service has been back", async (t) => {
  const person = await connectApp(t, sandbox, { tray: false });
  const { desktop, app, window } = person;
  await window.id("health-tray").waitVisible();
  await window.id("health-dismiss").click();
  await window.id("health-tray").waitHidden();
  await app.closeWindow();
  await app.waitForExit();

  app.launch();
  await app.window();
  await until("the tray is known to be missing", () => isTrayMissing(window));
  await staysTrue("the banner stays closed", async () => !(await window.id("health-tray").isVisible()), 1_000);
  await desktop.tray.appear();
  await desktop.tray.icon();
  await until("the tray is known to be there", async () => !(await isTrayMissing(window)));
  desktop.tray.vanish();
  await window.id("health-tray").waitVisible({ timeout: 40_000 });
  await window.screenshot("missing-again");
});

async function isTrayMissing(window: AppWindow): Promise<boolean> {
  const missing = await window.driver.asyncScript(
    `const [done] = arguments;
     window.__TAURI_INTERNALS__.invoke("app").then(({ health }) => done(!health.tray), () => done(null));`,
  );
  return missing === true;
}
