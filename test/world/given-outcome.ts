import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';

/** An outcome as the pipeline publishes it. By default, `created` for a create of `crm`. */
export function givenOutcome(change: Partial<Outcome> = {}): Outcome {
  return {
    specVersion: '1.0',
    outcomeId: `${change.requestId ?? 'r-1'}/${change.outcome ?? 'created'}`,
    outcome: 'created',
    action: 'create',
    source: 'crm',
    requestId: 'r-1',
    lane: 'campaign',
    messageId: 'm-1',
    repeat: false,
    decidedAt: '2026-03-01T10:00:00.000Z',
    ...change,
  };
}

export const givenLink = (shortlinkId: string, expiresAt = '2026-04-01T10:00:00Z') => ({
  onelinkId: 'A1b3',
  shortlinkId,
  shortUrl: `https://acme.onelink.me/A1b3/${shortlinkId}`,
  expiresAt,
  version: 1,
});
