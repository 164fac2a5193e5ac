/** One line of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** An axis: where a value stands on it, from 0 to 1, and which values are written there. */
export interface Axis {
  readonly label: string;
  readonly place: (value: number) => number;
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** A plot of lines. */
export interface Plot {
  /** The name of its file. */
  readonly name: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

const width = 720;
const height = 400;
const left = 64;
const right = 170;
const top = 40;
const bottom = 48;
/** Told apart by people who do not see all colours (after M. Okabe and K. Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** An axis of ordinary numbers. */
export function linearAxis(
  label: string,
  min: number,
  max: number,
  ticks: readonly number[],
): Axis {
  return {
    label,
    place: (value) => (value - min) / (max - min),
    ticks: ticks.map((value) => ({ value, text: String(value) })),
  };
}

/** An axis on which each step multiplies. */
export function logAxis(label: string, min: number, max: number, ticks: readonly number[]): Axis {
  const span = Math.log(max / min);
  return {
    label,
    place: (value) => Math.log(Math.max(value, min) / min) / span,
    ticks: ticks.map((value) => ({ value, text: String(value) })),
  };
}

/** An axis of percentiles, on which each nine has the same room. */
export function percentileAxis(shares: readonly number[]): Axis {
  const nines = (share: number): number => -Math.log10(1 - share);
  const [low, high] = [nines(shares[0] ?? 0), nines(shares.at(-1) ?? 0.999)];
  return {
    label: 'share of the calls that are faster',
    place: (share) => (nines(share) - low) / (high - low),
    ticks: shares.map((value) => ({ value, text: `${Number((value * 100).toFixed(3))} %` })),
  };
}

/** A plot as an SVG file that reads on light and on dark paper. */
export function renderPlot({ title, x, y, series }: Plot): string {
  const toX = (value: number): number => round(left + x.place(value) * (width - left - right));
  const toY = (value: number): number =>
    round(height - bottom - clamp(y.place(value)) * (height - top - bottom));
  const xTicks = x.ticks.map(
    ({ value, text: label }) =>
      `<line class="grid" x1="${toX(value)}" x2="${toX(value)}" y1="${top}" y2="${height - bottom}"/>` +
      text(toX(value), height - bottom + 18, label, 'middle'),
  );
  const yTicks = y.ticks.map(
    ({ value, text: label }) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${toY(value)}" y2="${toY(value)}"/>` +
      text(left - 8, toY(value) + 4, label, 'end'),
  );
  const lines = series.map(({ points }, i) => {
    const path = points.map(([px, py]) => `${toX(px)},${toY(py)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${colours[i % colours.length]}" stroke-width="2"/>`;
  });
  const legend = series.map(({ name }, i) => {
    const at = top + 10 + i * 20;
    return (
      `<rect x="${width - right + 14}" y="${at - 8}" width="14" height="4" fill="${colours[i % colours.length]}"/>` +
      text(width - right + 34, at, name, 'start')
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    '<style>text{fill:#333}.grid{stroke:#888;stroke-opacity:.3}rect.paper{fill:#fff}' +
      '@media(prefers-color-scheme:dark){text{fill:#ddd}rect.paper{fill:#161b22}}</style>',
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text x="${left}" y="22" font-size="14" font-weight="bold">${escaped(title)}</text>`,
    ...xTicks,
    ...yTicks,
    ...lines,
    ...legend,
    text((left + width - right) / 2, height - 10, x.label, 'middle'),
    `<text transform="translate(14 ${(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    '</svg>\n',
  ].join('\n');
}

function text(x: number, y: number, content: string, anchor: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}

function clamp(share: number): number {
  return Math.max(0, Math.min(1, share));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
