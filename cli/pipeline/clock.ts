import { durationWords } from '../words/words.ts';

/** AWS refuses a signature whose time is five minutes off (IAM user guide, "Signature Version 4"). A clock this far off is near that. */
export const mostOffMilliseconds = 4 * 60_000;

/** Errors by which AWS refuses the time of a signature. Those with two causes count only with a date that differs. */
const refusedTimes: ReadonlySet<string> = new Set([
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/**
 * How far this computer's clock is ahead of AWS's, if AWS has refused the time of a signature: by the `Date` header of its answer.
 *
 * @returns milliseconds; less than 0 if the clock is behind. Undefined if the time is not the cause
 */
export function aheadInRefusal(error: unknown, nowMilliseconds: number): number | undefined {
  if (!(error instanceof Error && refusedTimes.has(error.name))) return undefined;
  const headers: unknown = Reflect.get(Object(Reflect.get(error, '$response')), 'headers');
  const date = Date.parse(String(Reflect.get(Object(headers), 'date')));
  const ahead = nowMilliseconds - date;
  // Without a date, it is not a number.
  return Math.abs(ahead) >= mostOffMilliseconds ? ahead : undefined;
}

/** By how much the clock is off, and how to set it. */
export function clockWords(aheadMilliseconds: number): string {
  const by = durationWords(Math.abs(aheadMilliseconds) / 1000);
  return (
    `The clock of this computer is ${by} ${aheadMilliseconds > 0 ? 'ahead of' : 'behind'} AWS’s, and AWS refuses signatures that are five ` +
    'minutes off. Set it: sudo timedatectl set-ntp true (Linux), sudo sntp -sS time.apple.com (macOS), w32tm /resync (Windows).'
  );
}
