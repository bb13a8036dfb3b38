import type { Tone } from './tone.ts';

interface MeterProps {
  label: string;
  /** Null if unknown: the bar is then empty, and `words` explain it. */
  value: number | null;
  most: number | null;
  words: string;
  tone?: Tone;
  /** Lines across the bar, such as a reserve. */
  marks?: readonly number[];
}

/** A part of a whole, as a bar. Its words are what a screen reader reads. */
export function Meter({ label, value, most, words, tone = 'busy', marks = [] }: MeterProps) {
  const whole = most === null || most <= 0 ? 1 : most;
  const percent = (part: number) => `${Math.max(0, Math.min(100, (100 * part) / whole)).toFixed(2)}%`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw <meter> each in their own way, and none draws marks
    <div
      class={`meter ${tone}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={whole}
      aria-valuenow={Math.min(value ?? 0, whole)}
      aria-valuetext={words}
    >
      <svg width="100%" height="8" aria-hidden="true" focusable="false">
        <rect class="track" width="100%" height="8" rx="4" />
        {value !== null && value > 0 && <rect class="fill" width={percent(value)} height="8" rx="4" />}
        {marks.map((mark) => (
          <line key={mark} class="mark" x1={percent(mark)} x2={percent(mark)} y1="0" y2="8" />
        ))}
      </svg>
    </div>
  );
}
