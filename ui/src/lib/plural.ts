// Formats counts. Thousands are grouped as in amounts.

export function formatCount(number: number): string {
  return number.toLocaleString("en-GB").replaceAll(",", "\u202f");
}

/** "0 payments", "1 payment", "12 300 payments". Use it for every count with a noun. */
export function pluralize(number: number, one: string, many = `${one}s`): string {
  return `${formatCount(number)} ${number === 1 ? one : many}`;
}
