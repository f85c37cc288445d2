// The only connection between the window and the core: nothing else calls Tauri. Every call either returns or throws a
// `Failure`. The core sends changes through one channel, and the window then reads again what a change names.

import { Channel } from "@tauri-apps/api/core";
import { commands } from "./bindings.ts";
import type { AppView, Change, Failure, Settings, WindowState } from "./types.ts";

/** Commands whose answers are known more precisely than by the generated types. */
interface NarrowedCommands {
  app(): Promise<AppView>;
  settings(): Promise<Settings>;
  setSettings(change: Partial<Settings>): Promise<Settings>;
  changeWindowState(change: Partial<WindowState>): Promise<WindowState>;
}

export type Transport = Omit<typeof commands, keyof NarrowedCommands | "listenForChanges"> &
  NarrowedCommands & {
    /** Calls `listener` on every change. A later listener takes the place of an earlier one. */
    onChange(listener: (change: Change) => void): Promise<void>;
  };

type Command = (...args: never[]) => Promise<unknown>;

const commandsWithFailures = Object.fromEntries(
  Object.entries<Command>(commands).map(([name, command]) => [name, withFailure(command)]),
) as unknown as Omit<Transport, "onChange"> & Pick<typeof commands, "listenForChanges">;

export const core: Transport = {
  ...commandsWithFailures,
  onChange: async (listener) => {
    await commandsWithFailures.listenForChanges(new Channel(listener));
  },
};

/** Wraps a command so that it throws nothing but `Failure`. */
function withFailure(command: Command): Command {
  return async (...args) => {
    try {
      return await command(...args);
    } catch (thrown) {
      throw toFailure(thrown);
    }
  };
}

/** A command rejects with a `Failure`. Anything else is a bug in Bursar. */
function toFailure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "detail" in thrown) {
    return thrown as Failure;
  }
  return { code: "internal", detail: String(thrown), retryable: false };
}
