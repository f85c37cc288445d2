/** What is tried as the user of a screen reader does it: by what AT-SPI says about the window, and by the keyboard alone. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "../../session/app.ts";
import { connectAccount } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox, User } from "../../session/sandbox.ts";
import { text } from "../../session/texts.ts";
import { until } from "../../session/wait.ts";
import type { AppWindow } from "../../session/window.ts";
import { waitForKnownBalance, waitForPage } from "../../journeys/steps.ts";
import { packageVersion } from "../packages.ts";
import { works, type Finding, type Peer, type Trial } from "../peer.ts";
import { ScreenReader, type Accessible } from "./screen_reader.ts";

const PAGES = ["overview", "top_up", "payments", "inbox", "accounts", "settings"] as const;
/** The roles of what a user can operate. */
const CONTROLS = new Set([
  "check box",
  "combo box",
  "entry",
  "link",
  "list box",
  "menu item",
  "page tab",
  "password text",
  "push button",
  "radio button",
  "slider",
  "spin button",
  "toggle button",
]);
/** Of these, those that are on or off, and say which. */
const TWO_STATES = new Set(["check box", "radio button", "toggle button"]);
/** What only holds other accessibles, or is empty until there is something to announce. */
const MAY_BE_SILENT = new Set(["filler", "scroll pane", "separator", "status bar"]);

export const atSpi: Peer = {
  name: "at-spi",
  title: "AT-SPI, as screen readers use it",
  group: "Screen readers",
  debian: ["at-spi2-core", "python3-pyatspi"],
  version: () => Promise.resolve(packageVersion("at-spi2-core")),
  trials: [
    trial("all pages: each control's name, role and state, and each text", everyControl),
    trial("a top-up, by the tree and the keyboard alone", topUp),
    trial("an export, by the tree and the keyboard alone", exportPayments),
    trial("a setting, by the tree and the keyboard alone", setting),
  ],
};

interface Person {
  readonly desktop: Desktop;
  readonly user: User;
  readonly window: AppWindow;
  readonly reader: ScreenReader;
  readonly sandbox: Sandbox;
}

function trial(what: string, run: (person: Person) => Promise<Finding>): Trial {
  return {
    what,
    run: async (scope: TestScope, sandbox: Sandbox) => {
      const user = await sandbox.user({ history: 30 });
      const desktop = await Desktop.for(scope, { linkOrigins: sandbox.origins });
      await connectAccount(desktop, user);
      const app = new App(desktop);
      const reader = await ScreenReader.start(desktop, app);
      const window = await app.window();
      await waitForKnownBalance(window);
      return run({ desktop, user, window, reader, sandbox });
    },
  };
}

async function everyControl({ desktop, window, reader }: Person): Promise<Finding> {
  let count = 0;
  const faults: string[] = [];
  const look = async (where: string): Promise<void> => {
    const tree = await reader.tree();
    const controls = tree.filter((one) => isControl(one));
    count += controls.length;
    faults.push(...controls.flatMap((one) => controlFaults(one)).map((fault) => `${where}: ${fault}`));
    faults.push(...silentLeaves(tree).map((one) => `${where}: ${one.role} says nothing`));
  };
  for (const page of PAGES) {
    await window.id(`nav-${page}`).click();
    await waitForPage(window, page);
    await window.id("page-title").waitVisible();
    await reader.waitFor("heading", await window.id("page-title").text());
    await look(page);
  }
  await window.id("nav-accounts").click();
  await window.id("add-account").click();
  await waitForPage(window, "connect");
  await window.id("other-networks").click();
  await window.id("network-sandbox").click();
  await window.id("scopes").waitVisible();
  await reader.waitFor("heading", await window.id("page-title").text());
  await look("connect");
  for (const [page, button, dialog, role] of [
    ["payments", "export", "export-dialog", "dialog"],
    ["accounts", "edit-account", "edit-dialog", "dialog"],
    ["accounts", "remove-account", "remove-confirm", "alert"],
  ] as const) {
    await window.id(`nav-${page}`).click();
    await window.id(button).click();
    await window.id(dialog).waitVisible();
    await reader.waitFor(role, /./);
    await look(dialog);
    await desktop.display.press("Escape");
    await window.id(dialog).waitHidden();
  }
  assert.deepEqual(faults, []);
  return works(`${count} controls on ${PAGES.length + 1} pages and in 3 dialogs have a name, a role and a state.`);
}

