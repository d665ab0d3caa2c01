/** How benches say what they found: each figure beside its yardstick from the same run and what it should reach. */

export type Figure = {
  readonly name: string;
  /** With unit, as people read it. */
  readonly measured: string;
  /** What was measured beside it in the same run; empty where the figure stands alone. */
  readonly yardstick: string;
  /** What it should reach; empty where it is only shown. */
  readonly goal: string;
  /** null where there is no goal. */
  readonly reached: boolean | null;
};

/** A figure whose goal is an upper bound. */
export function atMost(name: string, value: number, bound: number, unit: string, yardstick = ''): Figure {
  return {
    name,
    measured: `${round(value)} ${unit}`,
    yardstick,
    goal: `≤ ${bound} ${unit}`,
    reached: value <= bound,
  };
}

/** A figure whose goal is a lower bound. */
export function atLeast(name: string, value: number, bound: number, unit: string, yardstick = ''): Figure {
  return {
    name,
    measured: `${round(value)} ${unit}`,
    yardstick,
    goal: `≥ ${bound} ${unit}`,
    reached: value >= bound,
  };
}

/** A figure without a goal. */
export function shown(name: string, measured: string, yardstick = ''): Figure {
  return { name, measured, yardstick, goal: '', reached: null };
}

export function renderFigures(title: string, figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ name, measured, yardstick, goal, reached }) =>
      `| ${[name, measured, yardstick, goal, reached === null ? '' : reached ? 'yes' : '**no**'].join(' | ')} |`,
  );
  return [
    `## ${title}`,
    '',
    '| figure | measured | yardstick | goal | reached |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** Three significant digits, whole numbers from 100 on. */
export function round(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString();
}

/** The value below which this share of the values lies; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
