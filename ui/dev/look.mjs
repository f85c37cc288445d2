// Takes pictures of the drawing board: `node ui/dev/look.mjs OUT [PAGE@CASE@SIZE@THEME …]` beside a running `npm run dev`.
// With AXE=1 it also runs axe-core on each and prints what it finds.

import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [out = "looks", ...wishes] = process.argv.slice(2);
const base = process.env.BASE ?? "http://127.0.0.1:5199/";
const PAGES = ["overview", "top_up", "payments", "inbox", "accounts", "settings"];
const SIZES = ["1200x800", "800x600", "480x600"];
const THEMES = ["light", "dark"];
const every = PAGES.flatMap((page) => SIZES.flatMap((size) => THEMES.map((theme) => `${page}@full@${size}@${theme}`)));

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
await mkdir(out, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
let faults = 0;
for (const wish of wishes.length > 0 ? wishes : every) {
  const [page = "overview", what = "full", size = "1200x800", theme = "light", ...clicks] = wish.split("@");
  const [width = 1200, height = 800] = size.split("x").map(Number);
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
  const tab = await context.newPage();
  tab.on("console", (message) => message.type() === "error" && console.log(wish, message.text()));
  tab.on("pageerror", (error) => console.log(wish, String(error)));
  await tab.goto(`${base}?case=${what}&theme=${theme}`);
  await tab.waitForSelector('[data-testid="frame"]');
  if (PAGES.includes(page)) await tab.click(`[data-testid="nav-${page}"]`);
  await tab.waitForTimeout(250);
  for (const click of clicks) {
    const [target = "", text] = click.split("=");
    if (text === undefined) await tab.click(`[data-testid="${target}"] >> nth=0`);
    else await tab.fill(`[data-testid="${target}"]`, text);
    await tab.waitForTimeout(250);
  }
  await tab.mouse.move(2, 2);
  await tab.screenshot({ path: `${out}/${wish.replaceAll(/[^\w.-]/g, "_")}.png` });
  const wide = await tab.evaluate(() => {
    const main = document.querySelector("main");
    return document.documentElement.scrollWidth > innerWidth || (main !== null && main.scrollWidth > main.clientWidth);
  });
  if (wide) {
    faults += 1;
    console.log(wish, "is cut: it scrolls sideways");
  }
  if (process.env.AXE) {
    await tab.evaluate(axe);
    const { violations } = await tab.evaluate(() => globalThis.axe.run(document));
    for (const { id, help, nodes } of violations) {
      faults += 1;
      console.log(
        wish,
        id,
        help,
        nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary?.split("\n")[1] ?? ""}`),
      );
    }
  }
  await context.close();
}
await browser.close();
process.exitCode = faults > 0 ? 1 : 0;
