/** From process start to the first useful paint, and from the tray back to it: bare window and app in turn. */
import { App, BINARIES, processesOf } from "../session/app.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import { series, type Figure } from "./figures.ts";
import { BARE_WINDOW, stop, locateOnScreen, screenOf, startBareWindow, startHidden, type Effort } from "./setup.ts";
import type { Box, Screen } from "./screen.ts";

/** The text of the bare page, within its window. */
const BARE_TEXT: Box = { x: 40, y: 40, width: 320, height: 60 };
/** The balance on the overview without its age, within the app's window at 1200 × 800. */
const BALANCE: Box = { x: 248, y: 108, width: 317, height: 75 };

/** A part of the screen and its pixels once the program is painted. */
interface Reference {
  readonly box: Box;
  readonly pixels: Buffer;
}

export async function measureStarts(desktop: Desktop, effort: Effort): Promise<Figure[]> {
  const screen = screenOf(desktop);
  const app = new App(desktop);
  const text = await captureBareWindow(desktop, screen);
  const balance = await captureApp(desktop, screen, app);
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

async function captureBareWindow(desktop: Desktop, screen: Screen): Promise<Reference> {
  const bare = startBareWindow(desktop);
  const box = await locateOnScreen(desktop, "Bare window", BARE_TEXT);
  const pixels = await screen.waitUntilStable(box);
  await desktop.screenshot("bare window");
  await stop(desktop, bare, BARE_WINDOW);
  return { box, pixels };
}

async function captureApp(desktop: Desktop, screen: Screen, app: App): Promise<Reference> {
  const running = app.launch();
  const box = await locateOnScreen(desktop, "Bursar", BALANCE);
  const pixels = await screen.waitUntilStable(box, 4_000);
  await desktop.screenshot("app");
  await stop(desktop, running, BINARIES.app);
  return { box, pixels };
}

async function bareStart(desktop: Desktop, screen: Screen, reference: Reference): Promise<number> {
  await waitUntilCleared(screen, reference);
  const start = performance.now();
  const bare = startBareWindow(desktop);
  const painted = await screen.waitFor(reference.box, reference.pixels);
  await stop(desktop, bare, BARE_WINDOW);
  return painted - start;
}

async function appStart(desktop: Desktop, screen: Screen, app: App, reference: Reference): Promise<number> {
  await waitUntilCleared(screen, reference);
  const start = performance.now();
  const running = app.launch();
  const painted = await screen.waitFor(reference.box, reference.pixels);
  await stop(desktop, running, BINARIES.app);
  return painted - start;
}

async function backFromTray(desktop: Desktop, screen: Screen, app: App, reference: Reference): Promise<number> {
  await waitUntilCleared(screen, reference);
  const running = await startHidden(desktop, app);
  const icon = await desktop.tray.icon();
  await until("only the app's own process runs", () => processesOf(desktop, BINARIES.app).length === 1);
  const start = performance.now();
  // The call may be answered later; the screen is what counts.
  const activated = icon.activate();
  const painted = await screen.waitFor(reference.box, reference.pixels);
  await activated;
  await stop(desktop, running, BINARIES.app);
  return painted - start;
}

/** Waits until the previous run is no longer on the screen. */
async function waitUntilCleared(screen: Screen, { box, pixels }: Reference): Promise<void> {
  await until("the screen is cleared", () => !screen.isShown(box, pixels));
}
