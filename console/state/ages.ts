import { durationWords } from '../../cli/words/words.ts';

/** How old a number is: `as of 12 s ago`. A second or less is “now”, because numbers travel for about as long. */
export function ageWords(at: number | null, now: number): string {
  if (at === null) return 'age unknown';
  return now - at < 1500 ? 'as of now' : `as of ${durationWords((now - at) / 1000)} ago`;
}

/** `12 min ago`, `in 3 h`, `now`: the largest unit alone, because the exact instant is beside it. */
export function sinceWords(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  if (Math.abs(seconds) < 1) return 'now';
  const words = durationWords(Math.abs(seconds)).split(' ').slice(0, 2).join(' ');
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

/** Whether a number is older than such a number normally gets. */
export const isOld = (at: number | null, now: number, oldAfterSeconds: number) =>
  at === null || now - at > oldAfterSeconds * 1000;
