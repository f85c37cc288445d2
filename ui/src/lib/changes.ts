// One subscription to the core's `change` event, shared by everything that wants to hear of it.

import { core } from "$lib/transport";
import type { Change } from "./types.ts";

type ChangeListener = (change: Change) => void;

const listeners = new Set<ChangeListener>();

/** Subscribes; what comes back unsubscribes. */
export function subscribeToChanges(listener: ChangeListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Starts listening to the core. Called once, before the first reading, so that no change is missed. */
export async function startListening(): Promise<void> {
  await core.onChange((change) => {
    for (const listener of listeners) listener(change);
  });
}