function isControl({ role, states }: Accessible): boolean {
  return CONTROLS.has(role) && states.includes("visible");
}

/** A control that is off has no state for it, but says that it could be on. */
function controlFaults({ role, name, states }: Accessible): string[] {
  const faults: string[] = [];
  if (name.trim() === "") faults.push(`${role} without a name`);
  if (states.includes("sensitive") && !states.includes("focusable")) faults.push(`${role} ${name} cannot be focused`);
  if (!TWO_STATES.has(role)) return faults;
  if (role !== "toggle button" && !states.includes("checkable")) faults.push(`${role} ${name} is neither on nor off`);
  return faults;
}

/** What is shown and has neither a name nor a text nor anything in it. */
function silentLeaves(tree: readonly Accessible[]): readonly Accessible[] {
  return tree.filter(({ role, name, text: said, depth, states }, at) => {
    const isLeaf = (tree[at + 1]?.depth ?? 0) <= depth;
    return isLeaf && states.includes("showing") && !MAY_BE_SILENT.has(role) && name.trim() === "" && said.trim() === "";
  });
}

async function topUp({ user, reader, sandbox }: Person): Promise<Finding> {
  await openPage(reader, "page-top_up");
  await reader.moveTo("entry", text("amount"));
  await reader.type("25");
  await until("the costs are known", async () => {
    const button = await reader.waitFor("push button", text("pay-continue"));
    return button.states.includes("sensitive");
  });
  await reader.moveTo("push button", text("pay-continue"));
  await reader.press("Return");
  await reader.waitForText(new RegExp(text("status-open")));
  const { id } = await user.openTopUp();
  await sandbox.pay(id);
  const said = await reader.waitForText(new RegExp(`: ${text("status-completed")}`), { timeout: 60_000 });
  return works(`“Top up”, “Amount”, “Continue to payment”; when the money has arrived, Bursar announces: ${said}`);
}

async function exportPayments({ desktop, reader }: Person): Promise<Finding> {
  const file = join(desktop.processes.scratch, "payments");
  await openPage(reader, "page-payments");
  await reader.moveTo("push button", text("export"));
  await reader.press("Return");
  await reader.waitFor("dialog", /./);
  await reader.moveTo("push button", text("export-csv"));
  await reader.press("Return");
  const chooser = await reader.waitFor("file chooser", /./);
  await reader.type(file);
  await reader.press("Return");
  await until("the file is written", () => existsSync(`${file}.csv`));
  const said = await reader.waitForText(new RegExp(`${file}\\.csv`));
  assert.ok(readFileSync(`${file}.csv`, "utf8").split("\n").length > 31);
  return works(`The export's dialog, the file dialog “${chooser.name}”, and then: ${said.replace(file, "payments")}`);
}

async function setting({ desktop, reader }: Person): Promise<Finding> {
  await openPage(reader, "page-settings");
  const name = text("setting-low-days");
  const isOn = async (): Promise<boolean> => (await reader.waitFor("toggle button", name)).states.includes("checked");
  assert.ok(await isOn(), "the switch is on at first");
  await reader.moveTo("toggle button", name);
  await reader.press("space");
  await until("the switch is off", async () => !(await isOn()));
  const file = join(desktop.env["BURSAR_HOME"] ?? "", "settings.json");
  await until(
    "the setting is saved",
    () => existsSync(file) && /"low_balance_days": *0\b/.test(readFileSync(file, "utf8")),
  );
  return works(`The switch “${name}” is on, and after a press of the space bar it is off.`);
}

/** Goes to a page by the sidebar. */
async function openPage(reader: ScreenReader, page: string): Promise<void> {
  await reader.moveTo("push button", text(page));
  await reader.press("Return");
  await reader.waitFor("heading", text(page));
}
