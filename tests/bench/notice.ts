/** From a credit in the chain to the notification, by subscription: what a person waits for after paying. */
import { App, BINARIES } from "../session/app.ts";
import { until } from "../session/deadline.ts";
import type { Desktop } from "../session/desktop.ts";
import type { Sandbox, User } from "../session/sandbox.ts";
import { topUpElsewhere } from "../journeys/steps.ts";
import { quantile, series, type Figure } from "./figures.ts";
import { end, type Effort } from "./place.ts";

export async function measureNotice(desktop: Desktop, sandbox: Sandbox, user: User, effort: Effort): Promise<Figure[]> {
  const app = new App(desktop);
  const running = app.launch({ args: ["--hidden"] });
  const icon = await desktop.tray.icon();
  const waits: number[] = [];
  for (let run = 0; run < effort.runs; run += 1) {
    const topUp = await topUpElsewhere(user, "10.00");
    await icon.click("Check now");
    await icon.find("Return to payment", { within: 30_000 });
    const told = desktop.notifications.all.length;
    await sandbox.control("POST", "/relayer", { hold: true });
    await sandbox.pay(topUp.id);
    const begun = performance.now();
    // Mined within this call: the sandbox credits as the relayer would.
    await sandbox.control("POST", `/top-ups/${topUp.id}/credit`);
    await until("it is told", () => desktop.notifications.all.length > told, { within: 60_000, every: 2 });
    waits.push(performance.now() - begun);
    await sandbox.control("POST", "/relayer", { hold: false });
    await until("it is over", async () => !(await icon.labels()).includes("Return to payment"), { within: 60_000 });
  }
  await end(desktop, running, BINARIES.app);
  const sorted = waits.toSorted((a, b) => a - b);
  return [
    {
      name: "credit mined to notice shown, WebSocket, p95",
      unit: "ms",
      beside: undefined,
      bursar: { ...series(waits), median: quantile(sorted, 0.95) },
      goal: { of: "value", most: 250 },
      note: "Counted from before the call that mines the credit, so the sandbox's own time is in it.",
    },
  ];
}
