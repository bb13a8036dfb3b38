import { ageWords, isOld, sinceWords } from '../state/ages.ts';
import { now } from '../state/live.ts';
import { instant } from '../state/words.ts';

/** How old a number is. It grows as long as it is shown, and stands out when it is older than such a number normally gets. */
export function Age({ at, oldAfterSeconds = 30 }: { at: number | null; oldAfterSeconds?: number }) {
  return (
    <span class={isOld(at, now.value, oldAfterSeconds) ? 'age old' : 'age'} title={instant(at)}>
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
