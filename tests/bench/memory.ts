/** Proportional size of all processes: with the window open, after a hidden start, and some time after closing. */
import { App, BINARIES } from "../session/app.ts";
import { until } from "../session/deadline.ts";
import type { Desktop } from "../session/desktop.ts";
import { series, type Figure } from "./figures.ts";
import { appProcesses, BARE, end, proportionalSize, startBare, type Effort } from "./place.ts";
import { setTimeout as pause } from "node:timers/promises";

export async function measureMemory(desktop: Desktop, effort: Effort): Promise<Figure[]> {
  const app = new App(desktop);
  const runs = { bare: [] as number[], open: [] as number[], hidden: [] as number[], closed: [] as number[] };
  for (let run = 0; run < Math.min(effort.runs, 3); run += 1) {
    const bare = startBare(desktop);
    await pages(desktop, BARE);
    await pause(effort.rest);
    runs.bare.push(proportionalSize(appProcesses(desktop, BARE)));
    await end(desktop, bare, BARE);

    const open = app.launch();
    await pages(desktop, BINARIES.app);
    await pause(effort.rest);
    runs.open.push(size(desktop));
    await app.closeWindow();
    if (effort.quick) await until("it has started afresh", () => app.startedAfresh(), { within: 120_000 });
    await pause(effort.rest);
    runs.closed.push(size(desktop));
    await end(desktop, open, BINARIES.app);

    const hidden = app.launch({ args: ["--hidden"] });
    await desktop.tray.icon();
    await pause(effort.rest);
    runs.hidden.push(size(desktop));
    await end(desktop, hidden, BINARIES.app);
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
    figure(`memory (PSS) in the tray, ${seconds} s after the window was closed`, runs.closed, 0.3),
  ];
}

function size(desktop: Desktop): number {
  return proportionalSize(appProcesses(desktop, BINARIES.app));
}

async function pages(desktop: Desktop, program: string): Promise<void> {
  await until("its pages are there", () => appProcesses(desktop, program).length >= 3);
}
