import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import type { Answered } from '../../../../local/start/report/reconciliation.ts';
import { givenOutcome } from '../../../world/given-outcome.ts';

/** A message of the campaign with its outcomes. The outcomes get the message's ID. */
export function givenAnswered(
  line: number,
  {
    answer,
    parked,
    qr,
    asksForQr = false,
  }: { answer?: Partial<Outcome>; parked?: Partial<Outcome>; qr?: Partial<Outcome>; asksForQr?: boolean },
): Answered {
  const messageId = `m-${line}`;
  const requestId = answer?.requestId ?? `r-${line}`;
  const outcomeOf = (change: Partial<Outcome>) => givenOutcome({ messageId, requestId, ...change });
  return {
    messageId,
    message: {
      line,
      body: '{}',
      lane: 'campaign',
      source: 'crm',
      requestId: `r-${line}`,
      action: 'create',
      campaign: 'spring',
      asksForQr,
    },
    ...(answer !== undefined && { answer: outcomeOf(answer) }),
    ...(parked !== undefined && { parked: outcomeOf(parked) }),
    ...(qr !== undefined && { qr: outcomeOf(qr) }),
  };
}
