/**
 * Exporting payments: progress, cancelling without leaving a file, complete files, and going on behind a closed dialog
 * or window. The CLI does the same and leaves no partial file when it is interrupted.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { BINARIES } from "../session/app.ts";
import { cli } from "../session/cli.ts";
import { until } from "../session/wait.ts";
import { Sandbox } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import { chooseFile, connectApp, type ConnectedApp } from "./steps.ts";
import { text } from "../session/texts.ts";

/** So many that the export can be observed while it runs. */
const PAYMENT_COUNT = 40_000;
/** Plus the free credits of every sandbox user. */
const ROW_COUNT = PAYMENT_COUNT + 1;

let sandbox: Sandbox;
before(async () => {
  sandbox = await Sandbox.start("export");
});
after(() => sandbox.end());

test("an export shows its progress, leaves no file when cancelled, and writes a complete file", async (t) => {
  const person = await connectWithPayments(t);
  const { desktop, app, window } = person;
  const folder = join(desktop.processes.scratch, "exports");
  mkdirSync(folder);
  const target = join(folder, "payments.csv");
  writeFileSync(target, "before");

  await window.id("export").click();
  await window.id("export-dialog").waitVisible();
  await desktop.screenshot("asked");
  await window.id("export-csv").click();
  await replaceFile(person, join(folder, "payments"));
  await window.id("export-progress").waitVisible();
  await until("the progress is shown", async () => (await exportProgress(window)).written > 0);
  // The export takes only two seconds, so cancel it at once.
  await window.id("export-cancel").click();
  await window.id("export-cancelled").waitVisible();
  await desktop.screenshot("cancelled");
  assert.deepEqual(readdirSync(folder), ["payments.csv"]);
  assert.equal(readFileSync(target, "utf8"), "before");

  // The export continues after the dialog is closed, and the button shows it.
  await window.id("export-csv").click();
  await chooseFile(desktop, app, join(folder, "whole"));
  await window.id("export-progress").waitVisible();
  await window.id("export-dialog-close").click();
  const running = text("export.running", { percent: "" });
  await until("the button shows the export", async () => (await window.id("export").text()).startsWith(running));
  await until("the file is written", () => existsSync(join(folder, "whole.csv")), { timeout: 60_000 });
  await window.id("export").click();
  await window.id("export-written").waitVisible();
  assert.equal(await window.id("export-path").text(), join(folder, "whole.csv"));
  await desktop.screenshot("written");
  assert.equal(countLines(join(folder, "whole.csv")), ROW_COUNT + 1);
  assert.deepEqual(readdirSync(folder).toSorted(), ["payments.csv", "whole.csv"]);
});

test("an export goes on when the window closes", async (t) => {
  const person = await connectWithPayments(t);
  const { desktop, app, window } = person;
  const target = join(desktop.processes.scratch, "behind");
  await window.id("export").click();
  await window.id("export-json").click();
  await chooseFile(desktop, app, target);
  await window.id("export-progress").waitVisible();
  await app.closeWindow();
  await until("the file is written", () => existsSync(`${target}.json`), { timeout: 60_000 });
  assert.equal((JSON.parse(readFileSync(`${target}.json`, "utf8")) as unknown[]).length, ROW_COUNT);
});

test("an export to a path that cannot be written reports the error", async (t) => {
  const { desktop, app, window } = await connectWithPayments(t, 10);
  await window.id("export").click();
  await window.id("export-csv").click();
  await chooseFile(desktop, app, "/proc/payments");
  await window.id("export-error").waitVisible();
  assert.equal(await window.id("export-error").attribute("data-code"), "file_failed");
  await desktop.screenshot("refused");
});

test("the CLI writes a complete file, and none when it is interrupted", async (t) => {
  const { desktop } = await connectWithPayments(t);
  const folder = join(desktop.processes.scratch, "cli");
  mkdirSync(folder);
  const whole = join(folder, "whole.csv");
  const done = await cli(desktop, ["history", "--csv", "--output", whole]);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /^bursar: 40 001 payments were written to /);
  assert.equal(countLines(whole), ROW_COUNT + 1);

  const running = desktop.processes.start("history", BINARIES.cli, {
    args: ["history", "--json", "--output", join(folder, "never.json")],
    env: desktop.env,
  });
  await until("the export has begun", () => readdirSync(folder).some((name) => isPartialFile(folder, name)));
  running.child.kill("SIGINT");
  await until("it has ended", () => running.child.exitCode !== null);
  assert.equal(running.child.exitCode, 130);
  assert.deepEqual(readdirSync(folder), ["whole.csv"]);
});

async function connectWithPayments(
  t: Parameters<typeof connectApp>[0],
  payments = PAYMENT_COUNT,
): Promise<ConnectedApp> {
  const person = await connectApp(t, sandbox, { user: { history: payments } });
  await person.window.id("nav-payments").click();
  await until(
    "all payments are there",
    async () => Number(await person.window.id("payments-count").attribute("data-total")) > payments,
    { timeout: 120_000 },
  );
  return person;
}

/** Enters an existing file name in the file dialog and confirms the replacement. */
async function replaceFile({ desktop, app }: ConnectedApp, path: string): Promise<void> {
  const others = async () => (await app.topWindows()).filter((one) => one.title !== "Bursar");
  const [dialog] = await until("the file dialog is there", async () => {
    const [first] = await others();
    return first?.id === (await desktop.display.activeWindowId()) && [first];
  });
  await desktop.display.type(path);
  await desktop.display.press("Return");
  await until("the dialog asks whether to replace the file", async () => {
    const asking = (await others()).find((one) => one.id !== dialog?.id);
    return asking?.id === (await desktop.display.activeWindowId());
  });
  await desktop.screenshot("replace");
  await desktop.display.press("Return");
  await until("the file dialog is gone", async () => (await others()).length === 0);
}

async function exportProgress(window: AppWindow): Promise<{ written: number; total: number }> {
  const running = window.id("export-running");
  return {
    written: Number(await running.attribute("data-written")),
    total: Number(await running.attribute("data-total")),
  };
}

function isPartialFile(folder: string, name: string): boolean {
  return name.endsWith(".part") && statSync(join(folder, name)).size > 0;
}

function countLines(file: string): number {
  return readFileSync(file, "utf8").trimEnd().split("\r\n").length;
}
