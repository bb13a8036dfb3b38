import type { Decision } from '../domain/contract/outcome.ts';
import type { ApiAnswer } from '../domain/onelink/api-answer.ts';
import type { Meaning } from '../domain/onelink/failure-table.ts';
import type { ReturnCause } from '../domain/work/return-delay.ts';

/** The result of a command: a decision to publish, or the cause for which it is parked or returned to its queue. */
export type Answer = Decision | NoDecision;
export type NoDecision = 'park' | ReturnCause;

/** The answer to a command whose turn comes after its `validUntil`. */
export const staleAnswer: Decision = { outcome: 'stale', reason: 'valid-until-passed' };

/** What happens to a command if the API's answer does not concern the command itself. */
export function returnCauseOf(meaning: Meaning): NoDecision {
  if (meaning === 'account-blocked') return 'account-blocked';
  if (meaning === 'quota-spent') return 'park';
  return 'try-again';
}

/** The answer to a command whose write the API refused. A GET has shown that the ID of a refused create is free. */
export function answerOf(refused: Exclude<ApiAnswer<unknown>, { meaning: 'ok' }>): Answer {
  if (refused.meaning === 'absent') return { outcome: 'rejected', reason: 'link-not-found', faults: [refused.fault] };
  if (refused.meaning === 'permanent' || refused.meaning === 'taken-or-invalid')
    return { outcome: 'rejected', reason: 'refused-by-api', faults: [refused.fault] };
  return returnCauseOf(refused.meaning);
}
