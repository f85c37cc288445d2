/** From the start of the process to the paint that counts, and from the tray back to it: app and bare window in turn. */
import { App, BINARIES } from "../session/app.ts";
import { until } from "../session/deadline.ts";
import type { Desktop } from "../session/desktop.ts";
import { series, type Figure } from "./figures.ts";
import { appProcesses, BARE, end, screenOf, startBare, type Effort } from "./place.ts";
import type { Box, Screen } from "./screen.ts";

/** Within the bare page: its one line of text. */
const BARE_TEXT: Box = { x: 80, y: 90, width: 320, height: 90 };

export async function measureStarts(desktop: Desktop, effort: Effort, balance: Box): Promise<Figure[]> {
  const screen = screenOf(desktop);
  const app = new App(desktop);
  const bareText = await calibrateBare(desktop, screen);
  const balanceText = await calibrateApp(desktop, screen, app, balance);
  const runs = { bare: [] as number[], app: [] as number[], back: [] as number[] };
  for (let run = 0; run < effort.runs; run += 1) {
    runs.bare.push(await bareStart(desktop, screen, bareText));
    runs.app.push(await appStart(desktop, screen, app, balance, balanceText));
    runs.back.push(await backFromTray(desktop, screen, app, balance, balanceText));
  }
  screen.close();
  const beside = series(runs.bare);
  return [
    {
      name: `process start to the cached balance painted, ${effort.payments.toLocaleString("en")} payments`,
      unit: "ms",
      beside,
      bursar: series(runs.app),
      goal: { of: "ratio", most: 1.15 },
    },
    {
      name: "window back from the tray to painted, after a hidden start",
      unit: "ms",
      beside,
      bursar: series(runs.back),
      goal: { of: "ratio", most: 0.9 },
    },
  ];
}

async function calibrateBare(desktop: Desktop, screen: Screen): Promise<Buffer> {
  const bare = startBare(desktop);
  const shown = await screen.settles(BARE_TEXT);
  await end(desktop, bare, BARE);
  return shown;
}

async function calibrateApp(desktop: Desktop, screen: Screen, app: App, balance: Box): Promise<Buffer> {
  const running = app.launch();
  const shown = await screen.settles(balance, 4_000);
  await end(desktop, running, BINARIES.app);
  return shown;
}

async function bareStart(desktop: Desktop, screen: Screen, text: Buffer): Promise<number> {
  await cleared(screen, BARE_TEXT, text);
  const begun = performance.now();
  const bare = startBare(desktop);
  const painted = await screen.shows(BARE_TEXT, text);
  await end(desktop, bare, BARE);
  return painted - begun;
}

async function appStart(desktop: Desktop, screen: Screen, app: App, balance: Box, text: Buffer): Promise<number> {
  await cleared(screen, balance, text);
  const begun = performance.now();
  const running = app.launch();
  const painted = await screen.shows(balance, text);
  await end(desktop, running, BINARIES.app);
  return painted - begun;
}

async function backFromTray(desktop: Desktop, screen: Screen, app: App, balance: Box, text: Buffer): Promise<number> {
  await cleared(screen, balance, text);
  const running = app.launch({ args: ["--hidden"] });
  const icon = await desktop.tray.icon();
  await icon.find("Check now");
  await until("only the app is there", () => appProcesses(desktop, BINARIES.app).length === 1);
  const begun = performance.now();
  await icon.activate();
  const painted = await screen.shows(balance, text);
  await end(desktop, running, BINARIES.app);
  return painted - begun;
}

/** Nothing of the run before is on the screen any more. */
async function cleared(screen: Screen, box: Box, text: Buffer): Promise<void> {
  await until("the screen is cleared", () => !screen.look(box).equals(text));
}
