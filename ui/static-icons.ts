// Compiles icons to markup. The icon library assembles each icon when it is drawn, one attribute at a time. A list with two
// icons in each row would spend most of its first frame on that. At build time this plugin turns each icon's description
// into a template with a single path for all shapes, because every further element would cost style and layout.

import type { Plugin } from "vite";

type Attributes = Readonly<Record<string, string>>;

interface Described {
  readonly name: string;
  readonly size: number;
  readonly node: readonly (readonly [tag: string, attributes: Attributes])[];
}

const ICON = /@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/;
const DESCRIPTION = /const iconData = (\{.*\});?\s*<\/script>/s;

/** Replaces the library's components before the Svelte compiler sees them. */
export function staticIcons(): Plugin {
  return {
    name: "static-icons",
    enforce: "pre",
    transform(code, id) {
      if (!ICON.test(id)) return undefined;
      const described = DESCRIPTION.exec(code)?.[1];
      if (described === undefined) return this.error(`${id} describes its icon in another way than expected.`);
      try {
        return { code: component(JSON.parse(described) as Described), map: null };
      } catch (error) {
        return this.error(`${id}: ${String(error)}`);
      }
    },
  };
}

/** Accepts the props that the pages use: the size, the stroke width, and whether screen readers skip the icon. */
function component({ name, size, node }: Described): string {
  const drawn = node.map(([tag, attributes]) => pathOf(tag, attributes)).join("");
  return `<script>
  let { size = ${size}, strokeWidth = 2, "aria-hidden": hidden } = $props();
</script>
<svg xmlns="http://www.w3.org/2000/svg" class="lucide lucide-${name}" viewBox="0 0 ${size} ${size}" width={size} height={size}
  fill="none" stroke="currentColor" stroke-width={strokeWidth} stroke-linecap="round" stroke-linejoin="round"
  aria-hidden={hidden}><path d="${drawn}" /></svg>
`;
}

/** The shape's outline as path commands that can follow those of another shape. */
function pathOf(tag: string, attributes: Attributes): string {
  const named = { ...attributes };
  const text = (name: string): string => {
    const value = named[name];
    delete named[name];
    if (value === undefined) throw new Error(`a ${tag} without ${name}`);
    return value;
  };
  const number = (name: string): number => Number(text(name));
  const path = outline(tag, text, number);
  // An attribute that was not used here would be missing from the picture.
  delete named.key;
  if (tag === "rect" && named.ry === attributes.rx) delete named.ry;
  if (Object.keys(named).length > 0) throw new Error(`a ${tag} with ${Object.keys(named).join()}`);
  return path;
}

function outline(tag: string, text: (name: string) => string, number: (name: string) => number): string {
  switch (tag) {
    case "path":
      return fromAnywhere(text("d"));
    case "polyline":
      return `M${text("points")}`;
    case "line":
      return `M${number("x1")} ${number("y1")}L${number("x2")} ${number("y2")}`;
    case "circle": {
      const r = number("r");
      const half = `a${r} ${r} 0 1 1`;
      return `M${number("cx") - r} ${number("cy")}${half} ${2 * r} 0${half} ${-2 * r} 0z`;
    }
    case "rect": {
      const r = number("rx");
      const [across, down] = [number("width") - 2 * r, number("height") - 2 * r];
      const corner = (x: number, y: number): string => `a${r} ${r} 0 0 1 ${x} ${y}`;
      return (
        `M${number("x") + r} ${number("y")}h${across}${corner(r, r)}v${down}${corner(-r, r)}` +
        `h${-across}${corner(-r, -r)}v${-down}${corner(r, -r)}z`
      );
    }
    default:
      throw new Error(`no path is known for a ${tag}`);
  }
}

const NUMBER = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const BEGINNING = new RegExp(String.raw`^\s*m\s*(${NUMBER})[\s,]*(${NUMBER})[\s,]*(?=([+\-.\d])?)`, "i");

/** A path's first move starts at 0, 0 even if it is relative. Behind another path it would not, so it is made absolute. */
function fromAnywhere(path: string): string {
  const found = BEGINNING.exec(path);
  if (!found) throw new Error(`a path that begins with no place: ${path}`);
  const [beginning, x, y, more] = found;
  // Further points of a move are lines. They are relative if the move was.
  const line = more === undefined ? "" : beginning.trimStart().startsWith("m") ? "l" : "L";
  return `M${x} ${y}${line}${path.slice(beginning.length)}`;
}
