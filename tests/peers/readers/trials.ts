/** What is tried with programs that read Bursar's exports: a spreadsheet in two languages, and Python. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cli, cliHistory, connectAccount, type CliPayment } from "../../session/cli.ts";
import { Desktop, type TestScope } from "../../session/desktop.ts";
import type { Sandbox } from "../../session/sandbox.ts";
import { limited, works, type Finding, type Peer } from "../peer.ts";
import { parseCsv, type Cell } from "./csv.ts";

/** A label as a user may choose it, which a spreadsheet must not run, with a comma and a quote. */
const LABEL = '=1+1, "Zürich"';
/** LibreOffice's numbers of languages. */
const LANGUAGES = { English: 1033, German: 1031 } as const;
type Language = keyof typeof LANGUAGES;
const AMOUNTS = new Set(["amount", "fee"]);

export const calc: Peer = {
  name: "calc",
  title: "LibreOffice Calc",
  group: "Readers",
  debian: ["libreoffice-calc"],
  version: () =>
    Promise.resolve(/[\d.]+/.exec(execFileSync("soffice", ["--version"], { encoding: "utf8" }))?.[0] ?? ""),
  trials: (["English", "German"] as const).map((language) => ({
    what: `an export of payments as CSV, opened with ${language} as the language`,
    run: (scope, sandbox) => openedInCalc(scope, sandbox, language),
  })),
};

export const python: Peer = {
  name: "python",
  title: "Python's module csv",
  group: "Readers",
  version: () =>
    Promise.resolve(execFileSync("python3", ["--version"], { encoding: "utf8" }).trim().replace("Python ", "")),
  trials: [{ what: "an export of payments as CSV, beside the one as JSON", run: readByPython }],
};

/** A session with an export of 31 payments, and the same payments as JSON. */
async function exported(
  scope: TestScope,
  sandbox: Sandbox,
): Promise<{ desktop: Desktop; file: string; payments: readonly CliPayment[] }> {
  const desktop = await Desktop.for(scope, { tray: false, notifications: false });
  const user = await sandbox.user({ history: 30, history_on_chain: 5 });
  await connectAccount(desktop, user, { label: LABEL });
  const file = join(desktop.processes.scratch, "payments.csv");
  const sync = await cli(desktop, ["sync"], { timeout: 120_000 });
  assert.equal(sync.code, 0, sync.stderr);
  const done = await cli(desktop, ["history", "--csv", "--output", file]);
  assert.equal(done.code, 0, done.stderr);
  const payments = await cliHistory(desktop);
  assert.ok(payments.length > 30, `${payments.length} payments`);
  return { desktop, file, payments };
}

async function openedInCalc(scope: TestScope, sandbox: Sandbox, language: Language): Promise<Finding> {
  const { desktop, file } = await exported(scope, sandbox);
  const saved = await openAndSave(desktop, file, language);
  const [header = [], ...rows] = parseCsv(readFileSync(file, "utf8"));
  const [savedHeader = [], ...savedRows] = parseCsv(readFileSync(saved, "utf8"));
  assert.deepEqual(texts(savedHeader), texts(header));
  assert.equal(savedRows.length, rows.length, "all rows are there");
  const changed = new Set<string>();
  let amountsAsText = 0;
  for (const [at, row] of rows.entries()) {
    for (const [column, { text }] of row.entries()) {
      const name = header[column]?.text ?? "";
      const now = savedRows[at]?.[column] ?? { text: "", quoted: false };
      const isAmount = AMOUNTS.has(name) && text !== "";
      if (isAmount && now.quoted) amountsAsText += 1;
      const isSame = now.text === text || (isAmount && !now.quoted && Number(now.text) === Number(text));
      if (!isSame) changed.add(`${name}: ${text} became ${now.text}`);
    }
  }
  assert.deepEqual([...changed], [], "nothing is changed");
  return amountsAsText === 0
    ? works("Every cell as it was written; amounts are numbers, and a label that looks like a formula is text.")
    : limited(
        "Every cell as it was written, but amounts are text. For numbers, choose English as the language in the dialog with which Calc opens the file.",
      );
}

/** Opens the file as Calc's dialog does with that language, saves it as a spreadsheet, and that one as CSV with its texts quoted. */
async function openAndSave(desktop: Desktop, file: string, language: Language): Promise<string> {
  const folder = join(desktop.processes.scratch, "saved");
  mkdirSync(folder);
  const convert = async (from: string, to: string, ...options: string[]): Promise<void> => {
    const profile = `-env:UserInstallation=file://${join(desktop.processes.scratch, "libreoffice")}`;
    const args = [profile, "--headless", ...options, "--convert-to", to, "--outdir", folder, from];
    const done = await desktop.run("soffice", args, { timeout: 180_000 });
    if (done.code !== 0 || !/ as a |-> /.test(done.stdout)) throw new Error(`soffice: ${done.stdout}${done.stderr}`);
  };
  // Comma, quote, UTF-8, from line 1, all columns as they come, the language, no quoted field as text, no special numbers.
  await convert(file, "ods", `--infilter=CSV:44,34,76,1,,${LANGUAGES[language]},false,false`);
  const english = `csv:Text - txt - csv (StarCalc):44,34,76,1,,${LANGUAGES.English},true,false`;
  await convert(join(folder, "payments.ods"), english);
  return join(folder, "payments.csv");
}

function texts(cells: readonly Cell[]): string[] {
  return cells.map(({ text }) => text);
}

async function readByPython(scope: TestScope, sandbox: Sandbox): Promise<Finding> {
  const { desktop, file, payments } = await exported(scope, sandbox);
  const script =
    "import csv, json, sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8-sig')))))";
  const done = await desktop.run("python3", ["-c", script, file]);
  assert.equal(done.code, 0, done.stderr);
  const rows = JSON.parse(done.stdout) as Record<string, string>[];
  assert.deepEqual(
    rows.map((row) => [row["id"], row["status"], row["amount"], row["currency"], row["verified"]]),
    // What is known from the chain alone has no id at the provider.
    payments.map(({ id, status, amount, verified }) => [
      id.startsWith("chain:") ? "" : id,
      status,
      amount.amount,
      amount.currency,
      verified ? "yes" : "no",
    ]),
  );
  return works(`${rows.length} rows with the same id, status, amount, currency and verification as in the JSON.`);
}
