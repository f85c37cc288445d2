/** What is tried with panels that show tray icons. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { App } from "../../session/app.ts";
import { connectAccount } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { text } from "../../session/texts.ts";
import { TrayItem, type MenuEntry } from "../../session/tray.ts";
import { until } from "../../session/wait.ts";
import type { AppWindow } from "../../session/window.ts";
import { waitForKnownBalance } from "../../journeys/steps.ts";
import { packageVersion } from "../packages.ts";
import { limited, seconds, works, type Finding, type Peer } from "../peer.ts";
import { Sway } from "../wayland/sway.ts";
import { changedInPanel, Polybar, Waybar, XfcePanel, type Area, type Panel } from "./panels.ts";

const WATCHER = "org.kde.StatusNotifierWatcher";
const AWAY = "the panel ends and comes back while the window is open";

export const xfcePanel: Peer = {
  name: "xfce4-panel",
  title: "xfce4-panel",
  group: "Tray",
  debian: ["xfce4-panel", "xfconf"],
  version: () => Promise.resolve(packageVersion("xfce4-panel")),
  trials: [
    { what: "the icon, and its menu by mouse and keyboard", run: iconAndMenu },
    { what: AWAY, run: async (scope, sandbox) => awayAndBack(await inXfce(scope, sandbox)) },
  ],
};

export const waybar: Peer = {
  name: "waybar",
  title: "waybar, on sway",
  group: "Tray",
  debian: ["waybar", "sway", "grim"],
  version: () => Promise.resolve(packageVersion("waybar")),
  trials: [
    { what: "the icon", run: async (scope, sandbox) => iconOnly(await inSway(scope, sandbox)) },
    { what: AWAY, run: async (scope, sandbox) => awayAndBack(await inSway(scope, sandbox)) },
  ],
};

export const polybar: Peer = {
  name: "polybar",
  title: "polybar",
  group: "Tray",
  debian: ["polybar"],
  version: () =>
    Promise.resolve(/\d[\d.]*/.exec(execFileSync("polybar", ["--version"], { encoding: "utf8" }))?.[0] ?? ""),
  trials: [{ what: "the icon", run: withoutHost }],
};

interface Person {
  readonly desktop: Desktop;
  readonly app: App;
  readonly window: AppWindow;
  readonly panel: Panel;
  readonly screenshot: (name: string) => Promise<string>;
  /** The screen before the app ran. */
  readonly without: string;
}

async function connected(scope: TestScope, sandbox: Sandbox): Promise<Desktop> {
  const user = await sandbox.user();
  const desktop = await Desktop.for(scope, { tray: false, linkOrigins: sandbox.origins });
  await connectAccount(desktop, user);
  return desktop;
}

async function inXfce(scope: TestScope, sandbox: Sandbox): Promise<Person> {
  const desktop = await connected(scope, sandbox);
  return open(desktop, new XfcePanel(desktop), (name) => desktop.screenshot(name));
}

async function inSway(scope: TestScope, sandbox: Sandbox): Promise<Person> {
  const desktop = await connected(scope, sandbox);
  const sway = await Sway.start(desktop, 1);
  return open(desktop, new Waybar(desktop, sway), (name) => sway.screenshot(name), sway);
}

/** The panel runs, and then the app with its window. */
async function open(
  desktop: Desktop,
  panel: Panel,
  screenshot: (name: string) => Promise<string>,
  sway?: Sway,
): Promise<Person> {
  await panel.start();
  const without = await settled(desktop, screenshot);
  const app = new App(desktop);
  app.launch(sway === undefined ? {} : { env: sway.env });
  const window = await app.window();
  await waitForKnownBalance(window);
  return { desktop, app, window, panel, screenshot, without };
}

/** A picture of the panel once it no longer changes. */
async function settled(desktop: Desktop, screenshot: (name: string) => Promise<string>): Promise<string> {
  let last = await screenshot("panel");
  return until(
    "the panel is drawn",
    async () => {
      const [before, now] = [last, await screenshot("panel")];
      last = now;
      return (await changedInPanel(desktop, before, now)) === undefined && now;
    },
    { interval: 1_000 },
  );
}

/** Waits until the panel shows an icon, and returns its place. */
function shownIcon({ desktop, screenshot, without }: Person, timeout = 30_000): Promise<Area> {
  return until("the panel shows an icon", async () => changedInPanel(desktop, without, await screenshot("icon")), {
    timeout,
    interval: 200,
  });
}

async function iconAndMenu(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const person = await inXfce(scope, sandbox);
  const { desktop, app, screenshot } = person;
  const icon = await shownIcon(person);
  await app.closeWindow();
  const [x, y] = [icon.x + Math.floor(icon.width / 2), icon.y + Math.floor(icon.height / 2)];
  const before = await screenshot("closed");
  await desktop.run("xdotool", ["mousemove", String(x), String(y), "click", "1"]);
  await until("the menu is open", async () => {
    const done = await desktop.run("compare", ["-metric", "AE", before, await screenshot("menu"), "null:"]);
    return Number(done.stderr) > 5_000;
  });
  const labels = (await menuEntries(desktop)).map(({ label }) => label);
  const at = labels.indexOf(text("tray-open"));
  assert.ok(at >= 0, labels.join(", "));
  await desktop.display.press(...Array.from({ length: at + 1 }, () => "Down"), "Return");
  await app.waitForWindow();
  return works(`The icon; a click opens its menu: ${labels.join(", ")}. “${text("tray-open")}” opens the window.`);
}

/** What can be chosen in the icon's menu. */
async function menuEntries(desktop: Desktop): Promise<readonly MenuEntry[]> {
  const { RegisteredStatusNotifierItems } = await desktop.bus.properties(WATCHER, "/StatusNotifierWatcher", WATCHER);
  const [name = ""] = RegisteredStatusNotifierItems as string[];
  const slash = name.indexOf("/");
  const item = new TrayItem(desktop.bus, name.slice(0, slash), name.slice(slash));
  return (await item.menu()).filter((one) => one.visible && one.enabled && !one.separator);
}

async function iconOnly(person: Person): Promise<Finding> {
  const { width, height } = await shownIcon(person);
  assert.equal(await person.window.id("health-tray").isVisible(), false);
  return works(`The icon, ${width} × ${height} pixels. Its menu was not tried, because this sway has no mouse.`);
}

async function awayAndBack(person: Person): Promise<Finding> {
  await shownIcon(person);
  await person.panel.stop();
  await person.panel.start();
  const back = await seconds(() => shownIcon(person, 60_000));
  assert.equal(await person.window.id("health-tray").isVisible(), false, "no tray is said to be missing");
  return works("The icon is there again.", back);
}

/** It has a tray of the older kind only, without the StatusNotifierItem interface. */
async function withoutHost(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const desktop = await connected(scope, sandbox);
  const person = await open(desktop, new Polybar(desktop), (name) => desktop.screenshot(name));
  const missing = person.window.id("health-tray");
  await missing.waitVisible({ timeout: 60_000 });
  const shown = await changedInPanel(desktop, person.without, await person.screenshot("icon"));
  assert.equal(shown, undefined, "no icon is in the panel");
  const said = (await missing.text()).replaceAll(/\s+/g, " ");
  return limited(`${said} polybar ${packageVersion("polybar")} shows icons of the older kind (XEmbed) only.`);
}
