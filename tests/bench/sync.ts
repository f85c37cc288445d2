/** The first reading of a long history beside downloading and parsing the same pages, and the next one with ten new. */
import { join } from "node:path";
import { App, BINARIES } from "../session/app.ts";
import { until } from "../session/deadline.ts";
import type { Desktop } from "../session/desktop.ts";
import type { Sandbox, User } from "../session/sandbox.ts";
import { connectByCli } from "../journeys/steps.ts";
import { series, type Figure } from "./figures.ts";
import { end, type Effort } from "./place.ts";

/** Lines of a page, as the app asks for them. */
const PAGE = 100;

export async function measureSync(desktop: Desktop, sandbox: Sandbox, user: User, effort: Effort): Promise<Figure[]> {
  const raw = await download(sandbox, user);
  await connectByCli(desktop, sandbox, user);
  const app = new App(desktop);
  const begun = performance.now();
  const running = app.launch({ args: ["--hidden"] });
  await until("the whole history is here", () => count(desktop, effort.payments), { within: 1_800_000, every: 100 });
  const took = performance.now() - begun;
  await end(desktop, running, BINARIES.app);
  const payments = effort.payments.toLocaleString("en");
  return [
    {
      name: `first sync of ${payments} payments`,
      unit: "ms",
      beside: series([raw]),
      bursar: series([took]),
      goal: { of: "ratio", most: 2 },
      note: "Beside: the same pages fetched one after the other and parsed, nothing kept. At least half as fast is at most twice as long.",
    },
  ];
}

async function download(sandbox: Sandbox, user: User): Promise<number> {
  const begun = performance.now();
  for (let page = 0, pages = 1; page < pages; page += 1) {
    const address = new URL("/v2/users/payments", sandbox.ready.fluence.api);
    address.searchParams.set("page", String(page));
    address.searchParams.set("perPage", String(PAGE));
    const answer = await fetch(address, { headers: { "x-api-key": user.key } });
    if (!answer.ok) throw new Error(`${address.href}: ${answer.status} ${await answer.text()}`);
    const { pagination } = (await answer.json()) as { pagination: { totalPages: number } };
    pages = pagination.totalPages;
  }
  return performance.now() - begun;
}

/** Whether a copy of the database holds that many payments. */
async function count(desktop: Desktop, wanted: number): Promise<boolean> {
  const home = desktop.env["BURSAR_HOME"] ?? "";
  const done = await desktop.run("sqlite3", ["-readonly", join(home, "history.db"), "SELECT count(*) FROM payment"]);
  return Number(done.stdout) >= wanted;
}
