// The texts of one language: formats messages with their arguments.

import { FluentBundle, FluentNumber, type FluentVariable, type Message } from "@fluent/bundle";

/** What `FluentBundle` formats, by message and by `message.attribute`. */
export type Patterns = Readonly<Record<string, NonNullable<Message["value"]>>>;
export type Direction = "ltr" | "rtl";
export type Arguments = Readonly<Record<string, string | number>>;

const FIRST_STRONG_ISOLATE = "\u2068";
const POP_ISOLATE = "\u2069";
const RIGHT_TO_LEFT = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Isolates a text from right to left, so that it does not rearrange a sentence from left to right. Other texts need no
 * isolates there: without them, what users select and copy has no invisible characters.
 */
function isolateRightToLeft(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text;
}

/** A number that chooses the plural form by Fluent's rules and is written as everywhere in the window. */
class Count extends FluentNumber {
  readonly #written: string;

  constructor(value: number, written: string) {
    super(value);
    this.#written = written;
  }

  override toString(): string {
    return this.#written;
  }
}

export class Texts {
  readonly locale: string;
  readonly direction: Direction;
  readonly #patterns: Patterns;
  readonly #bundle: FluentBundle;
  readonly #formatCount: (count: number) => string;

  constructor(locale: string, direction: Direction, patterns: Patterns, formatCount: (count: number) => string) {
    this.locale = locale;
    this.direction = direction;
    this.#patterns = patterns;
    this.#formatCount = formatCount;
    this.#bundle = new FluentBundle(locale, {
      useIsolating: direction === "rtl",
      // Counts already know how they are written.
      functions: { NUMBER: ([count]) => count ?? "" },
    });
  }

  has(id: string): boolean {
    return id in this.#patterns;
  }

  /** The message `id` or the attribute `id.attribute`; `null` when the language does not have it. */
  format(id: string, args: Arguments, onProblem: (problem: string) => void): string | null {
    const pattern = this.#patterns[id];
    if (pattern === undefined) return null;
    if (typeof pattern === "string") return pattern;
    const variables: Record<string, FluentVariable> = {};
    for (const [key, value] of Object.entries(args))
      variables[key] =
        typeof value === "number"
          ? new Count(value, this.#formatCount(value))
          : this.direction === "rtl"
            ? value
            : isolateRightToLeft(value);
    const errors: Error[] = [];
    const text = this.#bundle.formatPattern(pattern, variables, errors);
    for (const error of errors) onProblem(`${id}: ${error.message}`);
    return text;
  }
}
