/** A history of years: to its oldest payment and back, and to any month, by mouse and by keyboard. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../session/wait.ts";
import { Sandbox } from "../session/sandbox.ts";
import { KEYS, type AppWindow } from "../session/window.ts";
import { connectApp, waitForPage } from "./steps.ts";

const PAYMENT_COUNT = 1_500;
/** Plus the free credits. */
const ROW_COUNT = PAYMENT_COUNT + 1;
/** The page never holds more rows than fit the window, plus a few. */
const MAX_RENDERED_ROWS = 40;

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("payments_list");
});
after(() => sandbox.end());

/** Indexes of the rendered rows whose payment is loaded. */
async function renderedRows(window: AppWindow): Promise<number[]> {
  return (await window.driver.script(
    `return [...document.querySelectorAll('[data-testid="payment"]')].map((row) => Number(row.ariaRowIndex) - 2)`,
  )) as number[];
}

/** The month of the first visible row, read from its date. */
async function monthAtTop(window: AppWindow): Promise<string> {
  const date = (await window.driver.script(
    `const list = document.querySelector('[data-testid="payments"] [role="rowgroup"]').getBoundingClientRect();
     const inSight = [...document.querySelectorAll('[data-testid="payment"]')].map((row) => [row.getBoundingClientRect().bottom, row])
       .filter(([bottom]) => bottom > list.top + 1).sort(([one], [other]) => one - other);
     return inSight[0]?.[1].querySelector('[role="gridcell"]').textContent ?? ""`,
  )) as string;
  return monthOf(date);
}

/** The date in a row, by the row's index. */
async function dateOf(window: AppWindow, row: number): Promise<string> {
  const cell = `[data-testid="payment"][aria-rowindex="${row + 2}"] [role="gridcell"]`;
  return (await window.driver.script(`return document.querySelector('${cell}').textContent`)) as string;
}

/** "Jun 2019" for "June 2019" and for "7 Jun 2019 10:20". */
function monthOf(date: string): string {
  const [, month = "", year = ""] = /([A-Z][a-z]{2})[a-z]* (\d{4})/.exec(date) ?? [];
  return `${month} ${year}`;
}

test("a long history jumps to any month by one choice and to either end by one key", async (t) => {
  const { window } = await connectApp(t, sandbox, { user: { history: PAYMENT_COUNT } });
  await window.id("nav-payments").click();
  await waitForPage(window, "payments");
  await window.css(`[data-testid="payments-count"][data-total="${ROW_COUNT}"]`).waitVisible({ timeout: 60_000 });
  const newest = await window.id("months").text();

  await window.id("months").click();
  const months = await until("the months are listed", async () => {
    const ids = (await window.driver.script(
      `return [...document.querySelectorAll('[data-testid^="months-2"]')].map((month) => month.dataset.testid)`,
    )) as string[];
    return ids.length > 3 && ids;
  });
  assert.equal(await window.id(months[0] ?? "").text(), newest);
  const wanted = await window.id(months[3] ?? "").text();
  assert.ok(months.length >= 12);
  const oldest = await window.id(months.at(-1) ?? "").text();
  await window.id(months[3] ?? "").click();
  await until("the list is at that month", async () => (await window.id("months").text()) === wanted);
  const first = await until("the month's payments are loaded", async () => (await renderedRows(window))[0]);
  assert.ok(first > 0 && (await renderedRows(window)).length < MAX_RENDERED_ROWS);
  await window.screenshot("a month");

  await window.driver.script(`document.querySelector('[data-testid="payments"]').focus()`);
  await window.press(KEYS.end);
  await until("the oldest payment is there", async () => (await renderedRows(window)).includes(ROW_COUNT - 1));
  assert.equal(monthOf(await dateOf(window, ROW_COUNT - 1)), monthOf(oldest));
  // The oldest month may have fewer payments than the window has rows.
  const last = await monthAtTop(window);
  assert.equal(monthOf(await window.id("months").text()), last);
  assert.notEqual(last, monthOf(newest));
  assert.ok((await renderedRows(window)).length < MAX_RENDERED_ROWS);
  // Reloading other data of the account must not scroll the list.
  for (const state of ["hidden", "known"]) {
    await window.id("hide-amounts").click();
    await window.css(`[data-testid="payment"] [data-state="${state}"]`).waitVisible();
  }
  assert.ok((await renderedRows(window)).includes(ROW_COUNT - 1));
  await window.driver.script(`document.querySelector('[data-testid="payments"]').focus()`);
  await window.press(KEYS.home);
  await until("the newest payment is there", async () => (await renderedRows(window)).includes(0));
  assert.equal(await window.id("months").text(), newest);

  await window.id("search").fill("no payment has this in it");
  await window.id("payments-none").waitVisible();
  await window.id("months").waitHidden();
  await window.screenshot("nothing matches");
  await window.id("clear-filters").click();
  await until("the list starts at the newest payment", async () => (await renderedRows(window))[0] === 0);

  await window.id("search").fill("nor this");
  await window.id("payments-none").waitVisible();
  await window.press(KEYS.escape);
  assert.equal(await window.id("search").property("value"), "");
  await until("all payments are shown again", async () => (await renderedRows(window))[0] === 0);
});
