/**
 * Kills the desktop app where only it can be killed: while it shows a pop-up, and while it opens a payment page. Many
 * homes share one desktop session; the account's label shows which pop-up belongs to which.
 */
import assert from "node:assert/strict";
import { BINARIES } from "../session/app.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import type { RunningProcess } from "../session/processes.ts";
import type { Sandbox, SandboxTopUp } from "../session/sandbox.ts";
import type { TrayItem } from "../session/tray.ts";
import { CliHome } from "./cli_home.ts";
import { text } from "../session/texts.ts";

/** Where the app is killed, and how many pop-ups may have appeared in the end. */
export interface AppKill {
  readonly point: string;
  /** What the app does at the kill; `seen` kills it from outside once the pop-up has appeared. */
  readonly when: "popping up" | "seen" | "opening";
  readonly popUps: readonly number[];
}

export const APP_KILLS: readonly AppKill[] = [
  { point: "notice.before", when: "popping up", popUps: [1] },
  { point: "notice.after", when: "popping up", popUps: [1] },
  { point: "mark.before", when: "popping up", popUps: [1] },
  { point: "mark.after", when: "popping up", popUps: [0] },
  { point: "pop_up.after", when: "popping up", popUps: [0, 1] },
  { point: "pop_up.seen", when: "seen", popUps: [1] },
  { point: "browser.before", when: "opening", popUps: [1] },
  { point: "browser.after", when: "opening", popUps: [1] },
];

/** Kills one user's app at that point, starts it again, and asks it to quit once everything is done. */
export async function killApp(desktop: Desktop, sandbox: Sandbox, kill: AppKill, number: number): Promise<void> {
  const user = await sandbox.user();
  const label = `Account ${number}`;
  const home = new CliHome(desktop.processes, `app-${number}`, user);
  const connected = await home.connect({ label });
  assert.equal(connected.code, 0, connected.stderr);
  const started = await home.bursar(["top-up", "12.5", "--no-open"]);
  assert.equal(started.code, 0, started.stderr);
  const topUp = await user.openTopUp();
  const completed = text("notice-completed", { kind: "top_up" });
  const popUps = (): number =>
    desktop.notifications.all.filter(({ summary, body }) => summary === completed && body.includes(`${label}.`)).length;

  if (kill.when === "opening") await killWhileOpening(desktop, home, label, kill, topUp);
  await payAndWait(sandbox, topUp);
  if (kill.when !== "opening") {
    const first = launch(desktop, home, kill.when === "seen" ? undefined : kill.point);
    if (kill.when === "seen") {
      await until("the pop-up has appeared", () => popUps() === 1, { timeout: 30_000, interval: 5 });
      first.child.kill("SIGKILL");
    }
    await assertDies(first, kill.point);
  }

  const again = launch(desktop, home);
  await until(
    `the top-up is completed and the notice shown, after ${kill.point}`,
    async () => {
      again.assertAlive();
      const [row] = await home.topUps();
      const notices = await home.notices();
      return row?.phase === "completed" && notices.length > 0 && notices.every((one) => one.shown === 1);
    },
    { timeout: 40_000 },
  );
  await findIcon(desktop, label);
  await again.stop("SIGTERM", 20_000);
  assert.ok(kill.popUps.includes(popUps()), `${popUps()} pop-ups after ${kill.point}`);
  const notices = await home.notices();
  assert.deepEqual(
    notices.map((one) => [one.kind, one.subject]),
    [["completed", topUp.id]],
  );
  assert.equal((await user.serverState()).top_up_count, 1);
  home.remove();
}

/**
 * Kills the app while it opens the browser. Afterwards nothing opens by itself, and the user can open the page again.
 */
async function killWhileOpening(
  desktop: Desktop,
  home: CliHome,
  label: string,
  kill: AppKill,
  topUp: SandboxTopUp,
): Promise<void> {
  const opened = (): number => desktop.browser.openedUrls.filter((one) => one === topUp.session_url).length;
  const first = launch(desktop, home, kill.point);
  const icon = await findIcon(desktop, label);
  await icon.find(text("tray-return"));
  // The killed app does not answer the call.
  await icon.click(text("tray-return")).catch(() => undefined);
  await assertDies(first, kill.point);
  const before = opened();
  assert.ok(before <= 1, `opened ${before} times`);
  const again = launch(desktop, home);
  await (await findIcon(desktop, label)).click(text("tray-return"));
  await until("the payment page is opened", () => opened() === before + 1);
  await again.stop("SIGTERM", 20_000);
  assert.equal(opened(), before + 1);
}

function launch(desktop: Desktop, home: CliHome, point?: string): RunningProcess {
  const env = {
    ...desktop.env,
    BURSAR_API_KEY: home.user.key,
    ...(point === undefined ? {} : { BURSAR_FAIL_POINT: point }),
  };
  return desktop.processes.start("app", BINARIES.app, { args: ["--hidden", "--home", home.folder], env });
}

async function assertDies(app: RunningProcess, point: string): Promise<void> {
  const end = await app.waitForExit(40_000);
  if (end !== "SIGKILL") throw new Error(`not killed at ${point}: the app ended with ${end}`);
}

/** The tray icon of that account's app, once its balance is known. */
async function findIcon(desktop: Desktop, label: string): Promise<TrayItem> {
  return until(
    `an icon for ${label}`,
    async () => {
      for (const item of desktop.tray.items) {
        const { tooltip } = await item.properties().catch(() => ({ tooltip: "" }));
        if (tooltip.split("\n").some((line) => line.startsWith(`${label}: `) && line.includes("USDC"))) return item;
      }
      return undefined;
    },
    { timeout: 30_000 },
  );
}

async function payAndWait(sandbox: Sandbox, topUp: SandboxTopUp): Promise<void> {
  await sandbox.pay(topUp.id);
  await until("the top-up is credited", async () => (await sandbox.topUp(topUp.id)).transaction !== null, {
    interval: 100,
  });
}
