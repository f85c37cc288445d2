import { expect, test } from "vitest";
import { Action, Resource } from "./resource.svelte.ts";
import type { Failure } from "./types.ts";

const failure: Failure = { code: "timeout", message: "No answer.", retryable: true };

/** Answers that the test gives when it wants. */
function asked<T>() {
  const waiting: { give: (value: T) => void; fail: (failure: Failure) => void }[] = [];
  const ask = () =>
    new Promise<T>((give, fail) => {
      waiting.push({ give, fail });
    });
  return { waiting, ask };
}

const settled = () => new Promise((done) => setTimeout(done));

test("keeps the last good answer when a later reading fails", async () => {
  const { waiting, ask } = asked<number>();
  const resource = new Resource(ask);
  void resource.refresh();
  waiting[0]?.give(1);
  await settled();
  void resource.refresh();
  waiting[1]?.fail(failure);
  await settled();
  expect(resource.value).toBe(1);
  expect(resource.failure).toEqual(failure);
  expect(resource.loading).toBe(false);
});

test("asked while it reads, it reads once more and no oftener", async () => {
  const { waiting, ask } = asked<number>();
  const resource = new Resource(ask);
  void resource.refresh();
  void resource.refresh();
  void resource.refresh();
  expect(waiting).toHaveLength(1);
  waiting[0]?.give(1);
  await settled();
  expect(waiting).toHaveLength(2);
  waiting[1]?.give(2);
  await settled();
  expect(waiting).toHaveLength(2);
  expect(resource.value).toBe(2);
});

test("an answer to what was asked before a reset is thrown away", async () => {
  const { waiting, ask } = asked<number>();
  const resource = new Resource(ask);
  void resource.refresh();
  resource.reset();
  void resource.refresh();
  waiting[0]?.give(1);
  await settled();
  expect(resource.value).toBeNull();
  waiting[1]?.give(2);
  await settled();
  expect(resource.value).toBe(2);
});

test("an action does not run twice at a time, and tells why it failed", async () => {
  const { waiting, ask } = asked<void>();
  const action = new Action();
  const first = action.run(ask);
  expect(await action.run(ask)).toBe(false);
  expect(waiting).toHaveLength(1);
  waiting[0]?.fail(failure);
  expect(await first).toBe(false);
  expect(action.failure).toEqual(failure);
  const again = action.run(ask);
  expect(action.failure).toBeNull();
  waiting[1]?.give();
  expect(await again).toBe(true);
});
