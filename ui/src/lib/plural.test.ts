import { expect, test } from "vitest";
import { pluralize } from "./plural.ts";

test.each([
  [0, "0 payments"],
  [1, "1 payment"],
  [2, "2 payments"],
  [12_300, "12\u202f300 payments"],
])("writes %d as %s", (number, expected) => {
  expect(pluralize(number, "payment")).toBe(expected);
});

test("accepts an irregular plural", () => {
  expect(pluralize(2, "entry", "entries")).toBe("2 entries");
});
