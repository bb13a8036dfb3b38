import { title } from '../state/words.ts';
import { signs, type Tone, toneOf } from './tone.ts';

/** A state as a sign, a colour and words. */
export function Pill({
  state,
  words = title(state),
  tone = toneOf(state),
}: {
  state: string;
  words?: string;
  tone?: Tone;
}) {
  return (
    <span class={`pill ${tone}`}>
      <span aria-hidden="true">{signs[tone]}</span> {words}
    </span>
  );
}
