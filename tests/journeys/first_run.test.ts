/**
 * `scripts/run.sh` as a newcomer runs it: the app opens connected to two accounts, each takes a top-up, and it opens as
 * quickly the second time.
 */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { App, BINARIES } from "../session/app.ts";
import { cli, type CliStatus, normalizeAmount } from "../session/cli.ts";
import { Unrecoverable, until } from "../session/wait.ts";
import { Desktop } from "../session/desktop.ts";
import { executable, type Environment, type RunningProcess } from "../session/processes.ts";
import type { AppWindow } from "../session/window.ts";
import { CardPage } from "../session/today_pages.ts";
import { waitForPage, waitForKnownBalance } from "./steps.ts";
import { text as message } from "../session/texts.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The session's environment plus the toolchains, which are in the user's real home. */
function toolchainEnvironment(desktop: Desktop): Environment {
  const { BURSAR_HOME: _, ...rest } = desktop.env;
  return {
    ...rest,
    CARGO_HOME: process.env["CARGO_HOME"] ?? join(homedir(), ".cargo"),
    RUSTUP_HOME: process.env["RUSTUP_HOME"] ?? join(homedir(), ".rustup"),
  };
}

interface Run {
  readonly script: RunningProcess;
  readonly output: () => string;
}

function startRunScript(desktop: Desktop): Run {
  let output = "";
  const script = desktop.processes.start("run", join(ROOT, "scripts/run.sh"), {
    env: toolchainEnvironment(desktop),
    onOutput: (text) => (output += text),
  });
  return { script, output: () => output };
}

/** Waits for the window with its balance and reports how long that took. */
async function waitForConnectedWindow({ script }: Run, app: App, t: TestContext, label: string): Promise<AppWindow> {
  const begin = performance.now();
  await until(
    "run.sh shows a window",
    async () => {
      if (!script.alive) throw new Unrecoverable("run.sh has ended");
      return (await app.topWindows())[0];
    },
    { timeout: 240_000 },
  );
  const window = await app.window();
  await waitForPage(window, "overview");
  await waitForKnownBalance(window);
  t.diagnostic(`${label}: connected after ${Math.round(performance.now() - begin)} ms`);
  return window;
}

async function quit({ script }: Run, desktop: Desktop): Promise<void> {
  await (await desktop.tray.icon()).click(message("tray-quit"));
  assert.equal(await script.waitForExit(), 0);
  await until("the sandbox and its chains have ended", () =>
    desktop.processes.members().every((pid) => !/\/(bursar-sandbox|anvil)$/.test(executable(pid))),
  );
}

for (const keyring of ["unlocked", "absent"] as const) {
  test(`one command opens a connected app with a keyring that is ${keyring}`, async (t) => {
    const desktop = await Desktop.for(t, { keyring });
    const app = new App(desktop);
    const first = startRunScript(desktop);
    const window = await waitForConnectedWindow(first, app, t, "first start");
    await window.id("sandbox-mark").waitVisible();
    await window.css('[data-testid="days-left"][data-days]').waitVisible();
    assert.equal(await window.id("banner-signed-out").isVisible(), false);
    await window.screenshot("connected");
    if (keyring === "unlocked") assert.deepEqual(await desktop.keyring.labels(), [], "the sandbox's key is not stored");

    await topUpInUsdc(desktop, window);
    await topUpInUsd(desktop, window);
    await quit(first, desktop);

    const built = newestBuildTime();
    const second = startRunScript(desktop);
    await waitForConnectedWindow(second, app, t, "second start");
    assert.equal(newestBuildTime(), built, "something was built again");
    assert.doesNotMatch(second.output(), /installing/, "something was installed again");
    assert.doesNotMatch(second.output(), /hardware acceleration|timings/i, "it prints more than progress and results");
    await window.screenshot("again");
    await assertBalanceAgrees(desktop, window);
    await quit(second, desktop);
  });
}

/** Tops up the account that is shown at the start, whose money the contract holds. */
async function topUpInUsdc(desktop: Desktop, window: AppWindow): Promise<void> {
  await window.id("nav-top_up").click();
  await window.id("amount").fill("25");
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.id("continue").click();
  const checkout = await desktop.browser.page(/\/payment\/checkout-session\//);
  await checkout.click("#method-wallet");
  await checkout.selectOption("#wallet-network", "137");
  await checkout.click("#wallet-pay");
  await window.css('[data-testid="ended-top-up"][data-status="completed"]').waitVisible({ timeout: 30_000 });
  await window.screenshot("arrived");
  await assertBalanceAgrees(desktop, window);
}

/** Tops up the account of today's Fluence. The sandbox's user has resources that are charged, so its balance falls all the time. */
async function topUpInUsd(desktop: Desktop, window: AppWindow): Promise<void> {
  await window.css('[data-testid="account"][data-label="Sandbox in USD"]').click();
  await window.css('[data-testid="balance"][data-currency="USD"]').waitVisible();
  const before = Number(await window.id("balance").attribute("data-amount"));
  await window.id("nav-top_up").click();
  await window.id("amount").fill("25");
  await window.id("method-card").click();
  await window.css('[data-testid="quote"][data-ready="true"]').waitVisible();
  await window.id("continue").click();
  const page = await CardPage.waitFor(desktop);
  await page.pay("4242 4242 4242 4242");
  await page.waitForPhase("paid");
  await window.css('[data-testid="ended-top-up"][data-status="completed"]').waitVisible({ timeout: 30_000 });
  await until("the balance in USD has grown", async () => {
    const cents = Math.round((Number(await window.id("balance").attribute("data-amount")) - before) * 100);
    return cents > 2400 && cents <= 2500;
  });
  await window.screenshot("arrived-in-usd");
  await window.css('[data-testid="account"][data-label="Sandbox"]').click();
  await window.css('[data-testid="balance"][data-currency="USDC"]').waitVisible();
}

/** The window must show the balance that the CLI reads from the contract. */
async function assertBalanceAgrees(desktop: Desktop, window: AppWindow): Promise<void> {
  const home = join(desktop.env["XDG_DATA_HOME"] ?? "", "bursar-sandbox", "app");
  await until("window, CLI and contract agree", async () => {
    const result = await cli(desktop, ["--home", home, "--account", "Sandbox", "status", "--json"]);
    const { balance } = JSON.parse(result.stdout) as CliStatus;
    assert.equal(balance?.source, "chain");
    const shown = await window.id("balance").attribute("data-amount");
    return shown !== null && normalizeAmount(shown) === normalizeAmount(balance.amount);
  });
}

function newestBuildTime(): number {
  return Math.max(...Object.values(BINARIES).map((path) => statSync(path).mtimeMs));
}
