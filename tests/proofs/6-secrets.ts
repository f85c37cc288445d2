/**
 * Promise 6: a secret is in the keyring or in memory, nowhere else. An API key, both tokens and the code of a browser
 * sign-in, and an RPC key pass through the real app, which logs at trace level, meets hostile answers that echo them,
 * is killed, and signs out. Then every place that could hold a secret is searched, in several encodings. Finally the
 * keyring itself goes through all its states.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { BINARIES } from "../session/app.ts";
import { cli } from "../session/cli.ts";
import { SignInPage } from "../session/checkout.ts";
import { until } from "../session/wait.ts";
import { withDesktop, type Desktop } from "../session/desktop.ts";
import { Sandbox } from "../session/sandbox.ts";
import { prove, type Tally } from "./proof.ts";
import { tryKeyringStates } from "./keyring_states.ts";
import { invokeCommand, connectUser, type ConnectedUser, startTopUp, startProxies } from "./proof_session.ts";

const about = {
  promise: 6,
  name: "Secrets",
  what: "places that could hold one of five secrets; keyrings in every state",
};
const CLI_RELEASE = fileURLToPath(new URL("../../target/release/bursar", import.meta.url));
const APP_RELEASE = fileURLToPath(new URL("../../target/release/bursar-desktop", import.meta.url));

type Secrets = Map<string, string>;

await prove(about, async (tally) => {
  const sandbox = await Sandbox.start("proofs/secrets");
  try {
    await withDesktop("canaries", { linkOrigins: sandbox.origins }, (desktop) => canaries(tally, desktop, sandbox));
    await tryKeyringStates(tally, sandbox);
    await checkCoreDumps(tally);
  } finally {
    await sandbox.end();
  }
});

async function canaries(tally: Tally, desktop: Desktop, sandbox: Sandbox): Promise<void> {
  const proxies = await startProxies(sandbox, 1);
  const first = await sandbox.user();
  const secrets: Secrets = new Map([
    ["the API key", first.key],
    ["the RPC's key", "canary-rpc-7f3e9a1c5b"],
  ]);
  proxies.api.handler = async ({ path, method, headers, body, forward, answer, json }) => {
    if (path === "/oauth/token") {
      const tokens = await forward();
      const { access_token, refresh_token } = JSON.parse(String(tokens.body)) as Record<string, string | undefined>;
      const number = [...secrets.keys()].filter((name) => name.startsWith("access")).length;
      if (access_token !== undefined) secrets.set(`access token ${number}`, access_token);
      if (refresh_token !== undefined) secrets.set(`refresh token ${number}`, refresh_token);
      const code = new URLSearchParams(String(body)).get("code");
      if (code !== null) secrets.set("the sign-in's code", code);
      answer(tokens);
    } else if (method === "POST" && path === "/v2/top-ups") {
      // The server echoes the key it was sent.
      json(422, {
        code: "unprocessable_entity",
        error: `no: ${String(headers["x-api-key"] ?? headers.authorization)}`,
      });
    } else return false;
    return true;
  };
  const env = { BURSAR_LOG: "trace", RUST_LOG: "trace" };
  const connected = await connectUser(desktop, sandbox, proxies, first, { start: { env } });
  const { window, account, app } = connected;
  await recordMessages(connected);
  await tally.try("a browser sign-in, an RPC's key, a refused top-up, a renewed token, hostile answers", async () => {
    const second = await sandbox.user();
    await invokeCommand(window, "begin_sign_in", {
      network: sandbox.networkName,
      address: second.address,
      label: "Second",
    });
    await (await SignInPage.waitFor(desktop, sandbox)).allow(second.data.email);
    const other = await until("the second account is there", async () => {
      const { accounts } = (await invokeCommand(window, "app")) as { accounts: { id: string; label: string }[] };
      return accounts.find((one) => one.label === "Second")?.id;
    });
    const rpc = `${proxies.rpcs[0]?.address ?? ""}/${secrets.get("the RPC's key") ?? ""}`;
    await invokeCommand(window, "set_rpc_address", { account, address: rpc });
    await sandbox.control("POST", `/users/${second.data.id}/tokens/expire`, {});
    await invokeCommand(window, "check_now", { account: other });
    await until("the token was renewed", () => secrets.has("refresh token 1"));
    for (const one of [account, other]) {
      await startTopUp(window, one, "14");
      await until("the top-up is refused", async () => {
        const { top_ups } = (await invokeCommand(window, "overview", { account: one })) as { top_ups: unknown[] };
        return top_ups.length === 0;
      });
    }
    for (const rpcAnswer of [`{"error":{"code":-32000,"message":"${rpc}"}}`, `<html>${rpc}</html>`]) {
      for (const proxy of proxies.rpcs) proxy.handler = ({ json }) => (json(200, rpcAnswer), true);
      await invokeCommand(window, "check_now", { account });
      await until("the app reports the RPC's error", async () => {
        const { errors } = (await invokeCommand(window, "overview", { account })) as { errors: unknown[] };
        return errors.length > 0;
      });
    }
    assert.equal(secrets.size, 7, [...secrets.keys()].join());
  });
  const outputs = await collectOutputs(connected);
  // Aborts the app, as a crash would: its last chance to write anything.
  const dying = app.process.pid;
  const heldInMemory = processArguments(desktop);
  process.kill(dying, "SIGABRT");
  await app.waitForExit();
  await searchForSecrets(tally, desktop, secrets, [...outputs, ["argument lists", heldInMemory]]);

  await tally.try("signing out removes every secret", async () => {
    assert.ok((await desktop.keyring.labels()).length >= 2);
    app.launch({ env });
    await app.window();
    const { accounts } = (await invokeCommand(window, "app")) as { accounts: { id: string }[] };
    for (const { id } of accounts) await invokeCommand(window, "sign_out", { account: id });
    const remaining = await until("the keyring holds at most the RPC address", async () => {
      const labels = await desktop.keyring.labels();
      return labels.length <= 1 && { labels };
    });
    for (const { id } of accounts) await invokeCommand(window, "remove_account", { account: id });
    await until(
      `the keyring is empty (${remaining.labels.join()})`,
      async () => (await desktop.keyring.labels()).length === 0,
    );
  });
  await app.kill();
  await searchForSecrets(tally, desktop, secrets, []);
  tally.note(`searched for ${secrets.size} secrets`);
}

/** Records every message to the page, both responses and events. */
async function recordMessages({ window }: ConnectedUser): Promise<void> {
  await window.driver.script(`
    window.kept = [];
    const { fetch: ask } = window;
    window.fetch = async (...request) => {
      const answer = await ask(...request);
      answer.clone().text().then((text) => window.kept.push(text));
      return answer;
    };
    const internals = window.__TAURI_INTERNALS__;
    for (const [id, callback] of internals.callbacks ?? []) {
      internals.callbacks.set(id, (message) => { window.kept.push(JSON.stringify(message)); return callback(message); });
    }`);
}

