/** The window while its web process cannot start, because the network process does not answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Screen } from "../bench/screen.ts";
import { App } from "../session/app.ts";
import { Desktop } from "../session/desktop.ts";
import { executable } from "../session/processes.ts";
import { until } from "../session/wait.ts";

/** A part of the screen that the window covers, unless it is moved aside. The window manager keeps its edge visible. */
const BOX = { x: 200, y: 100, width: 800, height: 600 };
const ROUNDS = 9;
/** WebKit's view would block the main thread for 500 ms at each repaint. Without that, most take less than 100 ms. */
const LIMIT_MS = 300;

test("the window repaints at once while the web process starts", async (t) => {
  const desktop = await Desktop.for(t, { automation: false });
  const screen = new Screen(desktop.display.framebuffer);
  t.after(() => screen.close());
  const root = screen.capture(BOX);
  const app = new App(desktop);
  app.launch();
  const network = await until("the network process runs", () => networkProcess(app), { interval: 1 });
  process.kill(network, "SIGSTOP");
  const window = await app.waitForWindow();
  const move = (x: number) => desktop.run("xdotool", ["windowmove", window.id, String(x), "30"]);
  await until("the window is painted", () => !screen.isShown(BOX, root));

  const repaints: number[] = [];
  while (repaints.length < ROUNDS) {
    await move(-1_300);
    await until("the window is aside", () => screen.isShown(BOX, root));
    await move(20);
    const moved = performance.now();
    await until("the window is painted again", () => !screen.isShown(BOX, root), { interval: 2 });
    repaints.push(Math.round(performance.now() - moved));
  }
  const median = repaints.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
  assert.ok(median < LIMIT_MS, `repainting took ${repaints.join(", ")} ms`);

  const empty = screen.capture(BOX);
  process.kill(network, "SIGCONT");
  await until("the page is painted", () => !screen.capture(BOX).equals(empty));
});

function networkProcess(app: App): number | undefined {
  return app.webProcesses().find((pid) => executable(pid).endsWith("/WebKitNetworkProcess"));
}
