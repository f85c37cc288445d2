// Counts of things, grouped by thousands as amounts are.

export function count(number: number): string {
  return number.toLocaleString("en-GB").replaceAll(",", "\u202f");
}
