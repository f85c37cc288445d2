/** What is tried with every program that shows notifications. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "../../session/app.ts";
import { connectAccount } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { text } from "../../session/texts.ts";
import { until } from "../../session/wait.ts";
import { noticeKinds, waitForKnownBalance } from "../../journeys/steps.ts";
import { seconds, works, type Finding, type Peer, type Trial } from "../peer.ts";
import { Dunst, Mako, XfceNotifyd, type NotificationDaemon } from "./daemons.ts";

/** Markup that the user typed is text. */
const LABEL = "Tom & <b>Jo</b>";

export const dunst: Peer = {
  name: "dunst",
  title: "dunst",
  group: "Notifications",
  debian: ["dunst"],
  version: () => Promise.resolve(Dunst.version()),
  trials: daemonTrials((desktop) => new Dunst(desktop)),
};

export const xfceNotifyd: Peer = {
  name: "xfce4-notifyd",
  title: "xfce4-notifyd",
  group: "Notifications",
  debian: ["xfce4-notifyd"],
  version: () => Promise.resolve(XfceNotifyd.version()),
  trials: daemonTrials((desktop) => new XfceNotifyd(desktop)),
};

export const mako: Peer = {
  name: "mako",
  title: "mako",
  group: "Notifications",
  debian: ["mako-notifier", "sway", "grim"],
  version: () => Promise.resolve(Mako.version()),
  trials: daemonTrials((desktop) => new Mako(desktop)),
};

type Install = (desktop: Desktop) => NotificationDaemon;

interface Person {
  readonly desktop: Desktop;
  readonly app: App;
  readonly daemon: NotificationDaemon;
  /** Completes the open top-up. */
  readonly pay: () => Promise<void>;
  readonly payment: string;
}

function daemonTrials(install: Install): Trial[] {
  const trial = (what: string, run: (person: Person) => Promise<Finding>): Trial => ({
    what,
    run: async (scope, sandbox) => run(await begin(install, scope, sandbox)),
  });
  return [
    trial("a pop-up shown while Bursar is in the tray, and clicked", clicked),
    trial("a pop-up closed without a click", closed),
    trial("the program away when the top-up completes, and back", restarted),
  ];
}

/** Bursar is in the tray, with an open top-up. */
async function begin(install: Install, scope: TestScope, sandbox: Sandbox): Promise<Person> {
  const user = await sandbox.user();
  const desktop = await Desktop.for(scope, { notifications: false });
  const daemon = install(desktop);
  await daemon.start();
  await connectAccount(desktop, user, { label: LABEL });
  writeFileSync(join(desktop.env["BURSAR_HOME"] ?? "", "settings.json"), '{"settings":{"told_about_tray":true}}');
  const { id } = await user.createTopUp(1200);
  const app = await App.open(desktop);
  const window = await app.window();
  await waitForKnownBalance(window);
  await window.id("open-top-up").waitVisible({ timeout: 70_000 });
  await desktop.tray.icon();
  await app.closeWindow();
  return { desktop, app, daemon, payment: id, pay: () => sandbox.pay(id).then(() => undefined) };
}

const completed = (): string => text("notice-completed", { kind: "top_up" });

async function clicked({ desktop, app, daemon, pay }: Person): Promise<Finding> {
  await pay();
  const said = await daemon.shown(completed());
  await desktop.screenshot("pop-up");
  assert.ok(said === "" || said.includes(LABEL), said);
  await daemon.click();
  await until("Bursar is in front", () => app.focused(), { timeout: 30_000 });
  await app.window();
  return works(
    `“${completed()}”, with the account's name as it was typed. A click on it brings Bursar's window to the front.`,
  );
}

async function closed({ desktop, app, daemon, pay, payment }: Person): Promise<Finding> {
  await pay();
  await daemon.shown(completed());
  await daemon.close();
  await desktop.tray.icon().then((icon) => icon.click(text("tray-open")));
  const window = await app.window();
  assert.ok((await noticeKinds(window, payment)).includes("completed"), "the inbox has it");
  return works("The pop-up goes; the notification stays in Bursar's inbox.");
}

async function restarted({ app, desktop, daemon, pay, payment }: Person): Promise<Finding> {
  await daemon.stop();
  await pay();
  await desktop.tray.icon().then((icon) => icon.click(text("tray-open")));
  const window = await app.window();
  assert.ok((await noticeKinds(window, payment)).includes("completed"), "the inbox has it");
  await window.id("health-notifications").waitVisible({ timeout: 60_000 });
  const said = (await window.id("health-notifications").text()).replaceAll(/\s+/g, " ");
  const back = await seconds(async () => {
    await daemon.start();
    await until("nothing is missing", async () => !(await window.id("health-notifications").isVisible()), {
      timeout: 60_000,
    });
  });
  return works(`The inbox has the notification. ${said}`, back);
}
