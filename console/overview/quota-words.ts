import type { QuotaNow } from '../../cli/console/contract/overview.ts';
import { durationWords } from '../../cli/words/words.ts';
import type { Tone } from '../parts/tone.ts';
import { share } from '../state/words.ts';

/** How long the quota lasts, in one sentence. */
export function lastsWords({ hoursToEmpty, lasts, burnPerHour }: QuotaNow): string {
  if (lasts === true) return 'It lasts the month at today’s use.';
  if (hoursToEmpty !== null) return `At today’s use it is empty in ${durationWords(hoursToEmpty * 3600)}.`;
  return burnPerHour === null ? 'How long it lasts is unknown yet.' : 'It is too early to tell how long it lasts.';
}

export const endWords = ({ monthEndPercent }: QuotaNow) =>
  monthEndPercent === null ? 'unknown' : `${share(monthEndPercent)} used`;

export function quotaTone({ lasts, remaining, reserves }: QuotaNow): Tone {
  const { value } = remaining;
  if (value !== null && value === 0) return 'bad';
  if (value !== null && reserves.some(({ calls }) => calls > 0 && value <= calls)) return 'warn';
  return lasts === false ? 'warn' : 'busy';
}
