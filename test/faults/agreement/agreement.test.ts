import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../../lambdas/domain/contract/outcome.ts';
import type { LinkView } from '../../../local/onelink-api/inventory.ts';
import { dataTakenOver } from '../scenarios/outside-link.ts';
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

/** A link that was made and has expired, with its line in the history. */
const ended: FinalState = {
  requests: new Map([['crm/r-1', [sent]]]),
  ledger: new Map([['request#crm/r-1', { outcome: created }]]),
  links: [],
  images: new Set(),
  linkOutcomes: [expired],
  history: new Set(['crm/r-1']),
};
const record = { source: 'crm', requestId: 'r-1', state: 'deleted', version: 1, expiresAt: 1_772_400_000 };

/** The link was updated and has ended. Then two deletes found no link. */
function deletedAfterwards(given: { version: number; tombstone?: number }): FinalState {
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
  const update = { ...command, requestId: 'r-2', action: 'update', requestedAt: '2026-03-01T10:01:00Z' } as const;
  const { data, ...address } = command;
  const asked = { requestId: 'r-3', action: 'delete', requestedAt: '2026-03-01T10:02:00Z' } as const;
  return {
    ...ended,
    requests: new Map([
      ...ended.requests,
      ['crm/r-2', [{ ...sent, command: update, answers: [updated] }]],
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
        { ...record, requestId: 'r-3', version: given.tombstone ?? 2, applied: { ...asked, requestId: 'r-4' } },
      ],
    ]),
    linkOutcomes: [{ ...expired, link: { ...link, version: given.version } }],
  };
}

describe('the agreement on a link that has ended', () => {
  it('is complete if the link has one `expired` outcome and a line in the history', () => {
    expect(disagreements(ended)).toEqual([]);
    expect(vanished(ended)).toEqual([]);
  });

  it('reports a link without an `expired` outcome as vanished', () => {
    expect(vanished({ ...ended, linkOutcomes: [] })).toEqual(['crm/r-1']);
  });

  it('fails if the link has two `expired` outcomes', () => {
    const again = { ...expired, outcomeId: 'second end' };
    expect(disagreements({ ...ended, linkOutcomes: [expired, again] })).toEqual(['crm/r-1: expired 2 times']);
  });

  it('fails if the history has no line for the link', () => {
    expect(disagreements({ ...ended, history: new Set() })).toEqual(['crm/r-1: expired, but not in the history']);
  });

  it('fails if the ledger still has the link', () => {
    const ledger = new Map<string, Record<string, unknown>>([
      ...ended.ledger,
      ['link#A1b3/spring1', { ...record, applied: { requestedAt: command.requestedAt, requestId: 'r-1' } }],
    ]);
    expect(disagreements({ ...ended, ledger })).toEqual(['crm/r-1: expired, but deleted in the ledger']);
  });

  it('fails if `expired` has another version than the last outcome before it', () => {
    const late = { ...expired, link: { ...link, version: 2 } };
    expect(disagreements({ ...ended, linkOutcomes: [late] })).toEqual([
      'A1b3/spring1: last outcome version 1, expired 2 (r-1 created version 1, r-1 expired version 2)',
    ]);
  });

  it('accepts versions that begin again if deletes come after the end', () => {
    expect(disagreements(deletedAfterwards({ version: 2 }))).toEqual([]);
  });

  it('fails if a tombstone follows an end whose `expired` has an earlier version than the last outcome', () => {
    expect(disagreements(deletedAfterwards({ version: 1 }))).toEqual([
      expect.stringContaining('A1b3/spring1: last outcome version 2, expired 1'),
    ]);
  });

  it('fails if a tombstone has another version than the outcome of the last delete', () => {
    expect(disagreements(deletedAfterwards({ version: 2, tombstone: 1 }))).toEqual([
      expect.stringContaining('A1b3/spring1: last outcome version 2, recorded 1'),
    ]);
  });

  it('fails if the versions of a tombstone begin again without an `expired` outcome', () => {
    expect(disagreements({ ...deletedAfterwards({ version: 2, tombstone: 1 }), linkOutcomes: [] })).toEqual([
      expect.stringContaining('A1b3/spring1: last outcome version 2, recorded 1'),
    ]);
  });
});

describe('the agreement on a link that an adopt by version 1.0 has taken over', () => {
  const decidedAt = '2026-03-02T00:00:00Z';
  const { data: _, ...address } = command;
  const adopt = { ...address, action: 'adopt' } as const;
  const adopted: Outcome = { ...created, outcome: 'adopted', action: 'adopt', decidedAt };
  const week = 7 * 86_400;
  const viewed: Omit<LinkView, 'expiry'> = {
    onelinkId: 'A1b3',
    shortlinkId: 'spring1',
    shortlinkUrl: 'https://acme.onelink.me/A1b3/spring1',
    payload: dataTakenOver({ action: 'adopt', requestId: 'r-1' }),
    ttl: week,
    renewTtl: true,
    api: 'v1.0',
    clicks: 0,
    expired: false,
  };
  /** The link was made five minutes before. */
  const expiry = new Date(Date.parse(decidedAt) + week * 1000 - 300_000).toISOString();
  const stateWith = (laterSeconds: number): FinalState => ({
    ...ended,
    requests: new Map([['crm/r-1', [{ ...sent, command: adopt, answers: [adopted] }]]]),
    ledger: new Map<string, Record<string, unknown>>([
      ['request#crm/r-1', { outcome: adopted }],
      [
        'link#A1b3/spring1',
        {
          ...record,
          state: 'live',
          ttlSeconds: week,
          expiresAt: Date.parse(expiry) / 1000 + laterSeconds,
          applied: { requestedAt: command.requestedAt, requestId: 'r-1' },
        },
      ],
    ]),
    links: [{ ...viewed, expiry }],
    linkOutcomes: [],
    history: new Set(),
  });

  it('accepts an expiry up to a whole TTL after the adopt', () => {
    expect(disagreements(stateWith(0))).toEqual([]);
    expect(disagreements(stateWith(300))).toEqual([]);
  });

  it('fails if the expiry is later, or earlier than the link’s own', () => {
    expect(disagreements(stateWith(310))).toEqual(['A1b3/spring1: the expiries differ by 310 s']);
    expect(disagreements(stateWith(-10))).toEqual(['A1b3/spring1: the expiries differ by -10 s']);
  });
});
