import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { SentCommand, TestCommand } from '../world/correspondence.ts';
import { disagreements, type FinalState, vanished } from './agreement.ts';

const link = { onelinkId: 'A1b3', shortlinkId: 'spring1', version: 1 };
const common = { specVersion: '1.0', source: 'crm', requestId: 'r-1', lane: 'transactional', repeat: false } as const;
const created: Outcome = {
  ...common,
  outcomeId: 'first',
  outcome: 'created',
  action: 'create',
  messageId: 'm-1',
  decidedAt: '2026-03-02T00:00:00Z',
  link,
};
const expired: Outcome = { ...created, outcomeId: 'end', outcome: 'expired', action: null, lane: 'expiry' };
const command: TestCommand = {
  specVersion: '1.0',
  source: 'crm',
  requestId: 'r-1',
  action: 'create',
  onelinkId: 'A1b3',
  shortlinkId: 'spring1',
  data: { pid: 'sms' },
  requestedAt: '2026-03-01T10:00:00Z',
};
const sent: SentCommand = { command, messageId: 'm-1', answers: [created], parked: [], codes: [] };

/** A link that was made, has expired, and has left its line in the history. */
const ended: FinalState = {
  requests: new Map([['crm/r-1', [sent]]]),
  ledger: new Map([['request#crm/r-1', { outcome: created }]]),
  links: [],
  images: new Set(),
  unasked: [expired],
  history: new Set(['crm/r-1']),
};
const record = { source: 'crm', requestId: 'r-1', state: 'deleted', version: 1, expiresAt: 1_772_400_000 };

/** The link was updated, has ended, and then two deletes came, which found nothing. */
function deletedAfterwards(told: { version: number; tombstone?: number }): FinalState {
  const answerOf = (requestId: string, outcome: 'updated' | 'deleted', version: number): Outcome => ({
    ...created,
    ...(outcome === 'updated' ? { action: 'update' } : { action: 'delete' }),
    requestId,
    outcomeId: requestId,
    outcome,
    link: { ...link, version },
  });
  const updated = answerOf('r-2', 'updated', 2);
  const deleted = answerOf('r-3', 'deleted', 1);
  const again = answerOf('r-4', 'deleted', 2);
  const { data, ...address } = command;
  const asked = { requestId: 'r-3', action: 'delete', requestedAt: '2026-03-01T10:02:00Z' } as const;
  return {
    ...ended,
    requests: new Map([
      ...ended.requests,
      [
        'crm/r-2',
        [
          {
            ...sent,
            command: { ...command, requestId: 'r-2', action: 'update', requestedAt: '2026-03-01T10:01:00Z' },
            answers: [updated],
          },
        ],
      ],
      ['crm/r-3', [{ ...sent, command: { ...address, ...asked }, answers: [deleted] }]],
      ['crm/r-4', [{ ...sent, command: { ...address, ...asked, requestId: 'r-4' }, answers: [again] }]],
    ]),
    ledger: new Map<string, Record<string, unknown>>([
      ...ended.ledger,
      ['request#crm/r-2', { outcome: updated }],
      ['request#crm/r-3', { outcome: deleted }],
      ['request#crm/r-4', { outcome: again }],
      [
        'link#A1b3/spring1',
        { ...record, requestId: 'r-3', version: told.tombstone ?? 2, applied: { ...asked, requestId: 'r-4' } },
      ],
    ]),
    unasked: [{ ...expired, link: { ...link, version: told.version } }],
  };
}

describe('the agreement on a link that has ended', () => {
  it('is whole when its end was told once and stands in the history', () => {
    expect(disagreements(ended)).toEqual([]);
    expect(vanished(ended)).toEqual([]);
  });

  it('misses a link that nobody was told the end of', () => {
    expect(vanished({ ...ended, unasked: [] })).toEqual(['crm/r-1']);
  });

  it('does not hold when its end was told twice', () => {
    const again = { ...expired, outcomeId: 'end, once more' };
    expect(disagreements({ ...ended, unasked: [expired, again] })).toEqual(['crm/r-1: expired 2 times']);
  });

  it('does not hold when the history knows nothing of it', () => {
    expect(disagreements({ ...ended, history: new Set() })).toEqual(['crm/r-1: told as expired, not in the history']);
  });

  it('does not hold when the ledger still has it', () => {
    const ledger = new Map<string, Record<string, unknown>>([
      ...ended.ledger,
      ['link#A1b3/spring1', { ...record, applied: { requestedAt: command.requestedAt, requestId: 'r-1' } }],
    ]);
    expect(disagreements({ ...ended, ledger })).toEqual(['crm/r-1: told as expired, in the ledger deleted']);
  });

  it('does not hold when it ended in an earlier state than the one that was told last', () => {
    const late = { ...expired, link: { ...link, version: 2 } };
    expect(disagreements({ ...ended, unasked: [late] })).toEqual([
      'A1b3/spring1: told version 1, expired 2 (r-1 created version 1, r-1 expired version 2)',
    ]);
  });

  it('counts versions anew when deletes come after the end', () => {
    expect(disagreements(deletedAfterwards({ version: 2 }))).toEqual([]);
  });

  it('does not hold when a delete buries a link whose last version nobody was told the end of', () => {
    expect(disagreements(deletedAfterwards({ version: 1 }))).toEqual([
      expect.stringContaining('A1b3/spring1: told version 2, expired 1'),
    ]);
  });

  it('does not hold when a tombstone has another version than the last delete was told', () => {
    expect(disagreements(deletedAfterwards({ version: 2, tombstone: 1 }))).toEqual([
      expect.stringContaining('A1b3/spring1: told version 2, recorded 1'),
    ]);
  });

  it('does not hold when a tombstone counts anew and no end was told', () => {
    expect(disagreements({ ...deletedAfterwards({ version: 2, tombstone: 1 }), unasked: [] })).toEqual([
      expect.stringContaining('A1b3/spring1: told version 2, recorded 1'),
    ]);
  });
});
