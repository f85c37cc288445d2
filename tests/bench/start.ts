/** From process start to the first useful paint, and from the tray back to it: bare window and app in turn. */
import { App, BINARIES, processesOf } from "../session/app.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import { series, type Figure } from "./figures.ts";
import { BARE, end, onScreen, screenOf, startBare, startHidden, type Effort } from "./setup.ts";
import type { Box, Screen } from "./screen.ts";

/** The text of the bare page, within its window. */
const BARE_TEXT: Box = { x: 40, y: 40, width: 320, height: 60 };
/** The balance on the overview without its age, within the app's window at 1200 × 800. */
const BALANCE: Box = { x: 248, y: 108, width: 317, height: 75 };

/** A part of the screen and its pixels once the program is painted. */
interface Sight {
  readonly box: Box;
  readonly shown: Buffer;
}

export async function measureStarts(desktop: Desktop, effort: Effort): Promise<Figure[]> {
  const screen = screenOf(desktop);
  const app = new App(desktop);
  const text = await learnBare(desktop, screen);
  const balance = await learnApp(desktop, screen, app);
  const runs = { bare: [] as number[], app: [] as number[], back: [] as number[] };
  for (let run = 0; run < effort.runs * 2; run += 1) {
    runs.bare.push(await bareStart(desktop, screen, text));
    runs.app.push(await appStart(desktop, screen, app, balance));
    runs.back.push(await backFromTray(desktop, screen, app, balance));
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
      note: "Baseline: process start to the bare page's text painted. The screen is read every 2 ms.",
    },
    {
      name: "window back from the tray to painted, after a hidden start",
      unit: "ms",
      beside,
      bursar: series(runs.back),
      goal: { of: "ratio", most: 0.9 },
      note: "From the click on the tray's icon to the same paint; neither GTK nor WebKit is loaded before the click.",
    },
  ];
}

async function learnBare(desktop: Desktop, screen: Screen): Promise<Sight> {
  const bare = startBare(desktop);
  const box = await onScreen(desktop, "Bare window", BARE_TEXT);
  const shown = await screen.settles(box);
  await desktop.picture("bare window");
  await end(desktop, bare, BARE);
  return { box, shown };
}

async function learnApp(desktop: Desktop, screen: Screen, app: App): Promise<Sight> {
  const running = app.launch();
  const box = await onScreen(desktop, "Bursar", BALANCE);
  const shown = await screen.settles(box, 4_000);
  await desktop.picture("app");
  await end(desktop, running, BINARIES.app);
  return { box, shown };
}

async function bareStart(desktop: Desktop, screen: Screen, sight: Sight): Promise<number> {
  await cleared(screen, sight);
  const begun = performance.now();
  const bare = startBare(desktop);
  const painted = await screen.shows(sight.box, sight.shown);
  await end(desktop, bare, BARE);
  return painted - begun;
}

async function appStart(desktop: Desktop, screen: Screen, app: App, sight: Sight): Promise<number> {
  await cleared(screen, sight);
  const begun = performance.now();
  const running = app.launch();
  const painted = await screen.shows(sight.box, sight.shown);
  await end(desktop, running, BINARIES.app);
  return painted - begun;
}

async function backFromTray(desktop: Desktop, screen: Screen, app: App, sight: Sight): Promise<number> {
  await cleared(screen, sight);
  const running = await startHidden(desktop, app);
  const icon = await desktop.tray.icon();
  await until("only the app's own process runs", () => processesOf(desktop, BINARIES.app).length === 1);
  const begun = performance.now();
  // The call may be answered later; the screen is what counts.
  const activated = icon.activate();
  const painted = await screen.shows(sight.box, sight.shown);
  await activated;
  await end(desktop, running, BINARIES.app);
  return painted - begun;
}

/** Waits until the previous run is no longer on the screen. */
async function cleared(screen: Screen, { box, shown }: Sight): Promise<void> {
  await until("the screen is cleared", () => !screen.isShown(box, shown));
}
