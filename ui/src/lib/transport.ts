// The one way between the window and the core. Nothing else calls Tauri. Every call either answers or throws a
// `Failure`; the window listens to one event, `change`, and reads again what it names.

import { commands, events } from "./bindings.ts";
import type { AppView, Change, Failure, Settings } from "./types.ts";

/** Answers that say more than the generated types do. */
interface NarrowedCommands {
  app(): Promise<AppView>;
  settings(): Promise<Settings>;
  setSettings(change: Partial<Settings>): Promise<Settings>;
}

export type Transport = Omit<typeof commands, keyof NarrowedCommands> &
  NarrowedCommands & {
    /** Hears of every change; what comes back ends that. */
    onChange(listener: (change: Change) => void): Promise<() => void>;
  };

type Command = (...args: never[]) => Promise<unknown>;

const commandsWithFailures = Object.fromEntries(
  Object.entries<Command>(commands).map(([name, command]) => [name, withFailure(command)]),
) as unknown as Omit<Transport, "onChange">;

export const core: Transport = {
  ...commandsWithFailures,
  onChange: (listener) => events.change.listen((event) => listener(event.payload)),
};

/** The same command, throwing nothing but failures. */
function withFailure(command: Command): Command {
  return async (...args) => {
    try {
      return await command(...args);
    } catch (thrown) {
      throw toFailure(thrown);
    }
  };
}

/** What a command rejects with is a `Failure` already; anything else is a fault of ours. */
function toFailure(thrown: unknown): Failure {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as Failure;
  }
  return { code: "internal", message: String(thrown), retryable: false };
}
