/** A measured figure and how it is printed: the median with its spread, the ratio, and whether the goal is met. */

export interface Series {
  /** The reported value: the quantile of the runs at `share`. 0.5 is the median. */
  readonly value: number;
  readonly share: number;
  readonly least: number;
  readonly most: number;
  readonly runs: readonly number[];
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** The bare window or the raw operation; undefined for an absolute goal. */
  readonly beside: Series | undefined;
  readonly bursar: Series;
  readonly goal: Goal;
  /** What a reader needs to know to judge the figure. */
  readonly note?: string;
}

/** `ratio`: Bursar ÷ `beside`, at most or at least; `value`: Bursar's own value, in the figure's unit. */
export interface Goal {
  readonly of: "ratio" | "value";
  readonly most?: number;
  readonly least?: number;
}

export function series(runs: readonly number[], share = 0.5): Series {
  if (runs.length === 0) throw new Error("nothing was measured");
  const sorted = runs.toSorted((a, b) => a - b);
  return { value: quantile(sorted, share), share, least: sorted[0] ?? NaN, most: sorted.at(-1) ?? NaN, runs };
}

/** A figure with an absolute goal: at most this value. */
export function atMost(most: number, figure: Omit<Figure, "goal" | "beside">): Figure {
  return { ...figure, beside: undefined, goal: { of: "value", most } };
}

/** The quantile of sorted runs, interpolated. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export function ratio(figure: Figure): number | undefined {
  return figure.beside === undefined ? undefined : figure.bursar.value / figure.beside.value;
}

export function meetsGoal(figure: Figure): boolean {
  const { of, most = Infinity, least = -Infinity } = figure.goal;
  const value = of === "ratio" ? ratio(figure) : figure.bursar.value;
  return value !== undefined && value <= most && value >= least;
}

/** The figure's row in the table. */
export function tableRow(figure: Figure): string {
  const share = ratio(figure);
  const cells = [
    figure.name,
    figure.beside === undefined ? "" : formatSeries(figure.beside, figure.unit),
    formatSeries(figure.bursar, figure.unit),
    share === undefined ? "" : share.toFixed(2),
    formatGoal(figure),
    meetsGoal(figure) ? "yes" : "**no**",
  ];
  return `| ${cells.join(" | ")} |`;
}

export const TABLE_HEAD = [
  "| figure | bare or raw | Bursar | ratio | goal | met |",
  "|---|---|---|---|---|---|",
] as const;

function formatGoal({ goal: { of, most, least }, unit }: Figure): string {
  const limit = most === undefined ? `≥ ${least ?? ""}` : `≤ ${most}`;
  return of === "ratio" ? `${limit} ×` : `${limit} ${unit}`.trim();
}

function formatSeries({ value, share, least, most, runs }: Series, unit: string): string {
  const name = share === 0.5 ? "" : share === 1 ? "most " : `p${Math.round(share * 100)} `;
  const whole = `${name}${formatNumber(value)} ${unit}`.trim();
  return runs.length === 1 ? whole : `${whole} (${formatNumber(least)} – ${formatNumber(most)}, ${runs.length} runs)`;
}

function formatNumber(value: number): string {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString("en").replaceAll(",", "\u202f");
  return Math.abs(value) >= 100 || value === 0 ? value.toFixed(0) : value.toPrecision(3);
}
