import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import type { Answered } from '../../../../local/start/report/reconciliation.ts';
import { givenOutcome } from '../../../world/given-outcome.ts';

/** A message of the campaign with its outcomes; they get the message's ID. */
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
  const told = (change: Partial<Outcome>) => givenOutcome({ messageId, requestId, ...change });
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
    ...(answer !== undefined && { answer: told(answer) }),
    ...(parked !== undefined && { parked: told(parked) }),
    ...(qr !== undefined && { qr: told(qr) }),
  };
}
