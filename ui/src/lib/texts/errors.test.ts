import { beforeAll, describe, expect, it } from "vitest";
import { loadDetails, useLanguage } from "../l10n/l10n.svelte.ts";
import { ENGLISH, translationFor } from "../l10n/languages.ts";
import type { Failure } from "../types.ts";
import type { Detail } from "./details.ts";
import { detailText, explanation } from "./errors.ts";

const failure = (detail: Detail, code: Failure["code"] = "timeout"): Failure => ({ code, detail, retryable: true });
const late = (host: string): Detail => ({ id: "timed-out", args: { host } });

beforeAll(loadDetails);

describe("a detail", () => {
  it("is written with its texts, counts and amounts", () => {
    expect(detailText(failure(late("rpc.example")))).toBe("rpc.example did not answer in time.");
    expect(detailText(failure({ id: "amount-decimals", args: { decimals: 1 } }))).toContain("at most one decimal");
    const amount = { amount: "1234.5", currency: "USDC" };
    expect(detailText(failure({ id: "top-up-still-open", args: { amount } }))).toContain("1\u202f234.50 USDC");
  });

  it("has the details within it as sentences", () => {
    expect(detailText(failure({ id: "no-rpc-usable", args: { each: [late("a"), late("b")] } }))).toBe(
      "No RPC endpoint of the network is usable. a did not answer in time. b did not answer in time.",
    );
  });

  it("is the sentence that an earlier version stored", () => {
    expect(detailText(failure("The server did not answer."))).toBe("The server did not answer.");
  });

  it("is empty when only a newer core knows it, so that the advice stands alone", () => {
    const unknown = failure({ id: "of-a-newer-core" } as unknown as Detail);
    expect(detailText(unknown)).toBe("");
    expect(explanation(unknown)).toBe("Bursar keeps trying.");
    expect(explanation(failure(late("a")))).toBe("a did not answer in time. Bursar keeps trying.");
  });

  it("follows the language", async () => {
    await useLanguage(translationFor("de", []), "de-DE");
    await expect.poll(() => detailText(failure(late("a")))).toBe("a hat nicht rechtzeitig geantwortet.");
    const typed: Detail = { id: "amount-ambiguous", args: { typed: "1.234", whole: "1234", decimals: "1.2340" } };
    expect(detailText(failure(typed))).toContain("1234 oder 1,2340");
    await useLanguage(ENGLISH, "en-GB");
  });
});
