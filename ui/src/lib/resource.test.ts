import { expect, test } from "vitest";
import { Resource } from "./resource.svelte.ts";
import { controlledCalls } from "./testing/controlled.ts";
import type { Failure } from "./types.ts";

const failure: Failure = { code: "timeout", detail: "No answer.", retryable: true };

const settled = () => new Promise((done) => setTimeout(done));

test("keeps the last good answer when a later read fails", async () => {
  const { calls, call } = controlledCalls<number>();
  const resource = new Resource(call);
  void resource.refresh();
  calls[0]?.resolve(1);
  await settled();
  void resource.refresh();
  calls[1]?.reject(failure);
  await settled();
  expect(resource.value).toBe(1);
  expect(resource.failure).toEqual(failure);
  expect(resource.loading).toBe(false);
});

test("reads exactly once more when refreshed while it is reading", async () => {
  const { calls, call } = controlledCalls<number>();
  const resource = new Resource(call);
  void resource.refresh();
  void resource.refresh();
  void resource.refresh();
  expect(calls).toHaveLength(1);
  calls[0]?.resolve(1);
  await settled();
  expect(calls).toHaveLength(2);
  calls[1]?.resolve(2);
  await settled();
  expect(calls).toHaveLength(2);
  expect(resource.value).toBe(2);
});

test("drops an answer that was requested before a reset", async () => {
  const { calls, call } = controlledCalls<number>();
  const resource = new Resource(call);
  void resource.refresh();
  resource.reset();
  void resource.refresh();
  calls[0]?.resolve(1);
  await settled();
  expect(resource.value).toBeNull();
  calls[1]?.resolve(2);
  await settled();
  expect(resource.value).toBe(2);
});
