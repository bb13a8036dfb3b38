import type { ComponentChildren } from 'preact';
import { number } from '../state/words.ts';
import { barsOf, ceilingOf, linesOf } from './chart-shape.ts';

const width = 600;
const height = 120;

interface ChartProps {
  /** What a screen reader reads instead of the picture. */
  label: string;
  values: readonly (number | null)[];
  /** The words under the left and the right end. */
  ends: readonly [string, string];
  unit: string;
}

/** Values over time, as a line. `limit` is a line across. */
export function LineChart({ label, values, ends, unit, limit }: ChartProps & { limit?: number | null }) {
  const top = ceilingOf(limit === null || limit === undefined ? values : [...values, limit]);
  const y = limit === null || limit === undefined ? undefined : height - (height * limit) / top;
  return (
    <Frame label={label} top={`${number(top)} ${unit}`} ends={ends}>
      {y !== undefined && <line class="limit" x1="0" x2={width} y1={y} y2={y} />}
      {linesOf(values, top, width, height).map((line) => (
        <path key={line} class="line" d={line} />
      ))}
    </Frame>
  );
}

/** A bar for each day. `behind` has wider values, drawn behind the bars. */
export function BarChart({
  label,
  values,
  behind = [],
  ends,
  unit,
}: ChartProps & { behind?: readonly (number | null)[] }) {
  const top = ceilingOf([...values, ...behind]);
  const draw = (some: readonly (number | null)[], of: string) =>
    barsOf(some, top, width, height).map((bar) => bar && <rect key={`${of}${bar.x}`} class={of} {...bar} />);
  return (
    <Frame label={label} top={`${number(top)} ${unit}`} ends={ends}>
      {draw(behind, 'bar behind')}
      {draw(values, 'bar')}
    </Frame>
  );
}

interface FrameProps {
  label: string;
  top: string;
  ends: readonly [string, string];
  children: ComponentChildren;
}

function Frame({ label, top, ends, children }: FrameProps) {
  return (
    <figure class="chart">
      <div class="scale" aria-hidden="true">
        {top}
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <line class="base" x1="0" x2={width} y1={height} y2={height} />
        {children}
      </svg>
      <div class="ends" aria-hidden="true">
        <span>{ends[0]}</span>
        <span>{ends[1]}</span>
      </div>
    </figure>
  );
}
