// Finds texts that users read but that are not in a Fluent file: text and attributes in components, and strings in code that
// look like words of a sentence. It reads syntax trees, so that imports, types and class names are not mistaken for texts.

import { parse } from "svelte/compiler";

export interface Outside {
  readonly line: number;
  readonly text: string;
}

interface Node {
  readonly type: string;
  readonly start?: number;
  readonly [key: string]: unknown;
}

const LETTERS = /\p{L}{2}/u;
/** Two words, or one that begins like a sentence and is no identifier. */
const WORDS = /\p{L}{2,}[,.:;!?’”)]* [\p{L}(“]|^\p{Lu}\p{Ll}+[.…!?:]?$/u;
/** Attributes that users see or hear. Any letters in them are a text. */
const READ: ReadonlySet<string> = new Set([
  "alt",
  "aria-description",
  "aria-label",
  "aria-placeholder",
  "aria-roledescription",
  "aria-valuetext",
  "cancelLabel",
  "confirmLabel",
  "data-tip",
  "description",
  "hint",
  "label",
  "placeholder",
  "text",
  "title",
]);
/** Attributes whose values are made of words that nobody reads. */
const TECHNICAL =
  /^(class|d|style|viewBox|aria-keyshortcuts|data-(?!tip).*|testid|id|for|form|generics|rel|role|type)$/;
/** What names something for the program. */
const UNREAD_PARENTS: ReadonlySet<string> = new Set([
  "ImportDeclaration",
  "ImportExpression",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "SwitchCase",
  "TSLiteralType",
  "TSExternalModuleReference",
]);
/** Functions whose arguments are ids of texts, or words for developers. */
const UNREAD_CALLS: ReadonlySet<unknown> = new Set(["t", "report", "Error"]);

/** The texts of a component, or of a module when its name ends with `.ts`. */
export function textsOutside(name: string, source: string): Outside[] {
  const opening = `<script lang="ts">`;
  const code = name.endsWith(".ts") ? `${opening}${source}</script>` : source;
  const { css: _styles, ...root } = parse(code, { modern: true, filename: name }) as unknown as Node;
  const found: Outside[] = [];
  const report = (node: Node, text: string) =>
    found.push({
      line: code.slice(0, node.start ?? 0).split("\n").length,
      text: text.replace(/\s+/g, " ").trim(),
    });

  const visit = (node: Node, parents: readonly Node[]): void => {
    const text = textOf(node);
    if (text !== null) {
      if (isRead(node, text, parents)) report(node, text);
      return;
    }
    for (const [key, value] of Object.entries(node)) {
      if (key === "metadata" || key === "leadingComments" || key === "trailingComments" || key === "comments") continue;
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
        if (isNode(child)) visit(child, [...parents, node]);
    }
  };
  visit(root, []);
  return found;
}

/** The text of a leaf of the tree; `null` for what is not one. */
function textOf(node: Node): string | null {
  if (node.type === "Text") return String(node["data"]);
  if (node.type === "Literal") return typeof node["value"] === "string" ? node["value"] : "";
  if (node.type === "TemplateElement") return (node["value"] as { cooked: string }).cooked;
  return node.type === "Comment" ? "" : null;
}

function isRead(node: Node, text: string, parents: readonly Node[]): boolean {
  if (!LETTERS.test(text)) return false;
  if (parents.some(({ type }) => type === "StyleDirective")) return false;
  const attribute = parents.findLast(({ type }) => type === "Attribute");
  const name = attribute ? String(attribute["name"]) : null;
  if (name !== null && TECHNICAL.test(name)) return false;
  if (node.type === "Text") return name === null || READ.has(name) || WORDS.test(text);
  const parent = parents.at(-1);
  if (!parent || UNREAD_PARENTS.has(parent.type) || isProgramText(node, parents)) return false;
  if (name !== null && READ.has(name) && parent.type === "ExpressionTag") return true;
  return WORDS.test(text);
}

/** Ids of texts, keys, compared values, and messages for developers. */
function isProgramText(node: Node, parents: readonly Node[]): boolean {
  const parent = parents.at(-1);
  if (parent?.type === "BinaryExpression") return true;
  if (parent?.type === "Property" && parent["key"] === node) return true;
  if (parent?.type === "MemberExpression") return true;
  return parents.some(({ type, callee, directive }) => {
    if (directive !== undefined) return true;
    return (type === "CallExpression" || type === "NewExpression") && UNREAD_CALLS.has((callee as Node)["name"]);
  });
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
