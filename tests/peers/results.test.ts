/** The tables of docs/compatibility.md are those of docs/compatibility.json, and a result cannot break a table. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ABSENT, PEERS } from "./peers.ts";
import { loadResults, tables, type PeerResult } from "./results.ts";

test("the page shows every saved result", () => {
  const page = readFileSync(new URL("../../docs/compatibility.md", import.meta.url), "utf8");
  assert.ok(
    page.includes(tables(PEERS, ABSENT, loadResults())),
    "docs/compatibility.md differs from compatibility.json",
  );
});

test("no peer is both tried and absent", () => {
  const tried = new Set(Object.values(loadResults()).map(({ title }) => title));
  assert.deepEqual(
    ABSENT.filter(({ title }) => tried.has(title)),
    [],
  );
});

test("a text with a bar or a line break stays in its cell", () => {
  const [peer] = PEERS;
  assert.ok(peer !== undefined);
  const result: PeerResult = {
    title: peer.title,
    version: "1",
    date: "2026-01-01",
    trials: [{ tried: "a | b", outcome: "works", seen: "one\ntwo", back: 1.5 }],
  };
  assert.ok(tables([peer], [], { [peer.name]: result }).includes("| a \\| b | works | one two | 1.5 s |"));
});
