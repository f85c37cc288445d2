/**
 * The list of a very long history in the real window: time from command to answer and to the painted frame, scrolling,
 * and jumps to a month.
 */
import { App, BINARIES, processesOf } from "../session/app.ts";
import { connectAccount } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import type { RunningProcess } from "../session/processes.ts";
import type { Sandbox } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import { waitForPage } from "../journeys/steps.ts";
import { atMost, series, type Figure } from "./figures.ts";
import { stop, homeOf, measureCore, proportionalMiB, type Effort } from "./setup.ts";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Rows to scroll through in one go. */
const SCROLLED_ROWS = 20_000;
/** Commands in one script, so that no script runs for long. */
const COMMANDS_PER_SCRIPT = 10;
/** How often the memory of a page at rest is read. */
const MEMORY_READINGS = 10;
const YEARS = [2023, 2024, 2025];

/** Defines `bursarBench` in the page. */
const PAGE_PROBE = readFileSync(fileURLToPath(new URL("page_probe.js", import.meta.url)), "utf8");

interface Sample {
  /** Milliseconds from sending the command to its answer, and to the frame that shows it. */
  readonly answer: number;
  readonly painted: number;
}

interface Scrolled {
  readonly frames: number[];
  /** Frames with rows that were still loading. */
  readonly blank: number;
  readonly rows: number;
}

/** Runs `work` in its own session. */
type RunInSession = <T>(name: string, work: (desktop: Desktop) => Promise<T>) => Promise<T>;

/** Payments of the short history that the long one is compared with. */
const SHORT_HISTORY = 1_000;

export async function measureList(inSession: RunInSession, sandbox: Sandbox, effort: Effort): Promise<Figure[]> {
  const short = await inSession("short list", async (desktop) => {
    const { running, timings } = await openAndTime(desktop, sandbox, SHORT_HISTORY, effort);
    await stop(desktop, running, BINARIES.app);
    return timings;
  });
  return inSession("list", (desktop) => measureLong(desktop, sandbox, effort, short));
}

interface Timings {
  readonly pages: readonly Sample[];
  readonly searches: readonly Sample[];
}

/** Opens the app with that many payments and measures first pages and searches in its window. */
async function openAndTime(
  desktop: Desktop,
  sandbox: Sandbox,
  payments: number,
  effort: Effort,
): Promise<{ running: RunningProcess; window: AppWindow; timings: Timings; samples: number }> {
  const user = await sandbox.user();
  await connectAccount(desktop, user);
  const found = await desktop.run("sqlite3", ["-readonly", `${homeOf(desktop)}/bursar.db`, "SELECT id FROM account"]);
  await measureCore(["fill", homeOf(desktop), found.stdout.trim(), String(payments)]);
  // Flushes the new database now, so that the system does not write it during the measurement.
  await desktop.run("sync", []);
  const app = new App(desktop);
  const running = app.launch();
  const window = await app.window();
  await waitForPage(window, "overview");
  await window.driver.script(PAGE_PROBE);
  const samples = effort.quick ? 10 : 300;
  const pages = await takeSamples(window, samples, () => "return bursarBench.openPayments()");
  await waitForPage(window, "payments");
  const ids = await sampleIds(desktop, samples);
  const searches = await takeSamples(
    window,
    samples,
    (n) => `return bursarBench.search(${JSON.stringify(searchText(n, ids))})`,
  );
  return { running, window, timings: { pages, searches }, samples };
}

async function measureLong(desktop: Desktop, sandbox: Sandbox, effort: Effort, short: Timings): Promise<Figure[]> {
  const { running, window, timings, samples } = await openAndTime(desktop, sandbox, effort.cached, effort);
  const count = effort.cached.toLocaleString("en");
  await window.driver.script("bursarBench.type('search', '')");
  const before = await memoryAtRest(desktop);
  const scrolled = await scroll(window, effort.quick ? 2_000 : SCROLLED_ROWS);
  await desktop.screenshot("scrolled");
  const after = await memoryAtRest(desktop);
  const jumps = await takeSamples(window, samples, (n) => {
    const month = `${YEARS[n % YEARS.length]}-${String(1 + ((n * 7) % 12)).padStart(2, "0")}`;
    return `return bursarBench.jump("${month}")`;
  });
  await desktop.screenshot("a month");
  await stop(desktop, running, BINARIES.app);
  return [
    ...absoluteFigures("first page", timings.pages, 8, count),
    ...absoluteFigures("search", timings.searches, 30, count),
    ...relativeFigures("first page", timings.pages, short.pages, count),
    ...relativeFigures("search", timings.searches, short.searches, count),
    atMost(100, {
      name: `a jump to a month in ${count} payments, to the painted frame`,
      unit: "ms",
      bursar: series(
        jumps.map((one) => one.painted),
        0.99,
      ),
      note: "From the choice of the month.",
    }),
    atMost(33, {
      name: `scrolling ${scrolled.rows.toLocaleString("en")} rows on end in ${count}: time of a frame`,
      unit: "ms",
      bursar: series(scrolled.frames, 1),
      note: `${scrolled.frames.filter((one) => one > 33).length} of ${scrolled.frames.length} frames took longer than 33 ms, and ${scrolled.blank} had rows that were still loading; the processor draws the window.`,
    }),
    {
      name: "memory (PSS) after scrolling, beside before",
      unit: "MiB",
      beside: series([before]),
      bursar: series([after]),
      goal: { of: "ratio", most: 1.1 },
      note: `The least of ${MEMORY_READINGS} readings, a second apart: an idle page frees memory.`,
    },
  ];
}

