import { ageWords, isOld, sinceWords } from '../state/ages.ts';
import { now } from '../state/live.ts';
import { instant } from '../state/words.ts';

/** How old a number is. Grows as long as it is shown. */
export function Age({ at }: { at: number | null }) {
  return (
    <span class={isOld(at, now.value) ? 'age old' : 'age'} title={instant(at)}>
      {ageWords(at, now.value)}
    </span>
  );
}

/** How long ago something happened. */
export function Since({ at }: { at: number | null }) {
  if (at === null) return <span class="muted">unknown</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={instant(at)}>
      {sinceWords(at, now.value)}
    </time>
  );
}
