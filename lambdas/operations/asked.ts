import type { RefusalCode } from '../domain/acts/answer.ts';
import type { Caller } from '../domain/acts/record.ts';
import type { Act } from '../domain/acts/registry.ts';
import type { RecordedPart } from './records.ts';

/** How the function was invoked, by its own ARN. */
export interface Invoked {
  /** Without the alias. */
  functionArn: string;
  /** Undefined if the function was invoked without an alias. Then the caller has no permission that an act needs. */
  alias: string | undefined;
}

/** What a call asks for, with the caller whom AWS has confirmed. */
export interface Proved {
  part: RecordedPart & { by: Caller };
  act: Act;
  reason: string | undefined;
}

/** A call that is refused. `by` is absent if AWS has confirmed nobody. */
export interface NotProved {
  part: RecordedPart;
  refusal: RefusalCode;
}

/** An older proof is refused: STS accepts a signature for fifteen minutes, and a call takes seconds. */
export const oldestProofMilliseconds = 5 * 60_000;

/** @param atMilliseconds not a number is no time */
export const isLate = (atMilliseconds: number, nowMilliseconds: number) =>
  !(Math.abs(nowMilliseconds - atMilliseconds) <= oldestProofMilliseconds);

/** The record of a call before anything of it is known. */
export const nothingKnown = ({ alias }: Invoked) => ({
  permission: alias ?? 'none',
  act: 'unknown',
  target: {},
  provedAtMilliseconds: 0,
});
