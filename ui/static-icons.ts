// Icons as markup. The library puts each together when it is drawn, attribute by attribute; a list with three icons in
// each row would spend most of its first frame on that. When the pages are built, the same description becomes a template.

import type { Plugin } from "vite";

interface Described {
  readonly name: string;
  readonly size: number;
  readonly node: readonly (readonly [tag: string, attributes: Readonly<Record<string, string>>])[];
}

const ICON = /@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/;
const DESCRIPTION = /const iconData = (\{.*\});?\s*<\/script>/s;

/** Before the Svelte compiler: takes the place of the library's components, one by one. */
export function staticIcons(): Plugin {
  return {
    name: "static-icons",
    enforce: "pre",
    transform(code, id) {
      if (!ICON.test(id)) return undefined;
      const described = DESCRIPTION.exec(code)?.[1];
      if (described === undefined) return this.error(`${id} describes its icon in another way than expected.`);
      return { code: component(JSON.parse(described) as Described), map: null };
    },
  };
}

/** Takes what the pages give: a size, a stroke's width, and whether readers pass over it. */
function component({ name, size, node }: Described): string {
  const shapes = node.map(([tag, attributes]) => `<${tag}${written(attributes)} />`).join("");
  return `<script>
  let { size = ${size}, strokeWidth = 2, "aria-hidden": hidden } = $props();
</script>
<svg xmlns="http://www.w3.org/2000/svg" class="lucide lucide-${name}" viewBox="0 0 ${size} ${size}" width={size} height={size}
  fill="none" stroke="currentColor" stroke-width={strokeWidth} stroke-linecap="round" stroke-linejoin="round"
  aria-hidden={hidden}>${shapes}</svg>
`;
}

function written(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    .join("");
}
