/** What is tried in a Wayland session, in which the window has no X server. */
import assert from "node:assert/strict";
import { App } from "../../session/app.ts";
import { connectAccount } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { until } from "../../session/wait.ts";
import { startTopUp, waitForKnownBalance, waitForPayment } from "../../journeys/steps.ts";
import { packageVersion } from "../packages.ts";
import { works, type Finding, type Peer } from "../peer.ts";
import { Sway, type Scale } from "./sway.ts";

export const sway: Peer = {
  name: "sway",
  title: "sway, a Wayland desktop",
  group: "Desktops",
  debian: ["sway", "grim"],
  version: () => Promise.resolve(packageVersion("sway")),
  trials: ([1, 2] as const).map((scale) => ({
    what: `the window at scale ${scale}, and a top-up with its return link`,
    run: (scope, sandbox) => windowAndLink(scope, sandbox, scale),
  })),
};

async function windowAndLink(scope: TestScope, sandbox: Sandbox, scale: Scale): Promise<Finding> {
  const user = await sandbox.user();
  const desktop = await Desktop.for(scope, { linkOrigins: sandbox.origins });
  await connectAccount(desktop, user);
  const compositor = await Sway.start(desktop, scale);
  const app = new App(desktop);
  app.launch({ env: compositor.env });
  const window = await app.window();
  await waitForKnownBalance(window);
  const shown = await until("sway shows the window", async () =>
    (await compositor.windows()).find(({ pid }) => app.pids().includes(pid)),
  );
  assert.equal(shown.title, "Bursar");
  const page = await window.driver.script("return [devicePixelRatio, innerWidth, innerHeight]");
  assert.deepEqual(page, [scale, shown.width, shown.height], "the page has the window's size and the screen's scale");
  await until("the page is on the screen", async () => {
    const picture = await compositor.screenshot("overview");
    return Number((await desktop.run("identify", ["-format", "%k", picture])).stdout) > MANY_COLOURS;
  });

  const { topUp, checkout } = await startTopUp({ desktop, user, app, window }, sandbox, "25");
  await checkout.payByWallet(137);
  await checkout.waitForPhase("paid");
  // The payment page opens the link by itself, and the overview shows that it came.
  await window.css('[data-testid="frame"][data-page="overview"]').waitVisible();
  await waitForPayment(window, topUp.id, "completed", true);
  await compositor.screenshot("completed");
  return works(
    `The window has ${shown.width} × ${shown.height} units of ${scale} ${scale === 1 ? "pixel" : "pixels"}; the payment page leads back to it, and the payment is Completed and Verified.`,
  );
}

/** A picture of a page has more colours than this; an empty window has a few. */
const MANY_COLOURS = 100;
