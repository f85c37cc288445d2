/**
 * Every page with realistic data, in light and dark, down to the smallest window: nothing is cut off, scrolls sideways
 * or scrolls twice, and axe finds no accessibility violation (WCAG AA). The screenshots stay among the artefacts.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { Sandbox } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import { assertFits, startTopUp, connectApp, waitForPage, waitForPayment } from "./steps.ts";

const PAGES = ["overview", "top_up", "payments", "inbox", "accounts", "settings"] as const;
const SIZES = [
  { width: 1200, height: 800 },
  { width: 800, height: 600 },
  { width: 480, height: 600 },
] as const;

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("layout");
});
after(() => sandbox.end());

for (const colors of ["light", "dark"] as const) {
  test(`every page fits every window size and is accessible, ${colors}`, async (t) => {
    const person = await connectApp(t, sandbox, {
      colors,
      user: { history: 40, workload: { daily: "4.5", days: 35, reserve: "9" } },
    });
    const { window } = person;
    await window.css('[data-testid="days-left"][data-days]').waitVisible();
    const { topUp, checkout } = await startTopUp(person, sandbox, "25.50");
    assert.equal(await window.colorScheme(), colors);
    for (const size of SIZES) {
      await window.resize(size.width, size.height);
      for (const name of PAGES) {
        await window.id(`nav-${name}`).click();
        await waitForPage(window, name);
        await assertFits(window, `${name} at ${size.width} × ${size.height}`);
        await window.screenshot(`${name}-${size.width}`);
        await assertAccessible(window, `${name} at ${size.width} × ${size.height}`);
      }
    }
    await window.resize(1200, 800);
    await checkout.payByWallet(137);
    await waitForPayment(window, topUp.id, "completed", true);
    await window.id("nav-inbox").click();
    await window.css('[data-testid="notice"]').waitVisible();
    await window.screenshot("inbox-with-a-notice");
  });
}

async function assertAccessible(window: AppWindow, what: string): Promise<void> {
  await window.driver.script(`if (!globalThis.axe) { ${AXE} }`);
  const violations = await window.driver.asyncScript(
    `const [tags, done] = arguments;
     axe.run(document, { runOnly: tags }).then(({ violations }) =>
       done(violations.map(({ id, help, nodes }) => id + ": " + help + ": " + nodes[0].html.slice(0, 200))));`,
    AXE_TAGS,
  );
  assert.deepEqual(violations, [], what);
}
