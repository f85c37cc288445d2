/**
 * Proportional memory of all processes with the window open, after closing it, and after a hidden start. The bare
 * window is measured while the closed app still runs. Both share pages of libraries then, which makes the bare window
 * look smaller, never larger. The app is measured after the bare window has ended.
 */
import { App, BINARIES, processesOf } from "../session/app.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import { series, type Figure } from "./figures.ts";
import { BARE_WINDOW, stop, proportionalMiB, startBareWindow, startHidden, type Effort } from "./setup.ts";
import { setTimeout as pause } from "node:timers/promises";

/** By then a hidden start has read everything. */
const HIDDEN_REST_MS = 10_000;

export async function measureMemory(desktop: Desktop, effort: Effort): Promise<Figure[]> {
  const app = new App(desktop);
  const runs = { bare: [] as number[], open: [] as number[], hidden: [] as number[], closed: [] as number[] };
  for (let run = 0; run < effort.runs; run += 1) {
    const running = app.launch();
    await waitForPages(desktop, BINARIES.app);
    await pause(effort.rest);
    runs.open.push(appMemory(desktop));
    await app.closeWindow();
    await until("WebKit's processes have ended", () => processesOf(desktop, BINARIES.app).length === 1, {
      timeout: 90_000,
    });

    const bare = startBareWindow(desktop);
    await waitForPages(desktop, BARE_WINDOW);
    await pause(effort.rest);
    runs.bare.push(proportionalMiB(processesOf(desktop, BARE_WINDOW)));
    await stop(desktop, bare, BARE_WINDOW);

    await until("the app has restarted itself", () => app.hasHiddenProcess(), { timeout: 60_000 });
    runs.closed.push(appMemory(desktop));
    await stop(desktop, running, BINARIES.app);

    const hidden = await startHidden(desktop, app);
    await pause(HIDDEN_REST_MS);
    runs.hidden.push(appMemory(desktop));
    await stop(desktop, hidden, BINARIES.app);
  }
  const beside = series(runs.bare);
  const figure = (name: string, sizes: number[], most: number): Figure => ({
    name,
    unit: "MiB",
    beside,
    bursar: series(sizes),
    goal: { of: "ratio", most },
  });
  const seconds = effort.rest / 1000;
  return [
    figure(`memory (PSS), window open, after ${seconds} s`, runs.open, 1.1),
    figure("memory (PSS) in the tray, started hidden", runs.hidden, 0.3),
    figure(`memory (PSS) in the tray, ${seconds} s and more after the window was closed`, runs.closed, 0.3),
  ];
}

function appMemory(desktop: Desktop): number {
  return proportionalMiB(processesOf(desktop, BINARIES.app));
}

/** The program, WebKit's network process and a web process. */
async function waitForPages(desktop: Desktop, program: string): Promise<void> {
  await until("WebKit's processes run", () => processesOf(desktop, program).length >= 3);
}
