/**
 * A CLI home for one user of the sandbox, without a desktop or keyring (the key comes from the environment), whose
 * browser only records the addresses it is given. Hundreds of them fit side by side.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARIES } from "../session/app.ts";
import { parseHistory, type CliPayment } from "../session/cli.ts";
import { copyDatabase, type DatabaseFile } from "../session/database.ts";
import type { Environment, Processes } from "../session/processes.ts";
import type { User } from "../session/sandbox.ts";

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Killed because it took too long. */
  readonly timedOut: boolean;
  readonly seconds: number;
}

export interface RunOptions {
  readonly env?: Environment;
  readonly input?: string;
  /** Milliseconds after which the run is killed and `timedOut`. */
  readonly timeout?: number;
  /** Receives the process id as soon as the process runs. */
  readonly onStart?: (pid: number) => void;
}

/** A top-up in `bursar.db`. */
export interface TopUpRow {
  readonly id: string;
  readonly remote: string | null;
  readonly amount: string;
  readonly phase: string;
  readonly verified: string | null;
  readonly absent_since: number | null;
}

/** A notice in `bursar.db`. */
export interface NoticeRow {
  readonly kind: string;
  readonly subject: string;
  readonly amount: string | null;
  readonly shown: number;
}

export class CliHome {
  readonly user: User;
  readonly folder: string;
  readonly #env: Environment;
  readonly #openedUrlsFile: string;
  readonly #copies: string;

  constructor(processes: Processes, name: string, user: User) {
    this.user = user;
    const root = join(processes.scratch, name);
    this.folder = join(root, "home");
    this.#openedUrlsFile = join(root, "opened");
    this.#copies = join(root, "database");
    const bin = join(root, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "xdg-open"), `#!/bin/sh\nprintf '%s\\n' "$1" >>'${this.#openedUrlsFile}'\n`);
    chmodSync(join(bin, "xdg-open"), 0o755);
    this.#env = {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: root,
      BURSAR_HOME: this.folder,
      BURSAR_API_KEY: user.key,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(root, "no-bus")}`,
      TZ: "UTC",
      LANG: "C.UTF-8",
    };
  }

  /** The addresses that the browser was given, oldest first. */
  get openedUrls(): readonly string[] {
    if (!existsSync(this.#openedUrlsFile)) return [];
    return readFileSync(this.#openedUrlsFile, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  }

  async bursar(
    args: readonly string[],
    { env = {}, input, timeout = 120_000, onStart }: RunOptions = {},
  ): Promise<CliResult> {
    const began = performance.now();
    const child = spawn(BINARIES.cli, args, { env: { ...this.#env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
    const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
    if (child.pid !== undefined) onStart?.(child.pid);
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeout);
    try {
      const [code, signal] = await ended;
      return { code, signal, stdout, stderr, timedOut, seconds: (performance.now() - began) / 1000 };
    } finally {
      clearTimeout(timer);
    }
  }

  connect({ label = "Test", ...run }: RunOptions & { readonly label?: string } = {}): Promise<CliResult> {
    const { user } = this;
    const args = ["account", "add", "fluence", "--network", user.sandbox.networkFile, "--address", user.address];
    return this.bursar([...args, "--label", label], { ...run, input: `${user.key}\n` });
  }

  /**
   * Runs the engine once without starting anything: the amount is too small and refused, but the engine first polls the
   * provider for earlier top-ups.
   */
  pollProvider(run: RunOptions = {}): Promise<CliResult> {
    return this.bursar(["top-up", "0.5", "--no-open"], run);
  }

  /** The history as the CLI prints it. */
  async history(): Promise<readonly CliPayment[]> {
    return parseHistory(await this.bursar(["history", "--json"]));
  }

  topUps(): Promise<readonly TopUpRow[]> {
    return this.queryDatabase(
      "bursar.db",
      "SELECT id, remote, amount, phase, verified, absent_since FROM top_up ORDER BY created_at",
    );
  }

  notices(): Promise<readonly NoticeRow[]> {
    return this.queryDatabase("bursar.db", "SELECT kind, subject, amount, shown FROM notice ORDER BY id");
  }

  /**
   * Queries a copy of a database, so that the original stays untouched; no rows if the file or table does not exist.
   */
  async queryDatabase<Row>(file: DatabaseFile, query: string): Promise<readonly Row[]> {
    if (!existsSync(join(this.folder, file))) return [];
    const copy = copyDatabase(this.folder, file, this.#copies);
    const { code, stdout, stderr } = await runSqlite(["-json", copy, query]);
    if (stderr.includes("no such table")) return [];
    if (code !== 0) throw new Error(`sqlite3 ${file}: ${stderr}`);
    return stdout.trim() === "" ? [] : (JSON.parse(stdout) as Row[]);
  }

  /** Changes a database that no program has open. */
  async write(file: DatabaseFile, statements: string): Promise<void> {
    const { code, stderr } = await runSqlite([join(this.folder, file), statements]);
    if (code !== 0) throw new Error(`sqlite3 ${file}: ${stderr}`);
  }

  remove(): void {
    rmSync(join(this.folder, ".."), { recursive: true, force: true });
  }
}

async function runSqlite(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn("sqlite3", args, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}