/** Everything the app outputs: answers to commands, pages, messages, diagnostics, exports, the CLI. */
async function collectOutputs({ desktop, window, account }: ConnectedUser): Promise<[string, string][]> {
  const query = { account: null, search: null, statuses: [], from: null, to: null };
  const outputs: [string, string][] = [];
  for (const [command, given] of [
    ["app", {}],
    ["overview", { account }],
    ["top_up_form", { account }],
    ["payments", { query, after: null, limit: 100 }],
    ["networks", {}],
    ["notices", { before: null }],
    ["settings", {}],
    ["rpc_addresses", { account }],
    ["diagnostics", {}],
  ] as const) {
    outputs.push([`command ${command}`, JSON.stringify(await invokeCommand(window, command, given).catch(String))]);
  }
  for (const page of ["payments", "inbox", "accounts", "settings", "overview"]) {
    await window.id(`nav-${page}`).click();
    await window.css(`[data-testid="frame"][data-page="${page}"]`).waitVisible();
    outputs.push([`page ${page}`, String(await window.driver.script("return document.documentElement.outerHTML"))]);
  }
  outputs.push(["messages to the window", String(await window.driver.script("return window.kept.join('\\n')"))]);
  for (const args of [
    ["status", "--json"],
    ["history", "--json"],
    ["history", "--csv"],
    ["account", "list"],
    ["networks"],
  ]) {
    const done = await cli(desktop, args, { env: { RUST_LOG: "trace", BURSAR_LOG: "trace" } });
    outputs.push([`bursar ${args.join(" ")}`, done.stdout + done.stderr]);
  }
  return outputs;
}

