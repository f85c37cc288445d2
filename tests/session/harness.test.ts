/**
 * Tests of the harness itself, with small programs in place of the app. A failure here is a fault of the machine or the
 * harness, not of the app.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { until } from "./wait.ts";
import { ARTEFACTS } from "./artefacts.ts";
import { Desktop, SCHEME } from "./desktop.ts";
import { executable, Processes } from "./processes.ts";
import { WebDriver } from "./webdriver.ts";
import { AppWindow, KEYS } from "./window.ts";

const MINIBROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

test("a notification is recorded, clicked and withdrawn", async (t) => {
  const desktop = await Desktop.for(t);
  const sender = desktop.run("notify-send", [
    "--app-name=Probe",
    "--wait",
    "--action=default=Open",
    "Paid",
    "10 <b>USDC</b>",
  ]);
  const seen = await desktop.notifications.find("Paid");
  assert.equal(seen.app, "Probe");
  assert.equal(seen.body, "10 <b>USDC</b>");
  assert.deepEqual(seen.actions, { default: "Open" });
  desktop.notifications.invokeAction(seen);
  assert.equal((await sender).stdout.trim(), "default");
  desktop.notifications.vanish();
  assert.notEqual((await desktop.run("notify-send", ["Nobody", "there"])).code, 0);
  assert.equal(desktop.notifications.all.length, 1);
});

test("the keyring can be unlocked, locked and absent", async (t) => {
  const desktop = await Desktop.for(t);
  const store = ["store", "--label=Probe", "service", "bursar-probe"];
  const lookup = ["lookup", "service", "bursar-probe"];
  assert.equal(await desktop.keyring.state(), "unlocked");
  assert.equal((await desktop.run("secret-tool", store, { input: "hush" })).code, 0);
  assert.equal((await desktop.run("secret-tool", lookup)).stdout, "hush");
  assert.deepEqual(await desktop.keyring.labels(), ["Probe"]);
  await desktop.keyring.setState("locked");
  assert.notEqual((await desktop.run("secret-tool", lookup)).stdout, "hush");
  await desktop.keyring.setState("absent");
  assert.notEqual((await desktop.run("secret-tool", lookup)).code, 0);
  await desktop.keyring.setState("unlocked");
  assert.equal((await desktop.run("secret-tool", lookup)).stdout, "hush");
});

test("an empty keyring refuses to store a secret", async (t) => {
  const desktop = await Desktop.for(t, { keyring: "empty" });
  assert.notEqual((await desktop.run("secret-tool", ["store", "--label=Probe", "a", "b"], { input: "hush" })).code, 0);
});

test("an address opens in the browser, and its page opens a link in the registered program", async (t) => {
  const origin = await serve(
    t,
    `<title>Checkout</title><a id="back" href="${SCHEME}://top-up/return?state=abc&amp;x=1">back</a>`,
  );
  const desktop = await Desktop.for(t, { linkOrigins: [origin] });
  const linkLog = join(desktop.processes.scratch, "link.txt");
  const handler = join(desktop.processes.scratch, "handler.sh");
  writeFileSync(handler, `#!/bin/sh\nprintf '%s\\n' "$@" >> ${linkLog}\n`, { mode: 0o755 });
  writeFileSync(
    join(desktop.env["XDG_DATA_HOME"] ?? "", "applications", "probe.desktop"),
    `[Desktop Entry]\nType=Application\nName=Probe\nExec=${handler} %u\nMimeType=x-scheme-handler/${SCHEME};\n`,
  );
  assert.equal((await desktop.run("gio", ["mime", `x-scheme-handler/${SCHEME}`, "probe.desktop"])).code, 0);

  assert.equal((await desktop.run("xdg-open", [`${origin}/pay?a=1&b=2`])).code, 0);
  const page = await desktop.browser.page(`${origin}/pay`);
  assert.deepEqual(desktop.browser.openedUrls, [`${origin}/pay?a=1&b=2`]);
  await desktop.screenshot("browser");
  await page.click("#back");
  await until(
    "the link arrives",
    () => existsSync(linkLog) && readFileSync(linkLog, "utf8") === `${SCHEME}://top-up/return?state=abc&x=1\n`,
  );
  await desktop.openLink(`${SCHEME}://top-up/return?state=def`);
  await until("the second link arrives", () => readFileSync(linkLog, "utf8").includes("state=def"));
});

test("WebDriver reads, clicks, types into and closes the window of a WebKit program", async (t) => {
  const page = `<title>Probe</title><style>body { height: 3000px }</style><main>
    <button data-testid="later" disabled onclick="document.title = 'clicked'; said.textContent = field.value">Pay now</button>
    <label>Amount <input id="field" data-testid="amount" value="old"></label><p data-testid="said" id="said"></p>
    <select data-testid="pick"><option value="a">A</option><option value="b">B</option></select></main>
    <script>setTimeout(() => document.querySelector('button').disabled = false, 300)</script>`;
  const origin = await serve(t, page);
  const desktop = await Desktop.for(t, { colors: "dark" });
  const program = desktop.processes.start("minibrowser", MINIBROWSER, {
    args: ["--automation", origin],
    env: desktop.env,
  });
  const driver = await WebDriver.start(desktop.processes, desktop.env, desktop.inspectorPort);
  const window = await new AppWindow(driver, (name) => desktop.screenshot(name)).attach();
  await window.id("amount").fill("10.50");
  await window.role("button", /^pay/i).click();
  await window.id("said").waitForText("10.50");
  await window.id("pick").select("b");
  assert.equal(await window.id("pick").property("value"), "b");
  await window.role("textbox", "Amount").click();
  await window.press(KEYS.tab);
  assert.equal(await window.focused(), "pick");
  assert.equal(await window.id("nowhere").isVisible(), false);
  await assert.rejects(window.id("nowhere").click({ timeout: 200 }), /the element does not exist/);
  assert.equal(await window.colorScheme(), "dark");
  assert.ok((await window.text()).includes("10.50"));
  await window.screenshot("page");
  await desktop.screenshot("screen");
  const top = await until("the program's window is open", async () =>
    (await desktop.display.windows()).find((one) => one.pid === program.pid),
  );
  await desktop.display.close(top);
  await until("the window is closed", async () => !(await desktop.display.windows()).some((one) => one.id === top.id));
});

test("a WebDriver that stops answering is replaced", async (t) => {
  const origin = await serve(t, "<title>Probe</title><main>Here</main>");
  const desktop = await Desktop.for(t);
  desktop.processes.start("minibrowser", MINIBROWSER, { args: ["--automation", origin], env: desktop.env });
  const driver = await WebDriver.start(desktop.processes, desktop.env, desktop.inspectorPort);
  const drivers = (): number[] =>
    desktop.processes.members().filter((pid) => executable(pid).endsWith("/WebKitWebDriver"));
  const [stopped] = drivers();
  assert.ok(stopped);
  process.kill(stopped, "SIGSTOP");
  const window = await new AppWindow(driver, (name) => desktop.screenshot(name)).attach();
  await window.waitForText("Here");
  const now = drivers();
  assert.ok(now.length === 1 && !now.includes(stopped), String(now));
});

test("a tray icon is read and clicked, also after the tray vanished and came back", async (t) => {
  const desktop = await Desktop.for(t);
  const program = desktop.processes.start("icon", "python3", { args: ["-c", TRAY_PROGRAM], env: desktop.env });
  const icon = await desktop.tray.icon();
  assert.equal((await icon.properties()).title, "Probe");
  assert.deepEqual(await icon.labels(), ["Open", "Quit"]);
  desktop.tray.vanish();
  await desktop.tray.appear();
  await (await desktop.tray.icon()).click("Quit");
  assert.equal(await program.waitForExit(), 0);
  await desktop.tray.waitForEmpty();
});

test("no process outlives the session, not even one that was re-parented", async (t) => {
  const processes = new Processes(join(ARTEFACTS, "harness/nothing-outlives"));
  t.after(() => processes.end());
  const env = { PATH: process.env["PATH"] ?? "" };
  processes.start("stubborn", "bash", {
    args: ["-c", "trap '' TERM; setsid sleep 1000 & disown; while :; do sleep 1; done"],
    env,
  });
  // Browsers overwrite their environment; so does this process.
  const forgetful = processes.start("forgetful", "env", {
    args: ["-i", "bash", "-c", "sleep 1000 & wait", join(processes.scratch, "profile")],
    env,
  });
  const group = (): string => spawnSync("pgrep", ["--pgroup", String(forgetful.pid)], { encoding: "utf8" }).stdout;
  await until("all processes run", () => processes.members().length >= 2 && group().trim().split("\n").length >= 2);
  await processes.end();
  assert.deepEqual(processes.members(), []);
  assert.equal(group(), "");
  assert.equal(existsSync(processes.scratch), false);
});

test("no process outlives a test that is killed", async () => {
  const program = `
    import { Processes } from ${JSON.stringify(join(import.meta.dirname, "processes.ts"))};
    const processes = new Processes(${JSON.stringify(join(ARTEFACTS, "harness/killed"))});
    const { pid } = processes.start("sleeper", "sleep", { args: ["1000"], env: { PATH: process.env.PATH } });
    process.stdout.write(JSON.stringify({ pid, scratch: processes.scratch }) + "\\n", () => process.kill(process.pid, "SIGKILL"));
  `;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program]);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  await until("the test has died", () => child.signalCode === "SIGKILL" && output.endsWith("\n"));
  const { pid, scratch } = JSON.parse(output) as { pid: number; scratch: string };
  await until("the scratch folder is removed", () => !existsSync(scratch));
  // A zombie process has an empty command line.
  await until(
    "the child has ended",
    () => !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/cmdline`, "utf8") === "",
  );
});

/** Serves a page on its own port until the test ends. */
async function serve(t: TestContext, html: string): Promise<string> {
  const server = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end(html);
  });
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A minimal tray program that uses libayatana-appindicator. */
const TRAY_PROGRAM = `
import ctypes as c
gtk = c.CDLL('libgtk-3.so.0'); gobject = c.CDLL('libgobject-2.0.so.0'); tray = c.CDLL('libayatana-appindicator3.so.1')
for f in (gtk.gtk_menu_new, gtk.gtk_menu_item_new_with_label, tray.app_indicator_new): f.restype = c.c_void_p
gtk.gtk_init(None, None)
menu = c.c_void_p(gtk.gtk_menu_new())
items = [c.c_void_p(gtk.gtk_menu_item_new_with_label(name)) for name in (b'Open', b'Quit')]
for item in items:
    gtk.gtk_menu_shell_append(menu, item)
gtk.gtk_widget_show_all(menu)
quit = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p)(lambda *_: gtk.gtk_main_quit())
gobject.g_signal_connect_data(items[1], b'activate', quit, None, None, 0)
icon = c.c_void_p(tray.app_indicator_new(b'probe', b'dialog-information', 0))
tray.app_indicator_set_title(icon, b'Probe'); tray.app_indicator_set_status(icon, 1); tray.app_indicator_set_menu(icon, menu)
gtk.gtk_main()
`;
