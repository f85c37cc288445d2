/**
 * Promise 7: the window is not trusted. A hostile script in the real webview calls every command, looks for secrets,
 * and tries to open addresses and load resources. A hostile server's texts must stay plain text in the window, the
 * tray, the notifications and the export.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { BINARIES } from "../session/app.ts";
import { cli } from "../session/cli.ts";
import { staysTrue, until } from "../session/wait.ts";
import { withDesktop, type Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import type { AppWindow } from "../session/window.ts";
import { listBody, topUpBody } from "./fluence_responses.ts";
import { prove, type Tally } from "./proof.ts";
import {
  FOREIGN_ARGUMENTS,
  FOREIGN_COMMANDS,
  LINK_EVENT,
  ConnectionRecorder,
  RESOURCE_LOADS,
  NAVIGATIONS,
  PAGE_STATE,
} from "./hostile_script.ts";
import { DECEPTIVE_CHARACTERS, HOSTILE_TEXTS } from "./hostile_texts.ts";
import { invokeCommand, connectUser, connectNewUser, CommandError, startTopUp, startProxies } from "./proof_session.ts";
import { text as message } from "../session/texts.ts";

const about = {
  promise: 7,
  name: "The webview is not trusted",
  what: "calls, openings and loads by a script in it; hostile texts",
};

await prove(about, async (tally) => {
  const sandbox = await Sandbox.start("proofs/webview");
  try {
    await withDesktop("a hostile script", {}, (desktop) => hostileScript(tally, desktop, sandbox));
    await sandbox.reset();
    await withDesktop("hostile texts", {}, (desktop) => hostileTexts(tally, desktop, sandbox));
  } finally {
    await sandbox.end();
  }
});

async function hostileScript(tally: Tally, desktop: Desktop, sandbox: Sandbox): Promise<void> {
  desktop.browser.recordUrlsOnly();
  const connected = await connectNewUser(desktop, sandbox, await startProxies(sandbox, 1));
  const { window, account, user } = connected;
  const commands = ownCommands();
  await tally.try("the capability allows only the window's own commands", () => {
    const capability = JSON.parse(readSource("src-tauri/capabilities/main.json")) as { permissions: unknown };
    assert.deepEqual(capability.permissions, ["window"]);
    assert.ok(commands.length > 30);
  });
  for (const command of FOREIGN_COMMANDS) {
    await tally.try(`calling ${command}`, async () => {
      const refused = await invokeCommand(window, command, FOREIGN_ARGUMENTS).then(
        (answer) => assert.fail(`it answered ${JSON.stringify(answer)}`),
        (error: unknown) => String(error),
      );
      assert.match(refused, /not allowed|not found/i);
    });
  }

  await tally.try("a link's state does not reach the page", () => listenForLinks(desktop, window));

  const rpcKey = "canary-rpc-key-5be1";
  const rpc = `${connected.proxies.rpcs[0]?.address ?? ""}/${rpcKey}?token=${rpcKey}`;
  await invokeCommand(window, "set_rpc_address", { account, address: rpc });
  const answers: string[] = [];
  for (const [command, args] of readingCommands(account, sandbox.networkName)) {
    const answer = await invokeCommand(window, command, args).catch((error: unknown) => String(error));
    answers.push(`${command} ${JSON.stringify(answer)}`);
  }
  answers.push(String(await window.driver.script(PAGE_STATE)));
  for (const [what, secret] of Object.entries({ "the API key": user.key, "the RPC's key": rpcKey })) {
    await tally.try(`searching for ${what}`, () => {
      assert.deepEqual(
        answers.filter((text) => text.includes(secret)).map((text) => text.slice(0, 300)),
        [],
      );
    });
  }

  const opened = (): string[] => desktop.browser.openedUrls;
  const evil = await ConnectionRecorder.start();
  for (const [command, args] of openingCommands(account, evil.address)) {
    await tally.try(`${command} of ${JSON.stringify(args)}`, async () => {
      await assert.rejects(invokeCommand(window, command, args), CommandError);
    });
  }
  for (const [number, lure] of [...NAVIGATIONS, ...RESOURCE_LOADS].entries()) {
    await tally.try(`navigating or loading with ${lure}`, async () => {
      const before = evil.received.length;
      const source = `try { const evil = arguments[0]; ${lure} } catch { /* refused at once */ } return location.href`;
      const location = await window.driver.script(source, `${evil.address}/${number}`);
      assert.match(String(location), /^tauri:\/\/localhost/);
      await staysTrue("nothing connects", () => evil.received.length === before, 60, 20);
    });
  }
  await tally.try("nothing was opened or loaded", async () => {
    await staysTrue("nothing is opened", () => opened().length === 0, 1_500);
    assert.deepEqual(evil.received, []);
    assert.match(String(await window.driver.script("return location.href")), /^tauri:\/\/localhost/);
    assert.equal((await desktop.display.windows()).filter((one) => one.title.includes("evil")).length, 0);
  });
  await tally.try("no text runs as code", async () => {
    const ran = await window.driver.script(`
      let ran = [];
      try { eval("ran.push('eval')") } catch { /* refused */ }
      try { new Function("window.ranFunction = true")() } catch { /* refused */ }
      const one = document.createElement("script"); one.textContent = "window.ranInline = true"; document.body.append(one);
      const link = document.createElement("a"); link.href = "javascript:window.ranLink = true"; document.body.append(link); link.click();
      const image = document.createElement("div"); image.innerHTML = '<img src="x" onerror="window.ranHandler = true">'; document.body.append(image);
      return [ran.join(), window.ranFunction, window.ranInline, window.ranLink]`);
    assert.deepEqual(ran, ["", null, null, null]);
    await staysTrue(
      "no handler runs",
      async () => (await window.driver.script("return window.ranHandler")) === null,
      500,
    );
  });
  await tally.try("the policy of the built pages", () => assertPolicy(window));
  evil.end();
}

/** Listens for links as far as a page can without permission, and then sends one. */
async function listenForLinks(desktop: Desktop, window: AppWindow): Promise<void> {
  // What Tauri would write into the page for a listener, for any number that the listener might have.
  const listen = `
    const heard = (window.heard = []);
    const handlerId = window.__TAURI_INTERNALS__.transformCallback((event) => heard.push(JSON.stringify(event)));
    const ofEvent = Object.fromEntries(Array.from({ length: 1000 }, (_, id) => [id, { handlerId }]));
    Object.defineProperty(window, "__internal_unstable_listeners_object_id__", { value: { [arguments[0]]: ofEvent } });`;
  await window.driver.script(listen, LINK_EVENT);
  const state = randomBytes(32).toString("hex");
  const delivered = (): number => desktop.processes.countInLogs("the plugin delivers a link");
  const before = delivered();
  const done = await desktop.run(BINARIES.app, [`org.bursar.desktop://top-up/return?state=${state}`]);
  assert.equal(done.code, 0, done.stderr);
  await until("the plugin has delivered the link", () => delivered() === before + 1);
  const heard = async (): Promise<unknown> => window.driver.script("return window.heard.join()");
  await staysTrue("the page hears nothing", async () => (await heard()) === "", 500);
  assert.ok(!String(await window.driver.script(PAGE_STATE)).includes(state));
}

