import { expect, it } from "vitest";
import { staticIcons } from "./static-icons.ts";

type Node = readonly [tag: string, attributes: Readonly<Record<string, string>>];

/** The path of an icon with these shapes. */
function pathOf(...node: readonly Node[]): string | undefined {
  const described = JSON.stringify({ name: "sample", size: 24, node });
  const { transform } = staticIcons() as unknown as {
    transform: (this: { error: (text: string) => never }, code: string, id: string) => { code: string } | undefined;
  };
  const fail = {
    error: (text: string): never => {
      throw new Error(text);
    },
  };
  const code = `<script lang="ts">const iconData = ${described};\n</script>`;
  const made = transform.call(fail, code, "/node_modules/@lucide/svelte/dist/icons/sample.svelte");
  return /<path d="([^"]*)"/.exec(made?.code ?? "")?.[1];
}

it("draws all shapes of an icon with one path", () => {
  expect(pathOf(["circle", { cx: "12", cy: "12", r: "10" }], ["path", { d: "m16 9-5.5 5.5L8 12" }])).toBe(
    "M2 12a10 10 0 1 1 20 0a10 10 0 1 1 -20 0zM16 9l-5.5 5.5L8 12",
  );
  expect(pathOf(["line", { x1: "2", y1: "10", x2: "22", y2: "10" }], ["polyline", { points: "22 12 16 12" }])).toBe(
    "M2 10L22 10M22 12 16 12",
  );
  expect(pathOf(["rect", { x: "2", y: "5", width: "20", height: "14", rx: "2", ry: "2" }])).toBe(
    "M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-16a2 2 0 0 1 -2 -2v-10a2 2 0 0 1 2 -2z",
  );
});

it("starts a path at the same point as if it stood alone", () => {
  const ahead: Node = ["path", { d: "M1 1h4" }];
  const after = (d: string) => pathOf(ahead, ["path", { d }])?.slice("M1 1h4".length);
  expect(after("m.5-3 2 2")).toBe("M.5 -3l2 2");
  expect(after("M3 4 5 6z")).toBe("M3 4L5 6z");
  expect(after("m7,8v2")).toBe("M7 8v2");
  expect(after("M10 20-1-2")).toBe("M10 20L-1-2");
});

it("rejects shapes that one path cannot draw", () => {
  expect(() => pathOf(["circle", { cx: "1", cy: "1", r: "1", fill: "red" }])).toThrow("a circle with fill");
  expect(() => pathOf(["ellipse", { cx: "1", cy: "1", rx: "2", ry: "1" }])).toThrow("no path is known for a ellipse");
  expect(() => pathOf(["path", { d: "L1 1" }])).toThrow("begins with no place");
});
