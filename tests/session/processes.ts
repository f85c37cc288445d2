/**
 * The processes of one desktop session. Each writes its output to a file among the artefacts. None outlives the test:
 * when the test ends, however it ends, a watchdog ends every process that carries the session's id.
 */
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./wait.ts";

export type Environment = Readonly<Record<string, string>>;

export interface StartOptions {
  readonly args?: readonly string[];
  readonly env: Environment;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. Without it, standard input is empty. */
  readonly input?: string;
  /** Receives standard output, which also goes to the log. */
  readonly onOutput?: (text: string) => void;
  /** Number of extra pipes, from file descriptor 3 on. */
  readonly pipes?: number;
}

export interface ProcessResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const SESSION_VARIABLE = "BURSAR_TEST_SESSION";

export class Processes {
  /** A scratch folder whose path is short enough for sockets. Removed at the end. */
  readonly scratch: string;
  /** The folder for logs and screenshots. */
  readonly artefacts: string;
  readonly #sessionId = randomUUID();
  readonly #watchdog: ChildProcess;
  #artefactCount = 0;

  constructor(artefacts: string) {
    this.artefacts = artefacts;
    mkdirSync(artefacts, { recursive: true });
    this.scratch = mkdtempSync(join(tmpdir(), "bursar-"));
    const script = fileURLToPath(new URL("watchdog.sh", import.meta.url));
    this.#watchdog = spawn(script, [this.#sessionId, this.scratch], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    this.#watchdog.unref();
  }

  /** Starts a program without waiting for it. Its output goes to `<number>-<name>.log`. */
  start(name: string, program: string, options: StartOptions): RunningProcess {
    const log = createWriteStream(this.nextArtefact(name));
    const extra: "pipe"[] = Array.from({ length: options.pipes ?? 0 }, () => "pipe");
    const stdio: StdioOptions = [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe", ...extra];
    const child = spawn(program, options.args ?? [], {
      cwd: options.cwd ?? this.scratch,
      env: { ...options.env, [SESSION_VARIABLE]: this.#sessionId },
      stdio,
      detached: true,
    });
    child.stdout?.on("data", (data: Buffer) => {
      log.write(data);
      options.onOutput?.(data.toString());
    });
    child.stderr?.on("data", (data: Buffer) => log.write(data));
    child.on("close", () => log.end());
    child.on("error", (error) => log.write(`${String(error)}\n`));
    if (options.input !== undefined) child.stdin?.end(options.input);
    return new RunningProcess(name, child);
  }

  /** Runs a program until it exits; kills it after `timeout` milliseconds. */
  async run(program: string, options: StartOptions & { readonly timeout?: number }): Promise<ProcessResult> {
    const { timeout = 20_000, ...rest } = options;
    const child = spawn(program, rest.args ?? [], {
      cwd: rest.cwd ?? this.scratch,
      env: { ...rest.env, [SESSION_VARIABLE]: this.#sessionId },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined);
    child.stdin.end(rest.input ?? "");
    const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
    try {
      const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
      // A grandchild may keep the pipes open, so the output so far counts as complete.
      await Promise.race([
        once(child, "close"),
        until("", () => child.stdout.readableEnded, { timeout: 500 }).catch(() => undefined),
      ]);
      return { code, signal, stdout, stderr };
    } finally {
      clearTimeout(timer);
    }
  }

  /** The path for the next log or screenshot; numbers show the order. */
  nextArtefact(name: string, extension = "log"): string {
    this.#artefactCount += 1;
    return join(this.artefacts, `${String(this.#artefactCount).padStart(2, "0")}-${name}.${extension}`);
  }

  /** How often this text stands in the logs of the processes that were started so far. */
  countInLogs(text: string): number {
    const logs = readdirSync(this.artefacts).filter((name) => name.endsWith(".log"));
    const texts = logs.map((name) => readFileSync(join(this.artefacts, name), "utf8"));
    return texts.join("\n").split(text).length - 1;
  }

  /** Ids of the session's processes. */
  members(): number[] {
    const found: number[] = [];
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        if (
          readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(`${SESSION_VARIABLE}=${this.#sessionId}`)
        )
          found.push(Number(entry));
      } catch {
        // The process has ended, or belongs to another user.
      }
    }
    return found;
  }

  /** Ends all processes and removes the scratch folder. */
  async end(): Promise<void> {
    if (this.#watchdog.exitCode !== null) return;
    const exited = once(this.#watchdog, "exit");
    this.#watchdog.ref();
    this.#watchdog.stdin?.end();
    await exited;
  }
}

/** The path of a process's program, or an empty string if the process has ended. */
export function executable(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}

/** Proportional memory (PSS) of a process in KiB; undefined if it has ended or cannot be read. */
export function proportionalSetSize(pid: number): number | undefined {
  try {
    const size = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
    return size === undefined ? undefined : Number(size);
  } catch {
    return undefined;
  }
}

/** A started program. */
export class RunningProcess {
  readonly name: string;
  readonly child: ChildProcess;

  constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.child = child;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.child.pid;
  }

  get alive(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Throws if the process has ended. Call it while waiting for something that only this process can do. */
  assertAlive(): void {
    if (!this.alive)
      throw new Error(`${this.name} ended (${this.child.exitCode ?? this.child.signalCode ?? "not started"})`);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM", timeout = 5_000): Promise<void> {
    if (!this.alive) return;
    this.child.kill(signal);
    await this.waitForExit(timeout);
  }

  /** Waits until the process has ended and returns its exit status or the signal's name. */
  async waitForExit(timeout = 15_000): Promise<number | NodeJS.Signals | null> {
    await until(`${this.name} ends`, () => !this.alive, { timeout });
    return this.child.exitCode ?? this.child.signalCode;
  }
}
