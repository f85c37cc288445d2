// One subscription to the core's `change` event, shared by everything that wants to hear of it.

import { core } from "$lib/transport";
import type { Change } from "./types.ts";

type Heard = (change: Change) => void;

const listeners = new Set<Heard>();

/** Subscribes; what comes back unsubscribes. */
export function hear(heard: Heard): () => void {
  listeners.add(heard);
  return () => listeners.delete(heard);
}

/** Starts listening to the core. Called once, before the first reading, so that no change is missed. */
export async function listenForChanges(): Promise<void> {
  await core.onChange((change) => {
    for (const heard of listeners) heard(change);
  });
}