async function memoryAtRest(desktop: Desktop): Promise<number> {
  const sizes: number[] = [];
  while (sizes.length < MEMORY_READINGS) {
    await pause(1_000);
    sizes.push(proportionalMiB(processesOf(desktop, BINARIES.app)));
  }
  return Math.min(...sizes);
}

function absoluteFigures(what: string, samples: readonly Sample[], most: number, count: string): Figure[] {
  const of = (part: (sample: Sample) => number): ReturnType<typeof series> => series(samples.map(part), 0.99);
  return [
    atMost(most, {
      name: `${what} in ${count} payments, from command to answer, in the window`,
      unit: "ms",
      bursar: of((one) => one.answer),
      note: "Measured by the page's clock, in whole milliseconds.",
    }),
    atMost(most + 33, {
      name: `${what} in ${count} payments, from command to the painted frame`,
      unit: "ms",
      bursar: of((one) => one.painted),
    }),
  ];
}

function relativeFigures(what: string, long: readonly Sample[], short: readonly Sample[], count: string): Figure[] {
  const few = SHORT_HISTORY.toLocaleString("en");
  const figure = (to: string, part: (sample: Sample) => number): Figure => ({
    name: `${what} in the window, from command to ${to}, ${count} beside ${few}`,
    unit: "ms",
    beside: series(short.map(part)),
    bursar: series(long.map(part)),
    goal: { of: "ratio", most: 1.5 },
  });
  return [figure("answer", (one) => one.answer), figure("the painted frame", (one) => one.painted)];
}

/**
 * Search texts, in turn: a whole id, an amount, the start of an id, three characters of one, its middle. A search that
 * may find nothing lies between two that do, so that the list always changes.
 */
function searchText(n: number, ids: readonly string[]): string {
  const id = ids[n % ids.length] ?? "";
  return [id, `25.${String(n % 100).padStart(2, "0")}`, id.slice(0, 4), id.slice(1, 4), id.slice(12, 20)][n % 5] ?? id;
}

async function sampleIds(desktop: Desktop, count: number): Promise<string[]> {
  const step = "SELECT id FROM payment WHERE line IN (SELECT line FROM payment ORDER BY line DESC LIMIT";
  const done = await desktop.run("sqlite3", ["-readonly", `${homeOf(desktop)}/history.db`, `${step} ${count * 50})`]);
  return done.stdout
    .trim()
    .split("\n")
    .filter((_, index) => index % 50 === 7);
}

async function takeSamples(window: AppWindow, samples: number, script: (n: number) => string): Promise<Sample[]> {
  const taken: Sample[] = [];
  while (taken.length < samples) {
    const part = Array.from({ length: COMMANDS_PER_SCRIPT }, (_, n) => `async () => { ${script(taken.length + n)} }`);
    const answer = (await window.driver.asyncScript(
      `const done = arguments[arguments.length - 1]; bursarBench.all([${part.join(",")}]).then(done, (e) => done(String(e)))`,
    )) as Sample[] | string;
    if (typeof answer === "string") throw new Error(answer);
    taken.push(...answer);
  }
  return taken;
}

async function scroll(window: AppWindow, rows: number): Promise<Scrolled> {
  await until(
    "the whole list is there",
    async () => (await window.driver.script("return bursarBench.isWhole()")) === true,
  );
  await window.driver.script(`bursarBench.scroll(${rows})`);
  return until(
    "the rows were scrolled through",
    // Polls rarely, because polling takes the page's time.
    async () => (await window.driver.script("return bursarBench.scrolled")) as Scrolled | null,
    { timeout: 180_000, interval: 10_000 },
  );
}
