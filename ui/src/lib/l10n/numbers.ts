// Writes numbers. Thousands are separated by narrow no-break spaces in every language, as in amounts: a point or a comma
// there would be read as the decimal sign by somebody.

const GROUP = "\u202f";
const formatters = new Map<string, Intl.NumberFormat>();

/** "12 300" */
export function writeCount(count: number, locale: string): string {
  return formatter(locale)
    .formatToParts(count)
    .map(({ type, value }) => (type === "group" ? GROUP : value))
    .join("");
}

function formatter(locale: string): Intl.NumberFormat {
  const known = formatters.get(locale);
  if (known) return known;
  // `always` because some languages do not group four digits by default, which would misalign columns.
  const made = new Intl.NumberFormat(locale, { useGrouping: "always" });
  formatters.set(locale, made);
  return made;
}
