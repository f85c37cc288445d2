/**
 * Clicks and links bring the window to the front once each, with the activation token that allows it to take the focus.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Variant } from "@jellybrick/dbus-next";
import type { App } from "../session/app.ts";
import { until } from "../session/wait.ts";
import type { Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { beginTopUp, connected, page, paymentShows } from "./steps.ts";

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("window_activation");
});
after(() => sandbox.end());

/** How often the app has logged that it raised the window. */
function raised({ processes }: Desktop): number {
  const logs = readdirSync(processes.artefacts).filter((name) => name.endsWith(".log"));
  const said = logs.map((name) => readFileSync(join(processes.artefacts, name), "utf8"));
  return said.join("\n").split("the window is raised").length - 1;
}

/** Waits until the window is raised with this token and checks that it was raised once. */
async function onceBy(app: App, token: string, what: () => unknown): Promise<void> {
  const earlier = raised(app.desktop);
  await what();
  await until(`the window is raised by ${token}`, async () => {
    const [window] = await app.topWindows();
    return window !== undefined && (await app.desktop.display.property(window, "_NET_STARTUP_ID")) === token;
  });
  assert.equal(raised(app.desktop), earlier + 1, token);
}

test("every way to raise the window passes on the activation token and raises the window once", async (t) => {
  const env = { XDG_ACTIVATION_TOKEN: "start", DESKTOP_STARTUP_ID: "start" };
  const person = await connected(t, sandbox, { start: { env } });
  const { desktop, app, window } = person;
  assert.equal(raised(desktop), 1);
  const inherited = app.webProcesses().map((pid) => readFileSync(`/proc/${pid}/environ`, "utf8"));
  assert.ok(inherited.length > 0 && inherited.every((text) => !/ACTIVATION_TOKEN|STARTUP_ID/.test(text)));

  await onceBy(app, "second-start", () => app.launch({ env: { XDG_ACTIVATION_TOKEN: "second-start" } }).ended());
  const name = (await desktop.bus.names()).find((one) => one.startsWith("org.bursar.desktop")) ?? "";
  const call = (member: string, signature: string, body: unknown[]): Promise<unknown> =>
    desktop.bus.call(name, "/org/bursar/desktop", "org.freedesktop.Application", member, signature, body);
  const data = (key: string, value: string): Record<string, Variant> => ({ [key]: new Variant("s", value) });
  await onceBy(app, "by-id", () => call("Activate", "a{sv}", [data("desktop-startup-id", "by-id")]));
  await onceBy(app, "by-token", () => call("Activate", "a{sv}", [data("activation-token", "by-token")]));
  await onceBy(app, "by-action", () =>
    call("ActivateAction", "sava{sv}", ["any", [], data("activation-token", "by-action")]),
  );

  const { topUp, checkout } = await beginTopUp(person, sandbox, "11");
  await checkout.close();
  const link = topUp.return_url ?? "";
  await window.id("nav-settings").click();
  await page(window, "settings");
  await onceBy(app, "by-link", () => call("Open", "asa{sv}", [[link], data("activation-token", "by-link")]));
  await page(window, "overview");

  await app.closeWindow();
  const told = await desktop.notifications.find("Bursar is in the tray");
  await onceBy(app, "by-notification", () => desktop.notifications.choose(told, "default", "by-notification"));
  await app.closeWindow();
  const icon = await desktop.tray.icon();
  await onceBy(app, "by-tray", () => icon.activate("by-tray"));
  await app.window();
  await page(window, "overview");
});

test("a link that starts the app raises the window once, with the link's token", async (t) => {
  const person = await connected(t, sandbox);
  const { desktop, app, window } = person;
  const { topUp, checkout } = await beginTopUp(person, sandbox, "12");
  await (await desktop.tray.icon()).click("Quit");
  await app.waitForEnd();
  await checkout.close();
  await sandbox.pay(topUp.id);
  const earlier = raised(desktop);
  const handler = readFileSync(
    join(desktop.env["XDG_DATA_HOME"] ?? "", "applications", "org.bursar.desktop.handler.desktop"),
    "utf8",
  );
  assert.match(handler, /^StartupNotify=true$/m, "without it desktops send no token");
  app.launch({ args: [topUp.return_url ?? ""], env: { XDG_ACTIVATION_TOKEN: "cold-link" } });
  await app.window();
  await paymentShows(window, topUp.id, "completed", true);
  assert.equal(raised(desktop), earlier + 1);
  const top = await app.waitForWindow();
  assert.equal(await desktop.display.property(top, "_NET_STARTUP_ID"), "cold-link");
});
