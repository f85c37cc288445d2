import { expect, test } from "vitest";
import { Action } from "./action.svelte.ts";
import { controlledCalls } from "./testing/controlled.ts";
import type { Failure } from "./types.ts";

const failure: Failure = { code: "timeout", detail: "No answer.", retryable: true };

test("does not run twice at a time, and keeps the reason of a failure", async () => {
  const { calls, call } = controlledCalls<void>();
  const action = new Action();
  const first = action.run(call);
  expect(await action.run(call)).toBe(false);
  expect(calls).toHaveLength(1);
  calls[0]?.reject(failure);
  expect(await first).toBe(false);
  expect(action.failure).toEqual(failure);
  const again = action.run(call);
  expect(action.failure).toBeNull();
  calls[1]?.resolve();
  expect(await again).toBe(true);
});
