/** Made-up responses of a Fluence API, with every field that a genuine one has. */

export interface TopUpFields {
  readonly id?: string;
  readonly status?: string;
  readonly amountCents?: unknown;
  readonly redirectUrl?: string | null;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly [field: string]: unknown;
}

/** A top-up as in `/v2/top-ups` and `/v2/top-ups/pending`, created a moment ago by default. */
export function topUpBody(fields: TopUpFields = {}): Record<string, unknown> {
  const now = new Date().toISOString();
  return {
    id: "11111111-1111-4111-8111-111111111111",
    intentId: "11111111-1111-4111-8111-111111111111",
    provider: "copperx",
    methodCode: "usdc",
    status: "open",
    amountCents: 2500,
    createdAt: now,
    updatedAt: now,
    expiresAt: new Date(Date.now() + 900_000).toISOString(),
    redirectUrl: null,
    ...fields,
  };
}

export function listBody(items: readonly unknown[]): Record<string, unknown> {
  return {
    items,
    pagination: {
      totalPages: items.length === 0 ? 0 : 1,
      currentPage: 0,
      perPage: 100,
      totalRecords: items.length,
      filteredRecords: items.length,
    },
  };
}
