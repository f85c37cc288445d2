/** Forged links: the right form with wrong contents, and the right contents in wrong forms. */
import { randomBytes } from "node:crypto";

export interface States {
  /** The state of the open top-up here. A link with it in the exact form is genuine, and is never generated. */
  readonly own: string;
  /** The state of the pending browser sign-in here. */
  readonly signIn: string;
  /** The state of another user's top-up. */
  readonly other: string;
}

/** Generates `count` links. Every kind comes early, so that a sample has all of them. */
export function* forgedLinks(states: States, count: number): Generator<string> {
  const made = kinds(states);
  for (let number = 0; number < count; number += 1) {
    const kind = made[number % made.length];
    if (kind !== undefined) yield kind(number);
  }
}

function kinds({ own, signIn, other }: States): ((number: number) => string)[] {
  const top = "org.bursar.desktop://top-up/return";
  const sign = "org.bursar.desktop://sign-in";
  const random = (): string => randomBytes(32).toString("hex");
  const spoiled = (state: string, at: number): string => {
    const index = at % state.length;
    const digit = (Number.parseInt(state.charAt(index), 16) + 1 + (at % 15)) % 16;
    return digit.toString(16) === state.charAt(index)
      ? `${state.slice(1)}${state.charAt(0) === "0" ? "1" : "0"}`
      : state.slice(0, index) + digit.toString(16) + state.slice(index + 1);
  };
  const encoded = (text: string): string => Array.from(text, (one) => `%${one.charCodeAt(0).toString(16)}`).join("");
  const size = (number: number): number => [2_049, 4_096, 65_536, 1_048_576][number % 4] ?? 2_049;
  return [
    () => `${top}?state=${random()}`,
    (number) => `${top}?state=${spoiled(own, number)}`,
    () => `${top}?state=${other}`,
    () => `${top}?state=${own}&state=${own}`,
    () => `${top}?state=${own}&state=${random()}`,
    () => `${top}?state=${random()}&state=${own}`,
    () => `${top}?state=${own}&STATE=${own}`,
    () => `${top}?state=${own}&%73tate=${own}`,
    () => `${top}?%73tate=${own}`,
    () => `${top}?state=${encoded(own)}`,
    () => `${top}?state=${own.toUpperCase().replace(/^\d+$/, "A")}G`,
    () => `${top}?state=${own.slice(1)}`,
    () => `${top}?state=${own}0`,
    () => `${top}?state=${own} `,
    () => ` ${top}?state=${own}`,
    () => `${top}/?state=${own}`,
    () => `${top}/../return?state=${own}`,
    () => `${top}?state=${own}#`,
    () => `${top}#?state=${own}`,
    () => `${top}#state=${own}`,
    () => `org.bursar.desktop://user@top-up/return?state=${own}`,
    () => `org.bursar.desktop://user:pass@top-up/return?state=${own}`,
    () => `org.bursar.desktop://@top-up/return?state=${own}`,
    (number) => `org.bursar.desktop://top-up:${number % 70_000}/return?state=${own}`,
    () => `org.bursar.desktop://top-up:/return?state=${own}`,
    () => `org.bursar.desktop:top-up/return?state=${own}`,
    () => `org.bursar.desktop:/top-up/return?state=${own}`,
    () => `org.bursar.desktop:///top-up/return?state=${own}`,
    () => `ORG.bursar.desktop://top-up/return?state=${own}`,
    () => `org.bursar.desktop://TOP-UP/return?state=${own}`,
    () => `org.bursar.desktop://top-up/Return?state=${own}`,
    () => `org.bursar.desktop://top-up%2Freturn?state=${own}`,
    () => `org.bursar.desktop://top-up\\return?state=${own}`,
    () => `org.bursar.desktop://top-up/return%3Fstate=${own}`,
    () => `org.bursar.desktop://top-up/return;state=${own}`,
    () => `org.bursar.desktop://top-up/return?x;state=${own}`,
    () => `org.bursar.desktop://top-up/completed?state=${own}&status=completed&amount=5000`,
    () => `org.bursar.desktop://top-up/return?status=completed&amount=5000&id=${other}`,
    (number) => `${top}?state=${own}&x=${"y".repeat(size(number))}`,
    (number) => `${top}?${"x=y&".repeat(size(number) / 4)}state=${own}`,
    () => `${top}?state=${own}\n`,
    () => `${top}?state=${own}\u202E`,
    () => `https://evil.example/?${top}?state=${own}`,
    () => `${sign}?code=evil&state=${random()}`,
    (number) => `${sign}?code=evil&state=${spoiled(signIn, number)}`,
    () => `${sign}?code=evil&state=${own}`,
    () => `${sign}?error=access_denied&state=${random()}`,
    () => `${sign}?code=evil&code=evil&state=${signIn}`,
    () => `${sign}?code=evil&error=x&state=${signIn}`,
    () => `${sign}?code=&state=${signIn}`,
    () => `${sign}?code=${"c".repeat(1_025)}&state=${signIn}`,
    () => `${sign}?code=%00&state=${signIn}`,
    () => `${sign}?state=${signIn}`,
    () => `${top}?code=evil&state=${signIn}`,
    () => `${sign}/x?code=evil&state=${signIn}`,
    () => "org.bursar.desktop:",
    () => "",
    (number) => randomBytes(1 + (number % 200)).toString("base64"),
    (number) => `${top}?${randomBytes(1 + (number % 100)).toString("hex")}`,
  ];
}
