// One subscription to the core's changes, shared by all listeners in the window.

import { core } from "$lib/transport";
import type { Change } from "./types.ts";

type ChangeListener = (change: Change) => void;

const listeners = new Set<ChangeListener>();

/** Adds a listener. Call the returned function to remove it. */
export function subscribeToChanges(listener: ChangeListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Starts to listen to the core. Call it once. Whoever calls it reads everything again afterwards, so no change is missed. */
export async function startListening(): Promise<void> {
  await core.onChange((change) => {
    for (const listener of listeners) listener(change);
  });
}