/** Checks the policy that the webview enforces, as a violation of it reports it. */
async function assertPolicy(window: AppWindow): Promise<void> {
  const source = `const done = arguments[0];
    document.addEventListener("securitypolicyviolation", (event) => done(event.originalPolicy), { once: true });
    const one = new Image(); one.src = "https://evil.example/x.png"; document.body.append(one);`;
  const text = String(await window.driver.command("POST", "/execute/async", { script: source, args: [] }));
  const directives = new Map(
    text
      .split(";")
      .map((one) => one.trim().split(/\s+/))
      .map(([name = "", ...values]) => [name, values] as const),
  );
  for (const name of ["object-src", "frame-src", "worker-src", "base-uri", "form-action"]) {
    assert.deepEqual(directives.get(name), ["'none'"], name);
  }
  assert.deepEqual(directives.get("connect-src"), ["ipc:", "http://ipc.localhost"]);
  for (const name of ["default-src", "script-src", "style-src", "img-src", "font-src"]) {
    for (const value of directives.get(name) ?? ["missing"]) {
      assert.match(value, /^('self'|'nonce-\d+'|'sha256-[\w+/=]+')$/, `${name} allows ${value}`);
    }
  }
  assert.doesNotMatch(text, /unsafe|https?:\/\/(?!ipc\.localhost)|\*|data:|blob:/);
}

