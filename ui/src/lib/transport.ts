// The only connection between the window and the core: nothing else calls Tauri. Every call either returns or throws a
// `Failure`. The core sends one event, `change`, and the window then reads again what the event names.

import { commands, events } from "./bindings.ts";
import type { AppView, Change, Failure, Settings, WindowState } from "./types.ts";

/** Commands whose answers are known more precisely than by the generated types. */
interface NarrowedCommands {
  app(): Promise<AppView>;
  settings(): Promise<Settings>;
  setSettings(change: Partial<Settings>): Promise<Settings>;
  changeWindowState(change: Partial<WindowState>): Promise<WindowState>;
}

export type Transport = Omit<typeof commands, keyof NarrowedCommands> &
  NarrowedCommands & {
    /** Calls `listener` on every change. Call the returned function to stop. */
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
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as Failure;
  }
  return { code: "internal", message: String(thrown), retryable: false };
}
