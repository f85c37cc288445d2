/** How soon a credit on the chain is in the window, with the window and a top-up open. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../session/deadline.ts";
import { Sandbox } from "../session/sandbox.ts";
import { allAgree, plainAmount } from "../session/truth.ts";
import { connected, topUpElsewhere, type Connected } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("latency");
});
after(() => sandbox.end());

/** Writes into the page when the balance was drawn anew, so that looking costs nothing of the time. */
const WATCH = `
const drawn = {};
window.bursarDrawn = drawn;
const note = () => {
  const amount = document.querySelector('[data-testid="balance"]')?.dataset.amount;
  if (amount && !(amount in drawn)) requestAnimationFrame(() => { drawn[amount] ??= Date.now(); });
};
new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
`;

/**
 * Milliseconds from the credit's being asked for, which is before it is mined, until the window has drawn it.
 */
async function sample({ user, window }: Connected): Promise<number> {
  const asked = Date.now();
  await user.credit("1");
  const expected = plainAmount((await user.truth()).chain.free);
  const drawn = await until(
    `the window shows ${expected}`,
    async () => {
      const seen = (await window.driver.script("return window.bursarDrawn")) as Record<string, number>;
      return Object.entries(seen).find(([amount]) => plainAmount(amount) === expected)?.[1];
    },
    { within: 20_000 },
  );
  return drawn - asked;
}

async function samples(person: Connected, count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let at = 0; at < count; at += 1) taken.push(await sample(person));
  return taken.toSorted((a, b) => a - b);
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN;
}

test("a credit shows within 1 s with the WebSocket and within 6 s without it", async (t) => {
  const person = await connected(t, sandbox);
  const { user, window } = person;
  await topUpElsewhere(user, "10.00");
  await (await person.desktop.tray.icon()).click("Check now");
  await window.css('[data-testid="open-top-up"][data-status="open"]').waitVisible();
  await window.driver.script(WATCH);

  const pushed = await samples(person, 20);
  t.diagnostic(
    `with the WebSocket: median ${percentile(pushed, 0.5)} ms, 95th percentile ${percentile(pushed, 0.95)} ms`,
  );
  assert.ok(percentile(pushed, 0.95) <= 1_000, `95th percentile of ${pushed.join(", ")}`);

  await sandbox.rpc("fluence-ws", { mode: "refuse" });
  const polled = await samples(person, 8);
  t.diagnostic(`without: median ${percentile(polled, 0.5)} ms, longest ${percentile(polled, 1)} ms`);
  assert.ok(percentile(polled, 1) <= 6_000, `longest of ${polled.join(", ")}`);
  await window.picture("credited");
  // Without the window: the open top-up is below all these credits in its list. The balance was compared above.
  await allAgree({ desktop: person.desktop, user });
});
