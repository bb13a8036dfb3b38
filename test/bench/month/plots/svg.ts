import { ceilingOf, linesOf } from '../../../../console/parts/chart-shape.ts';

/** A line of a plot. */
export interface Series {
  name: string;
  values: readonly (number | null)[];
  colour: string;
  dashed?: boolean;
}

/** A time in which something happened, as parts of the width from 0 to 1. */
export interface Band {
  name: string;
  from: number;
  to: number;
}

export interface Plot {
  title: string;
  /** The unit of the vertical axis. */
  unit: string;
  series: readonly Series[];
  /** A line across, with its name. */
  limit?: { name: string; value: number };
  bands: readonly Band[];
  /** Names along the horizontal axis, evenly spaced. */
  ticks: readonly string[];
}

/** Okabe and Ito's colours, which colour-blind readers can tell apart. */
export const colours = { blue: '#0072b2', orange: '#d55e00', green: '#009e73', purple: '#cc79a7', grey: '#666666' };

const [width, height] = [900, 260];
const [left, top, right, bottom] = [70, 44, 16, 56];

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const text = (x: number, y: number, words: string, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(words)}</text>`;

/** The plot as an SVG document. */
export function svgOf({ title, unit, series, limit, bands, ticks }: Plot): string {
  const ceiling = ceilingOf([...series.flatMap(({ values }) => values), limit?.value ?? null]);
  const y = (value: number) => top + height - (height * value) / ceiling;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = y(part * ceiling).toFixed(1);
    const line = `<line x1="${left}" x2="${left + width}" y1="${at}" y2="${at}" stroke="#dddddd"/>`;
    return line + text(left - 8, Number(at) + 4, (part * ceiling).toLocaleString('en'), 'text-anchor="end"');
  });
  const names = ticks.map((tick, index) =>
    text(left + (width * index) / Math.max(1, ticks.length), top + height + 18, tick, 'text-anchor="start"'),
  );
  const shaded = bands.map(({ name, from, to }) => {
    const wide = Math.max(1.5, (to - from) * width);
    const rect = `<rect x="${(left + from * width).toFixed(1)}" y="${top}" width="${wide.toFixed(1)}" height="${height}" fill="#f0e442" fill-opacity="0.5"/>`;
    return `<g><title>${escaped(name)}</title>${rect}</g>`;
  });
  const lines = series.map(({ values, colour, dashed, name }) => {
    const style = `fill="none" stroke="${colour}" stroke-width="1.5"${dashed ? ' stroke-dasharray="5 4"' : ''}`;
    const paths = linesOf(values, ceiling, width, height).map((path) => `<path d="${path}" ${style}/>`);
    return `<g transform="translate(${left} ${top})"><title>${escaped(name)}</title>${paths.join('')}</g>`;
  });
  const across =
    limit === undefined
      ? ''
      : `<line x1="${left}" x2="${left + width}" y1="${y(limit.value).toFixed(1)}" y2="${y(limit.value).toFixed(1)}" stroke="${colours.grey}" stroke-dasharray="2 3"/>` +
        text(left + width, y(limit.value) - 5, limit.name, 'text-anchor="end"');
  let at = left;
  const legend = series.map(({ name, colour, dashed }) => {
    const line = `<line x1="${at}" x2="${at + 20}" y1="${top + height + 40}" y2="${top + height + 40}" stroke="${colour}" stroke-width="2"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`;
    const words = text(at + 26, top + height + 44, name);
    at += 50 + 7 * name.length;
    return line + words;
  });
  const [w, h] = [left + width + right, top + height + bottom];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" font-family="sans-serif" font-size="12" fill="#222222">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${w}" height="${h}" fill="#ffffff"/>`,
    text(left, 20, title, 'font-size="15" font-weight="bold"'),
    text(left, 37, unit, `fill="${colours.grey}"`),
    ...shaded,
    ...grid,
    ...names,
    ...lines,
    across,
    ...legend,
    '</svg>\n',
  ].join('\n');
}
