// Proves, when types are checked, that every detail of the core has a message with the same arguments, and every such message a
// detail. Nothing of this file is code.

import type { DetailMessages } from "../l10n/messages.ts";
import type { Failure } from "../types.ts";

/** What happened, as the core says it: the id of a message with its arguments. */
export type Detail = Failure["detail"];

type KnownDetail = Exclude<Detail, string>;

/** What a message gets for an argument: amounts and other details are written in words first. */
type Written<V> = V extends string | number ? V : string;

type ArgumentsOf<D extends KnownDetail> = D extends { args: infer A } ? { [N in keyof A]: Written<A[N]> } : null;

type Expected = { [D in KnownDetail as `detail-${D["id"]}`]: ArgumentsOf<D> };

type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The ids that have no message, another one, or no detail. The compiler names them when there are any. */
type Differences = {
  [I in keyof Expected | keyof DetailMessages]: I extends keyof Expected & keyof DetailMessages
    ? IsSame<Expected[I], DetailMessages[I]> extends true
      ? never
      : I
    : I;
}[keyof Expected | keyof DetailMessages];

type MustBeEmpty<N extends never> = N;
export type Proof = MustBeEmpty<Differences>;
