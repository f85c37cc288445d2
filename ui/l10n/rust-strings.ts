// Finds the string literals in Rust code, with what is needed to tell a text that users read from one that only programs or
// developers read. It reads tokens, not syntax trees: comments, attributes and test modules are skipped.

export interface RustString {
  readonly line: number;
  readonly text: string;
  /** The calls and macros around it, outermost first: `tracing::warn!`, `Error::new`. */
  readonly calls: readonly string[];
  /** The field or the constant that it is given to: `step` in `step: "…"`. */
  readonly field: string | null;
}

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|b?r(#*)"[\s\S]*?"\1|b?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\])'|#!?\[|[()[\]{}]|[A-Za-z_][\w]*!?|::|[^\s\w]/gu;

/** The literals of a file, except those in attributes and in the test module at its end. */
export function rustStrings(source: string): RustString[] {
  const tests = /^#\[cfg\(test\)\]\n(?:#\[[^\n]*\n)*mod /m.exec(source);
  const code = tests ? source.slice(0, tests.index) : source;
  const found: RustString[] = [];
  const open: { call: string; attribute: boolean }[] = [];
  /** The tokens before the current one, without comments. */
  const before: string[] = [];
  for (const { 0: token, index } of code.matchAll(TOKEN)) {
    if (token.startsWith("//") || token.startsWith("/*")) continue;
    if (/^#!?\[$/.test(token)) open.push({ call: "", attribute: true });
    else if (/^[([{]$/.test(token))
      open.push({ call: token === "(" || token === "{" ? callBefore(before, token) : "", attribute: false });
    else if (/^[)\]}]$/.test(token)) open.pop();
    else if (/^b?r?#*"/.test(token) && !open.some(({ attribute }) => attribute))
      found.push({
        line: code.slice(0, index).split("\n").length,
        text: unquoted(token),
        calls: open.map(({ call }) => call).filter((call) => call !== ""),
        field: before.at(-1) === ":" ? (before.at(-2) ?? null) : null,
      });
    before.push(token);
  }
  return found;
}

/** The path before an opening parenthesis or a macro's brace: `tracing::warn!`. */
function callBefore(before: readonly string[], token: string): string {
  let path = "";
  for (let place = before.length - 1; place >= 0; place -= 1) {
    const one = before[place] ?? "";
    const joins = one === "::";
    if (!joins && (!/^\w+!?$/.test(one) || (path !== "" && !path.startsWith("::")))) break;
    path = one + path;
  }
  return token === "(" || path.endsWith("!") ? path : "";
}

/** The text of a literal, with line breaks and escapes as single spaces. */
function unquoted(literal: string): string {
  return literal
    .replace(/^b?r?#*"|"#*$/g, "")
    .replace(/\\\n\s*/g, "")
    .replace(/\\[nrt]|\s+/g, " ");
}
