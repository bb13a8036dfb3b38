import { ceilingOf, linesOf } from '../../../../console/parts/chart-shape.ts';

/** A line of a plot. */
export interface Series {
  name: string;
  values: readonly (number | null)[];
  colour: string;
  dashed?: boolean;
}

/** A line across, at a value that something may not exceed. */
export interface Limit {
  name: string;
  value: number;
  colour: string;
}

/** A time in which something happened, as parts of the width from 0 to 1. */
export interface Band {
  name: string;
  from: number;
  to: number;
  colour: string;
}

/** A name on the horizontal axis, and its place as a part of the width. */
export interface Tick {
  name: string;
  at: number;
}

export interface Plot {
  title: string;
  /** What the vertical axis counts. */
  unit: string;
  /** What the horizontal axis counts. */
  axis: string;
  /** Which command has made the plot. */
  madeBy: string;
  series: readonly Series[];
  limits: readonly Limit[];
  bands: readonly Band[];
  ticks: readonly Tick[];
}

/** Okabe and Ito's colours, which colour-blind readers can tell apart. */
export const colours = {
  blue: '#0072b2',
  orange: '#d55e00',
  green: '#009e73',
  purple: '#cc79a7',
  black: '#222222',
  sky: '#56b4e9',
  yellow: '#f0e442',
  grey: '#666666',
};

const [width, height] = [800, 240];
const [left, top, right] = [76, 74, 24];
/** Where the box of the lines ends, and the rows below it: names of ticks, name of the axis, and the legend. */
const bottom = top + height;
const rows = { ticks: bottom + 20, axis: bottom + 40, legend: bottom + 66 };
const rowHeight = 22;
/** Of a letter in the legend, on average. Wide enough for each common sans-serif font. */
const letterWidth = 6.8;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const text = (x: number, y: number, words: string, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more === '' ? '' : ` ${more}`}>${escaped(words)}</text>`;
const line = (x1: number, x2: number, y1: number, y2: number, style: string) =>
  `<line x1="${x1.toFixed(1)}" x2="${x2.toFixed(1)}" y1="${y1.toFixed(1)}" y2="${y2.toFixed(1)}" ${style}/>`;

/** The parts between the lines of the grid, so that each has a short number. */
export function partsOf(ceiling: number): number {
  const isShort = (step: number) => [1, 2, 5].includes(Number(step.toExponential(6).split('e')[0]));
  return [5, 4, 3].find((parts) => isShort(ceiling / parts)) ?? 4;
}

/**
 * The plot as an SVG document. It has a background of its own, so it can be read on a white and on a dark page. The same plot is the
 * same text.
 */
export function svgOf({ title, unit, axis, madeBy, series, limits, bands, ticks }: Plot): string {
  const ceiling = ceilingOf([...series.flatMap(({ values }) => values), ...limits.map(({ value }) => value)]);
  const y = (value: number) => top + height - (height * value) / ceiling;
  const parts = partsOf(ceiling);
  const grid = Array.from({ length: parts + 1 }, (_, part) => {
    const value = (part * ceiling) / parts;
    const across = line(left, left + width, y(value), y(value), 'stroke="#dddddd"');
    return across + text(left - 8, y(value) + 4.5, value.toLocaleString('en'), 'text-anchor="end"');
  });
  const names = ticks.map(({ name, at }) => {
    const x = left + at * width;
    return line(x, x, bottom, bottom + 5, `stroke="${colours.grey}"`) + text(x, rows.ticks, name, middle);
  });
  const shaded = bands.map(({ name, from, to, colour }) => {
    const x = left + from * width;
    const wide = Math.max(2, (to - from) * width);
    const rect = `<rect x="${x.toFixed(1)}" y="${top}" width="${wide.toFixed(1)}" height="${height}" fill="${colour}" fill-opacity="0.6"/>`;
    return rect + text(x + wide / 2, top - 7, name, `${middle} font-size="12" fill="${colours.grey}"`);
  });
  const across = limits.map(({ value, colour }) =>
    line(left, left + width, y(value), y(value), `stroke="${colour}" stroke-width="1.5" ${dots}`),
  );
  const lines = series.map(({ values, colour, dashed, name }) => {
    const style = `fill="none" stroke="${colour}" stroke-width="1.6" stroke-linejoin="round"${dashed ? ` ${dashes}` : ''}`;
    const paths = linesOf(values, ceiling, width, height).map((path) => `<path d="${path}" ${style}/>`);
    return `<g transform="translate(${left} ${top})"><title>${escaped(name)}</title>${paths.join('')}</g>`;
  });
  const [legend, legendRows] = legendOf([
    ...series.map(({ name, colour, dashed }) => ({ name, colour, pattern: dashed ? ` ${dashes}` : '' })),
    ...limits.map(({ name, colour }) => ({ name, colour, pattern: ` ${dots}` })),
  ]);
  const [w, h] = [left + width + right, rows.legend + rowHeight * (legendRows - 1) + 18];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" font-family="system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif" font-size="13" fill="${colours.black}">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(madeBy)}</desc>`,
    `<rect width="${w}" height="${h}" rx="6" fill="#ffffff"/>`,
    text(left, 25, title, 'font-size="16" font-weight="bold"'),
    text(left, 45, unit, `fill="${colours.grey}"`),
    ...shaded,
    ...grid,
    ...names,
    text(left + width / 2, rows.axis, axis, `${middle} fill="${colours.grey}"`),
    ...across,
    ...lines,
    ...legend,
    '</svg>\n',
  ].join('\n');
}

const middle = 'text-anchor="middle"';
const dashes = 'stroke-dasharray="6 4"';
const dots = 'stroke-dasharray="2 3"';

/** The names of the lines, in as many rows as they need. */
function legendOf(entries: readonly { name: string; colour: string; pattern: string }[]): [string[], rows: number] {
  let [x, row] = [left, 0];
  const words = entries.map(({ name, colour, pattern }) => {
    const wide = 30 + letterWidth * name.length;
    if (x > left && x + wide > left + width) [x, row] = [left, row + 1];
    const at = rows.legend + row * rowHeight;
    const entry =
      line(x, x + 22, at - 4.5, at - 4.5, `stroke="${colour}" stroke-width="2"${pattern}`) + text(x + 28, at, name);
    x += wide + 20;
    return entry;
  });
  return [words, row + 1];
}
