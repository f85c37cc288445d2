import { beforeEach, expect, it, vi } from "vitest";
import type { WindowState } from "./types.ts";

const saves = vi.hoisted(() => ({
  changes: [] as Partial<WindowState>[],
  finish: [] as ((failure?: unknown) => void)[],
}));

vi.mock("$lib/transport", () => ({
  core: {
    changeWindowState: (change: Partial<WindowState>) => {
      saves.changes.push(change);
      return new Promise<void>((done, fail) => saves.finish.push((failure) => (failure ? fail(failure) : done())));
    },
  },
}));

const { DEFAULT_WINDOW_STATE, SavedWindowState } = await import("./window-state.svelte.ts");

beforeEach(() => {
  saves.changes.length = 0;
  saves.finish.length = 0;
});

it("shows a change at once and saves only what it names", async () => {
  const state = new SavedWindowState();
  state.restore({ ...DEFAULT_WINDOW_STATE, hidden_columns: ["id"] });
  const saved = state.change({ text_size: "150" });
  expect(state.value).toEqual({
    ...DEFAULT_WINDOW_STATE,
    hidden_columns: ["id"],
    text_size: "150",
  });
  expect(saves.changes).toEqual([{ text_size: "150" }]);
  saves.finish[0]?.();
  await saved;
});

it("saves one change after the other, and several at once", async () => {
  const state = new SavedWindowState();
  void state.change({ place: { page: "inbox", account: null } });
  void state.change({ place: { page: "accounts", account: null } });
  void state.change({ place: { page: "settings", account: null } });
  const last = state.change({ text_size: "125" });
  expect(saves.changes).toHaveLength(1);
  saves.finish[0]?.();
  await vi.waitFor(() => expect(saves.changes).toHaveLength(2));
  expect(saves.changes[1]).toEqual({
    place: { page: "settings", account: null },
    text_size: "125",
  });
  saves.finish[1]?.();
  await last;
  expect(saves.changes).toHaveLength(2);
});

it("sends nothing when nothing changes", async () => {
  const state = new SavedWindowState();
  await state.change({
    text_size: "100",
    payment_filters: { ...DEFAULT_WINDOW_STATE.payment_filters },
  });
  expect(saves.changes).toEqual([]);
});

it("keeps what could not be saved, and saves the next change", async () => {
  const state = new SavedWindowState();
  const saved = state.change({ text_size: "200" });
  saves.finish[0]?.({ code: "file_failed" });
  await expect(saved).rejects.toEqual({ code: "file_failed" });
  expect(state.value.text_size).toBe("200");
  void state.change({ hidden_columns: ["source"] });
  expect(saves.changes[1]).toEqual({ hidden_columns: ["source"] });
});
