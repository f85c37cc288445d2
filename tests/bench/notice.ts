/** From a credit on the chain to the notification in the tray: what a user waits for after paying. */
import { App, BINARIES } from "../session/app.ts";
import { connectAccount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import type { Sandbox, SandboxTopUp, User } from "../session/sandbox.ts";
import { createTopUpElsewhere } from "../journeys/steps.ts";
import { atMost, series, type Figure } from "./figures.ts";
import { stop, startHidden, type Effort } from "./setup.ts";
import { setTimeout as pause } from "node:timers/promises";
import { text } from "../session/texts.ts";

/** How often the app polls an open payment in the tray, in milliseconds. */
const TRAY_POLL_MS = 15_000;
/** Accounts that wait at the same time, so that many samples take no longer than one. */
const ACCOUNTS = 10;

/** With the WebSocket subscription: one payment after the other. */
export async function measureBySocket(desktop: Desktop, sandbox: Sandbox, effort: Effort): Promise<Figure[]> {
  const user = await sandbox.user();
  await connectAccount(desktop, user);
  const app = new App(desktop);
  await sandbox.control("DELETE", "/requests");
  const running = await startHidden(desktop, app);
  const icon = await desktop.tray.icon();
  await until("the app is subscribed", () => isSubscribed(sandbox));
  await sandbox.setRelayer({ hold: true });
  const waits: number[] = [];
  for (let run = 0; run < effort.runs * 3; run += 1) {
    const topUp = await createTopUpElsewhere(user, "10.00");
    await icon.click(text("tray-check-now"));
    await icon.find(text("tray-return"), { timeout: 30_000 });
    await sandbox.pay(topUp.id);
    waits.push(await timeToNotice(desktop, sandbox, topUp));
    await until("the top-up is no longer open", async () => !(await icon.labels()).includes(text("tray-return")), {
      timeout: 60_000,
    });
  }
  await sandbox.setRelayer({ hold: false });
  await stop(desktop, running, BINARIES.app);
  return [
    atMost(250, {
      name: "credit mined to notice shown, WebSocket, in the tray",
      unit: "ms",
      bursar: series(waits, 0.95),
      note: "Starts before the call that mines the credit, so it includes the sandbox's own time.",
    }),
  ];
}

/** With polling only: many accounts with one payment each, credited at different times between two polls. */
export async function measureByPolling(desktop: Desktop, sandbox: Sandbox, effort: Effort): Promise<Figure[]> {
  await sandbox.setRpcMode("fluence-ws", { mode: "refuse" });
  await sandbox.setRelayer({ hold: true });
  const people: { user: User; label: string }[] = [];
  for (let index = 0; index < ACCOUNTS; index += 1) {
    const label = `Account ${String.fromCharCode(65 + index)}`;
    const user = await sandbox.user();
    await connectAccount(desktop, user, { label });
    people.push({ user, label });
  }
  const app = new App(desktop);
  const waits: number[] = [];
  for (let round = 0; round < Math.max(2, effort.runs / 4); round += 1) {
    const open = await Promise.all(
      people.map(async ({ user, label }) => ({ label, topUp: await createTopUpElsewhere(user, "10.00") })),
    );
    for (const { topUp } of open) await sandbox.pay(topUp.id);
    const running = await startHidden(desktop, app);
    const icon = await desktop.tray.icon();
    await until(
      "all payments are followed",
      async () => (await icon.properties()).tooltip.split("(top-up ").length - 1 === ACCOUNTS,
      { timeout: 60_000 },
    );
    // Spreads the credits over the interval, because all accounts started polling together.
    const credited = open.map(async ({ label, topUp }, index) => {
      await pause(TRAY_POLL_MS + ((index * 0.618) % 1) * TRAY_POLL_MS);
      return timeToNotice(desktop, sandbox, topUp, label);
    });
    waits.push(...(await Promise.all(credited)));
    await stop(desktop, running, BINARIES.app);
  }
  await sandbox.setRelayer({ hold: false });
  await sandbox.setRpcMode("fluence-ws", { mode: "ok" });
  return [
    atMost((TRAY_POLL_MS + 1_000) / 1_000, {
      name: "credit mined to notice shown, polling only, in the tray",
      unit: "s",
      bursar: series(
        waits.map((wait) => wait / 1_000),
        0.95,
      ),
      note: `${ACCOUNTS} accounts at once, each with a payment that the app polls every ${TRAY_POLL_MS / 1_000} s.`,
    }),
  ];
}

/** Credits a paid top-up; returns the milliseconds until the app sends its notification. */
async function timeToNotice(desktop: Desktop, sandbox: Sandbox, topUp: SandboxTopUp, label = ""): Promise<number> {
  const before = desktop.notifications.all.length;
  const start = performance.now();
  // The sandbox mines the credit within this call, as its relayer would.
  await sandbox.control("POST", `/top-ups/${topUp.id}/credit`);
  await until(
    "the notification arrives",
    () => desktop.notifications.all.slice(before).some((one) => one.body.includes(label)),
    {
      timeout: 60_000,
      interval: 2,
    },
  );
  return performance.now() - start;
}

async function isSubscribed(sandbox: Sandbox): Promise<boolean> {
  return (await sandbox.requests({ target: "fluence-ws" })).some((one) => one.path === "eth_subscribe");
}
