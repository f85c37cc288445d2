// Markup in messages: a sentence with a link or an emphasised part inside is one message. An element in a message, such as
// `<strong>…</strong>`, is drawn by the snippet of that name, and an argument may be a snippet too.

import type { Snippet } from "svelte";

/** Draws an element of a message around its text. */
export type Markup = Snippet<[text: string]>;

/** A piece of a message: text, an argument that a snippet draws, or an element with its text. */
export type Piece =
  { is: "text"; text: string } | { is: "argument"; name: string } | { is: "element"; name: string; text: string };

// Characters of the private use area, which no text contains, stand for what is not text.
const OPEN = "\ue000";
const CLOSE = "\ue001";
const LESS_THAN = "\ue002";
const PIECES = /\ue000(\w+)\ue001|<([a-z]+)>(.*?)<\/\2>/gs;

/** Stands in the formatted message for an argument that a snippet draws. */
export function placeholder(name: string): string {
  return `${OPEN}${name}${CLOSE}`;
}

/** Keeps an argument's text from being read as markup. */
export function escapeMarkup(text: string): string {
  return text.replace(/[\ue000\ue001\ue002]/g, "").replaceAll("<", LESS_THAN);
}

/** Splits a formatted message. */
export function pieces(message: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  const addText = (text: string) => {
    if (text !== "") found.push({ is: "text", text: unescapeMarkup(text) });
  };
  for (const match of message.matchAll(PIECES)) {
    addText(message.slice(end, match.index));
    end = match.index + match[0].length;
    const [, argument, element, text = ""] = match;
    if (argument !== undefined) found.push({ is: "argument", name: argument });
    else if (element !== undefined) found.push({ is: "element", name: element, text: unescapeMarkup(text) });
  }
  addText(message.slice(end));
  return found;
}

function unescapeMarkup(text: string): string {
  return text.replaceAll(LESS_THAN, "<");
}
