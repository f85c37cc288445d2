/**
 * Clicks and links bring the window to the front once each, with the activation token that allows it to take the focus.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Variant } from "@jellybrick/dbus-next";
import type { App } from "../session/app.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { startTopUp, connectApp, waitForPage, waitForPayment } from "./steps.ts";
import { text as message } from "../session/texts.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("window_activation");
});
after(() => sandbox.end());

/** How often the app has logged that it raised the window. */
function raiseCount({ processes }: Desktop): number {
  return processes.countInLogs("the window is raised");
}

/** Waits until the window is raised with this token and checks that it was raised once. */
async function raisesOnce(app: App, token: string, action: () => unknown): Promise<void> {
  const countBefore = raiseCount(app.desktop);
  await action();
  await until(`the window is raised by ${token}`, async () => {
    const [window] = await app.topWindows();
    return window !== undefined && (await app.desktop.display.property(window, "_NET_STARTUP_ID")) === token;
  });
  assert.equal(raiseCount(app.desktop), countBefore + 1, token);
}

test("every way to raise the window passes on the activation token and raises the window once", async (t) => {
  const env = { XDG_ACTIVATION_TOKEN: "start", DESKTOP_STARTUP_ID: "start" };
  const person = await connectApp(t, sandbox, { start: { env } });
  const { desktop, app, window } = person;
  assert.equal(raiseCount(desktop), 1);
  const inherited = app.webProcesses().map((pid) => readFileSync(`/proc/${pid}/environ`, "utf8"));
  assert.ok(inherited.length > 0 && inherited.every((text) => !/ACTIVATION_TOKEN|STARTUP_ID/.test(text)));

  await raisesOnce(app, "second-start", () =>
    app.launch({ env: { XDG_ACTIVATION_TOKEN: "second-start" } }).waitForExit(),
  );
  const name = (await desktop.bus.names()).find((one) => one.startsWith("org.bursar.desktop")) ?? "";
  const call = (member: string, signature: string, body: unknown[]): Promise<unknown> =>
    desktop.bus.call(name, "/org/bursar/desktop", "org.freedesktop.Application", member, signature, body);
  const data = (key: string, value: string): Record<string, Variant> => ({ [key]: new Variant("s", value) });
  await raisesOnce(app, "by-id", () => call("Activate", "a{sv}", [data("desktop-startup-id", "by-id")]));
  await raisesOnce(app, "by-token", () => call("Activate", "a{sv}", [data("activation-token", "by-token")]));
  await raisesOnce(app, "by-action", () =>
    call("ActivateAction", "sava{sv}", ["any", [], data("activation-token", "by-action")]),
  );

  const { topUp, checkout } = await startTopUp(person, sandbox, "11");
  await checkout.close();
  const link = topUp.return_url ?? "";
  await window.id("nav-settings").click();
  await waitForPage(window, "settings");
  await raisesOnce(app, "by-link", () => call("Open", "asa{sv}", [[link], data("activation-token", "by-link")]));
  await waitForPage(window, "overview");

  await app.closeWindow();
  const notification = await desktop.notifications.find(message("closed-to-tray-title"));
  await raisesOnce(app, "by-notification", () =>
    desktop.notifications.invokeAction(notification, "default", "by-notification"),
  );
  await app.closeWindow();
  const icon = await desktop.tray.icon();
  await raisesOnce(app, "by-tray", () => icon.activate("by-tray"));
  await app.window();
  await waitForPage(window, "overview");
});

test("a link that starts the app raises the window once, with the link's token", async (t) => {
  const person = await connectApp(t, sandbox);
  const { desktop, app, window } = person;
  const { topUp, checkout } = await startTopUp(person, sandbox, "12");
  await (await desktop.tray.icon()).click(message("tray-quit"));
  await app.waitForExit();
  await checkout.close();
  await sandbox.pay(topUp.id);
  const countBefore = raiseCount(desktop);
  const handler = readFileSync(
    join(desktop.env["XDG_DATA_HOME"] ?? "", "applications", "org.bursar.desktop.handler.desktop"),
    "utf8",
  );
  assert.match(handler, /^StartupNotify=true$/m, "without it desktops send no token");
  app.launch({ args: [topUp.return_url ?? ""], env: { XDG_ACTIVATION_TOKEN: "cold-link" } });
  await app.window();
  await waitForPayment(window, topUp.id, "completed", true);
  assert.equal(raiseCount(desktop), countBefore + 1);
  const top = await app.waitForWindow();
  assert.equal(await desktop.display.property(top, "_NET_STARTUP_ID"), "cold-link");
});
