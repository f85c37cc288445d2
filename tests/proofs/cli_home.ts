/**
 * A CLI home for one user of the sandbox, without a desktop or keyring (the key comes from the environment), whose
 * browser only records the addresses it is given. Hundreds of them fit side by side.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARIES } from "../session/app.ts";
import type { Environment, Processes } from "../session/processes.ts";
import type { User } from "../session/sandbox.ts";

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Killed because it took too long. */
  readonly late: boolean;
  readonly seconds: number;
}

export interface Run {
  readonly env?: Environment;
  readonly input?: string;
  /** Milliseconds after which the run is killed and `timedOut`. */
  readonly timeout?: number;
  /** Receives the process id as soon as the process runs. */
  readonly started?: (pid: number) => void;
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

export interface Line {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly amount: { readonly amount: string };
  readonly verified: boolean;
}

export class Home {
  readonly user: User;
  readonly folder: string;
  readonly #env: Environment;
  readonly #opened: string;
  readonly #look: string;

  constructor(processes: Processes, name: string, user: User) {
    this.user = user;
    const place = join(processes.scratch, name);
    this.folder = join(place, "home");
    this.#opened = join(place, "opened");
    this.#look = join(place, "look");
    const bin = join(place, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "xdg-open"), `#!/bin/sh\nprintf '%s\\n' "$1" >>'${this.#opened}'\n`);
    chmodSync(join(bin, "xdg-open"), 0o755);
    this.#env = {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: place,
      BURSAR_HOME: this.folder,
      BURSAR_API_KEY: user.key,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(place, "no-bus")}`,
      TZ: "UTC",
      LANG: "C.UTF-8",
    };
  }

  /** The addresses that the browser was given, oldest first. */
  get opened(): readonly string[] {
    if (!existsSync(this.#opened)) return [];
    return readFileSync(this.#opened, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  }

  async bursar(args: readonly string[], { env = {}, input, timeout = 120_000, started }: Run = {}): Promise<CliResult> {
    const began = performance.now();
    const child = spawn(BINARIES.cli, args, { env: { ...this.#env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let late = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
    const ended = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
    if (child.pid !== undefined) started?.(child.pid);
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeout);
    try {
      const [code, signal] = await ended;
      return { code, signal, stdout, stderr, late, seconds: (performance.now() - began) / 1000 };
    } finally {
      clearTimeout(timer);
    }
  }

  connect({ label = "Test", ...run }: Run & { readonly label?: string } = {}): Promise<CliResult> {
    const { user } = this;
    const args = ["account", "add", "fluence", "--network", user.sandbox.networkFile, "--address", user.address];
    return this.bursar([...args, "--label", label], { ...run, input: `${user.key}\n` });
  }

  /**
   * Runs the engine once without starting anything: the amount is too small and refused, but the engine first polls the
   * provider for earlier top-ups.
   */
  look(run: Run = {}): Promise<CliResult> {
    return this.bursar(["top-up", "0.5", "--no-open"], run);
  }

  /** The history as the CLI prints it. */
  async history(): Promise<readonly Line[]> {
    const done = await this.bursar(["history", "--json"]);
    if (done.code !== 0) throw new Error(`bursar history: exit ${done.code}: ${done.stderr}`);
    const text = done.stdout.trim();
    if (text.startsWith("[")) return JSON.parse(text) as Line[];
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Line);
  }

  topUps(): Promise<readonly TopUpRow[]> {
    return this.rows(
      "bursar.db",
      "SELECT id, remote, amount, phase, verified, absent_since FROM top_up ORDER BY created_at",
    );
  }

  notices(): Promise<readonly NoticeRow[]> {
    return this.rows("bursar.db", "SELECT kind, subject, amount, shown FROM notice ORDER BY id");
  }

  /**
   * Queries a copy of a database, so that the original stays untouched; no rows if the file or table does not exist.
   */
  async rows<Row>(file: "bursar.db" | "history.db", query: string): Promise<readonly Row[]> {
    if (!existsSync(join(this.folder, file))) return [];
    rmSync(this.#look, { recursive: true, force: true });
    mkdirSync(this.#look);
    for (const part of [file, `${file}-wal`]) {
      if (existsSync(join(this.folder, part))) copyFileSync(join(this.folder, part), join(this.#look, part));
    }
    const { code, out, wrong } = await sqlite(["-json", join(this.#look, file), query]);
    if (wrong.includes("no such table")) return [];
    if (code !== 0) throw new Error(`sqlite3 ${file}: ${wrong}`);
    return out.trim() === "" ? [] : (JSON.parse(out) as Row[]);
  }

  /** Changes a database that no program has open. */
  async write(file: "bursar.db" | "history.db", statements: string): Promise<void> {
    const { code, wrong } = await sqlite([join(this.folder, file), statements]);
    if (code !== 0) throw new Error(`sqlite3 ${file}: ${wrong}`);
  }

  remove(): void {
    rmSync(join(this.folder, ".."), { recursive: true, force: true });
  }
}

async function sqlite(args: readonly string[]): Promise<{ code: number | null; out: string; wrong: string }> {
  const child = spawn("sqlite3", args, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let wrong = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (wrong += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, wrong };
}

/** Limits how many tasks run at once; further ones wait. */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async through<T>(pass: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await pass();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
