/** What a measurement is, and how several are told: medians with their spread, the ratio and whether the goal is met. */

export interface Series {
  /** Median, smallest and largest of the runs. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly runs: readonly number[];
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** The bare window's, or the raw operation's; undefined where the goal is an absolute one. */
  readonly beside: Series | undefined;
  readonly bursar: Series;
  readonly goal: Goal;
  /** What a reader must know to judge it. */
  readonly note?: string;
}

/** `ratio`: Bursar ÷ beside at most (or at least); `value`: Bursar itself, in the figure's unit. */
export interface Goal {
  readonly of: "ratio" | "value";
  readonly most?: number;
  readonly least?: number;
}

export function series(runs: readonly number[]): Series {
  if (runs.length === 0) throw new Error("nothing was measured");
  const sorted = runs.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), least: sorted[0] ?? NaN, most: sorted.at(-1) ?? NaN, runs };
}

/** The value below which that share of the sorted runs lies, between two of them where need be. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export function ratio(figure: Figure): number | undefined {
  return figure.beside === undefined ? undefined : figure.bursar.median / figure.beside.median;
}

export function isMet(figure: Figure): boolean {
  const { of, most = Infinity, least = -Infinity } = figure.goal;
  const value = of === "ratio" ? ratio(figure) : figure.bursar.median;
  return value !== undefined && value <= most && value >= least;
}

/** The table's line. */
export function line(figure: Figure): string {
  const share = ratio(figure);
  const cells = [
    figure.name,
    figure.beside === undefined ? "" : told(figure.beside, figure.unit),
    told(figure.bursar, figure.unit),
    share === undefined ? "" : share.toFixed(2),
    goal(figure),
    isMet(figure) ? "yes" : "**no**",
  ];
  return `| ${cells.join(" | ")} |`;
}

export const HEAD = ["| figure | bare or raw | Bursar | ratio | goal | met |", "|---|---|---|---|---|---|"] as const;

function goal({ goal: { of, most, least }, unit }: Figure): string {
  const limit = most === undefined ? `≥ ${least ?? ""}` : `≤ ${most}`;
  return of === "ratio" ? `${limit} ×` : `${limit} ${unit}`;
}

function told({ median, least, most, runs }: Series, unit: string): string {
  const text = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
  return runs.length === 1 ? `${text(median)} ${unit}` : `${text(median)} ${unit} (${text(least)} – ${text(most)})`;
}