async function searchForSecrets(
  tally: Tally,
  desktop: Desktop,
  secrets: Secrets,
  outputs: readonly [string, string][],
): Promise<void> {
  const needles = [...secrets].flatMap(([name, secret]) => encodings(secret).map((needle) => [name, needle] as const));
  const texts: [string, Buffer][] = outputs.map(([name, text]) => [name, Buffer.from(text)]);
  const { scratch, artefacts } = desktop.processes;
  for (const file of [...files(scratch), ...files(artefacts)]) {
    // Skips the browser's own data: it knows what it was shown.
    if (/^(chromium\/|home\/\.config\/chromium)/.test(relative(scratch, file)) || /chromium|\.png$/.test(file))
      continue;
    texts.push([file, readFileSync(file)]);
  }
  for (const [source, text] of texts) {
    await tally.try(`searching ${source}`, () => {
      const found = needles.filter(([, needle]) => text.includes(needle)).map(([name]) => name);
      assert.deepEqual([...new Set(found)], []);
    });
  }
}

/**
 * A secret in the forms in which it could be written: plain, Base64 at any offset, hexadecimal, UTF-16,
 * percent-encoded.
 */
function encodings(secret: string): Buffer[] {
  const inner = secret.slice(1, -1);
  return [
    Buffer.from(secret),
    ...[0, 1, 2].map((offset) => {
      const encoded = Buffer.from("x".repeat(offset) + secret).toString("base64");
      return Buffer.from(encoded.slice(offset === 0 ? 0 : 4, -4));
    }),
    Buffer.from(Buffer.from(inner).toString("hex")),
    Buffer.from(inner, "utf16le"),
    Buffer.from(encodeURIComponent(secret)),
  ];
}

/** Arguments and initial environments of all processes of the session except the keyring and the browser. */
function processArguments(desktop: Desktop): string {
  return desktop.processes
    .members()
    .map((pid) => {
      try {
        const list = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return /chromium|keyring/.test(list) ? "" : list + readFileSync(`/proc/${pid}/environ`, "utf8");
      } catch {
        return "";
      }
    })
    .join("\n");
}

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return entry.isFile() && statSync(path).size < 256 * 1024 * 1024 ? [path] : [];
  });
}

/** A release build disables core dumps before it does anything else. */
async function checkCoreDumps(tally: Tally): Promise<void> {
  for (const program of [APP_RELEASE, CLI_RELEASE]) {
    const name = basename(program);
    if (!existsSync(program) || statSync(program).mtimeMs < statSync(BINARIES.cli).mtimeMs) {
      tally.note(`core dumps of ${name}: skipped (no fresh release build)`);
      continue;
    }
    await withDesktop(`core dumps of ${name}`, { automation: false }, async (desktop) => {
      await tally.try(`core dumps of ${name}`, async () => {
        // The app waits in the tray, the CLI for a key.
        const waiting = `sleep 60 | exec '${program}' account add fluence --network mainnet`;
        if (program === APP_RELEASE) desktop.processes.start(name, program, { args: ["--hidden"], env: desktop.env });
        else desktop.processes.start(name, "sh", { args: ["-c", waiting], env: desktop.env });
        await until("core dumps are disabled", () =>
          desktop.processes.members().some((pid) => {
            const [list, limits] = ["cmdline", "limits"].map((what) => readFileSync(`/proc/${pid}/${what}`, "utf8"));
            return list?.startsWith(program) === true && /^Max core file size +0 +0 /m.test(limits ?? "");
          }),
        );
      });
    });
  }
}
