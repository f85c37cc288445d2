// For tests: a function whose calls the test answers when it wants to.

import type { Failure } from "../types.ts";

interface PendingCall<T> {
  resolve: (value: T) => void;
  reject: (failure: Failure) => void;
}

export function controlledCalls<T>() {
  const calls: PendingCall<T>[] = [];
  const call = () =>
    new Promise<T>((resolve, reject) => {
      calls.push({ resolve, reject });
    });
  return { calls, call };
}
