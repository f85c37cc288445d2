import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Announcer } from "./announcer.svelte.ts";

let announcer: Announcer;

beforeEach(() => {
  vi.useFakeTimers();
  announcer = new Announcer();
  announcer.start();
});
afterEach(() => vi.useRealTimers());

const later = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);

it("reads texts that come together as one, each once", () => {
  announcer.announce("Copied.");
  announcer.announce("Saved.");
  announcer.announce("Copied.");
  expect(announcer.text).toBe("");
  later(1000);
  expect(announcer.text).toBe("Copied. Saved.");
});

it("changes the region's text when the same is said again", () => {
  announcer.announce("Copied.");
  later(1000);
  const first = announcer.text;
  announcer.announce("Copied.");
  later(1000);
  expect(announcer.text).not.toBe(first);
  expect(announcer.text.trim()).toBe("Copied.");
});

it("keeps what comes before the region exists", () => {
  const early = new Announcer();
  early.announce("Offline.");
  later(1000);
  expect(early.text).toBe("");
  early.start();
  later(1000);
  expect(early.text).toBe("Offline.");
});

it("says a total once, when it no longer changes", () => {
  const said: string[] = [];
  const type = (total: string | null) => {
    announcer.announceSettled("total", total);
    later(200);
    said.push(announcer.text);
  };
  for (const total of ["2.00", "25.00", "25.50"]) type(total);
  expect(new Set(said)).toEqual(new Set([""]));
  later(2000);
  expect(announcer.text).toBe("25.50");
  // The price is read again whenever the form is, and is no news then.
  announcer.announce("Something else.");
  later(1000);
  announcer.announceSettled("total", "25.50");
  later(2000);
  expect(announcer.text).toBe("Something else.");
});

it("says a total again after it was gone, and none that was gone before it settled", () => {
  announcer.announceSettled("total", "25.50");
  later(2000);
  announcer.announceSettled("total", null);
  announcer.announce("An error.");
  later(1000);
  announcer.announceSettled("total", "25.50");
  later(2000);
  expect(announcer.text).toBe("25.50");
  announcer.announceSettled("total", "30.00");
  announcer.announceSettled("total", null);
  later(2000);
  expect(announcer.text).toBe("25.50");
});
