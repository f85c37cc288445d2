// Counts of things, grouped by thousands as amounts are.

export function formatCount(number: number): string {
  return number.toLocaleString("en-GB").replaceAll(",", "\u202f");
}

/** "no payments" is "0 payments", "1 payment", "12 300 payments": every count with its noun is written by this. */
export function pluralize(number: number, one: string, many = `${one}s`): string {
  return `${formatCount(number)} ${number === 1 ? one : many}`;
}