async function hostileTexts(tally: Tally, desktop: Desktop, sandbox: Sandbox): Promise<void> {
  const proxies = await startProxies(sandbox, 1);
  const user = await sandbox.user();
  const topUps = HOSTILE_TEXTS.map((provider, index) => {
    const id = `33333333-3333-4333-8333-${String(index).padStart(12, "0")}`;
    return topUpBody({ id, provider, status: "resolved", expiresAt: null });
  });
  const name = [HOSTILE_TEXTS[0], HOSTILE_TEXTS[1], HOSTILE_TEXTS[10]].join("");
  let errorText = "";
  proxies.api.handler = async ({ method, path, json, forward, answer }) => {
    if (path === "/v1/users/me") {
      const genuine = await forward();
      json(200, { ...(JSON.parse(String(genuine.body)) as object), email: name, name });
    } else if (path.startsWith("/v2/payment-methods")) {
      const { body } = await forward();
      const methods = JSON.parse(String(body)) as Record<string, unknown>[];
      json(
        200,
        methods.map((one, at) => Object.assign(one, { displayName: HOSTILE_TEXTS[at] })),
      );
    } else if (path.startsWith("/v2/top-ups?")) json(200, listBody(topUps));
    else if (method === "POST" && path === "/v2/top-ups") json(422, { code: "unprocessable_entity", error: errorText });
    else if (path === "/v2/users/balances") {
      const { body, ...rest } = await forward();
      const balances = JSON.parse(String(body)) as Record<string, unknown>[];
      answer({ ...rest, body: JSON.stringify(balances.map((one) => Object.assign(one, { usageDaysLeft: 3 }))) });
    } else return false;
    return true;
  };
  // Without a label, the account is named by its server.
  const { window, account } = await connectUser(desktop, sandbox, proxies, user, { label: null });
  const inert = async (where: string): Promise<void> => {
    await tally.try(`texts in the window: ${where}`, async () => {
      assert.equal(await window.driver.script("return window.hacked ?? null"), null);
      const injected = await window.driver.script(
        `return document.querySelectorAll('img[src="x"], main script, b').length`,
      );
      assert.equal(injected, 0);
      assert.doesNotMatch(await window.text(), DECEPTIVE_CHARACTERS);
      const longest = await window.driver.script(
        "return Math.max(...[...document.querySelectorAll('*')].map((one) => one.children.length === 0 ? one.textContent.length : 0))",
      );
      assert.ok(Number(longest) < 2_000, `a text of ${String(longest)}`);
    });
  };
  await inert("overview");
  await window.id("nav-payments").click();
  await until(
    "all payments are listed",
    async () => Number(await window.id("payments-count").attribute("data-total")) >= HOSTILE_TEXTS.length,
  );
  await inert("payments");
  await window.id("nav-top_up").click();
  await window.id("methods").waitVisible();
  await inert("methods");
  for (const [at, trick] of HOSTILE_TEXTS.slice(0, 8).entries()) {
    errorText = trick;
    await startTopUp(window, account, String(11 + at));
    await until("the top-up is refused", async () => {
      const { top_ups } = (await invokeCommand(window, "overview", { account })) as { top_ups: unknown[] };
      return top_ups.length === 0;
    });
  }
  for (const where of ["inbox", "accounts", "settings", "overview"]) {
    await window.id(`nav-${where}`).click();
    await inert(where);
  }
  await tally.try("texts in the tray", async () => {
    const icon = await desktop.tray.icon();
    const { tooltip } = await icon.properties();
    for (const label of [tooltip, ...(await icon.labels())]) {
      assert.doesNotMatch(label, DECEPTIVE_CHARACTERS);
      assert.ok(label.length < 500, `a label of ${label.length}`);
    }
  });
  await tally.try("texts in notifications", async () => {
    await desktop.notifications.find(message("notice-low_balance"));
    for (const { summary, body } of desktop.notifications.all) {
      assert.doesNotMatch(summary + body, DECEPTIVE_CHARACTERS);
      // Only XML's five entities: notification servers read markup.
      assert.doesNotMatch(body, /<|&(?!(amp|lt|gt|quot|#39);)/);
    }
  });
  for (const format of ["--csv", "--json"]) {
    await tally.try(`texts in the export as ${format}`, async () => {
      const { stdout, code, stderr } = await cli(desktop, ["history", format]);
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stdout, DECEPTIVE_CHARACTERS);
      if (format === "--csv") {
        for (const cell of csvCells(stdout)) assert.doesNotMatch(cell, /^[\s]*[=+@\t\r]|^-(?!\d)/, cell.slice(0, 80));
      } else JSON.parse(stdout);
    });
  }
  await tally.try("an answer of more than 1 MiB is dropped and known data stays", async () => {
    proxies.api.handler = ({ path, json }) => {
      if (!path.startsWith("/v2/top-ups?")) return false;
      json(200, listBody([topUpBody({ provider: "b".repeat(1_100_000) })]));
      return true;
    };
    await invokeCommand(window, "check_now", { account });
    await until("the app reports it", async () => {
      const { errors } = (await invokeCommand(window, "overview", { account })) as { errors: { code: string }[] };
      return errors.some(({ code }) => code === "answer_too_large");
    });
    await window.id("nav-payments").click();
    await until(
      "all payments are still listed",
      async () => Number(await window.id("payments-count").attribute("data-total")) >= HOSTILE_TEXTS.length,
    );
  });
}

/** The cells of a CSV file, by RFC 4180. */
function csvCells(text: string): string[] {
  return [...text.matchAll(/(?:^|,|\r?\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map((one) =>
    (one[1] ?? one[2] ?? "").replaceAll('""', '"'),
  );
}

function readSource(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
}

function ownCommands(): string[] {
  return [...readSource("src-tauri/permissions/window.toml").matchAll(/^ {2}"(\w+)",$/gm)].map((one) => one[1] ?? "");
}

/** Commands that a script could call to learn something. */
function readingCommands(account: string, network: string): [string, Record<string, unknown>][] {
  const query = { account, search: null, statuses: [], from: null, to: null };
  const topUpRequest = (amount: string) => ({
    purpose: { what: "top_up", amount },
    payer: null,
    method: null,
    save_method: false,
  });
  return [
    ["app", {}],
    ["overview", { account }],
    ["top_up_form", { account }],
    ["quote", { account, request: topUpRequest("20") }],
    ["pay", { account, request: topUpRequest("20"), topUpId: "not an id", confirmedTotal: null }],
    ["overviews", {}],
    ["methods", { account }],
    ["dues", { account }],
    ["payments", { query, after: null, limit: 100 }],
    ["networks", {}],
    ["money_rules", { account }],
    ["notices", { before: null }],
    ["settings", {}],
    ["rpc_addresses", { account }],
    ["diagnostics", {}],
    ["set_rpc_address", { account, address: "not an address" }],
    ["connect", { network, key: "wrong", address: null, label: null, sessionOnly: true }],
  ];
}

/** Commands that open an address, with addresses that a script would want opened. */
function openingCommands(account: string, evil: string): [string, Record<string, unknown>][] {
  const wrong = [evil, "file:///etc/passwd", "javascript:1", "../../x", `0x${"0".repeat(64)}/../../x`, ""];
  return [
    ...wrong.map((transaction): [string, Record<string, unknown>] => ["open_transaction", { account, transaction }]),
    ...wrong.map((network): [string, Record<string, unknown>] => ["open_console", { network }]),
    ...wrong.map((topUp): [string, Record<string, unknown>] => ["return_to_payment", { account, topUp }]),
    ...wrong.map((other): [string, Record<string, unknown>] => ["open_address", { account: other }]),
    ...wrong.map((payment): [string, Record<string, unknown>] => ["open_invoice", { account, payment }]),
    ...wrong.map((method): [string, Record<string, unknown>] => ["add_method", { account, payer: null, method }]),
    ...wrong.map((network): [string, Record<string, unknown>] => [
      "begin_sign_in",
      { network, address: null, label: null },
    ]),
    ...[evil, `${evil}/`, "EVIL.example", "evil.example/x", "a@evil.example", "evil.example:443", ""].map(
      (host): [string, Record<string, unknown>] => ["allow_checkout_host", { account, host }],
    ),
  ];
}
