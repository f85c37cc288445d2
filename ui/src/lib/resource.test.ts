import { expect, test } from "vitest";
import { Resource } from "./resource.svelte.ts";
import { controlledCalls } from "./testing/controlled.ts";
import type { Failure } from "./types.ts";

const failure: Failure = { code: "timeout", message: "No answer.", retryable: true };

const settled = () => new Promise((done) => setTimeout(done));

test("keeps the last good answer when a later reading fails", async () => {
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

test("asked while it reads, it reads once more and no oftener", async () => {
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

test("an answer to what was asked before a reset is thrown away", async () => {
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
