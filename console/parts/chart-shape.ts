/** A round number at or above the highest value, so that the top of a chart has a name. */
export function ceilingOf(values: readonly (number | null)[]): number {
  const highest = Math.max(0, ...values.map((value) => value ?? 0));
  if (highest === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((one) => one * power >= highest) ?? 10;
  return step * power;
}

/**
 * The lines through the values, as SVG paths in a box of the given size. A value that nobody knows interrupts the line: it is
 * neither 0 nor a guess.
 */
export function linesOf(values: readonly (number | null)[], top: number, width: number, height: number): string[] {
  const step = values.length < 2 ? width : width / (values.length - 1);
  const lines: string[] = [];
  let open: { x: string; y: string }[] = [];
  const close = () => {
    // Inside a level run, a point shows nothing.
    const seen = open.filter(({ y }, index) => y !== open[index - 1]?.y || y !== open[index + 1]?.y);
    const path = seen.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`);
    // A point between two gaps would be invisible without a length.
    if (open.length === 1) path.push('h0.01');
    if (open.length > 0) lines.push(path.join(' '));
    open = [];
  };
  for (const [index, value] of values.entries()) {
    if (value === null) {
      close();
      continue;
    }
    const x = (index * step).toFixed(2);
    const y = (height - (height * Math.min(value, top)) / top).toFixed(2);
    open.push({ x, y });
  }
  close();
  return lines;
}

export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A bar for each value; undefined where nothing is known. A value above 0 is at least one unit high. */
export function barsOf(
  values: readonly (number | null)[],
  top: number,
  width: number,
  height: number,
): (Bar | undefined)[] {
  const room = width / Math.max(1, values.length);
  return values.map((value, index) => {
    if (value === null) return undefined;
    const tall = value === 0 ? 0 : Math.max(1, (height * Math.min(value, top)) / top);
    return { x: index * room + room * 0.1, y: height - tall, width: room * 0.8, height: tall };
  });
}
