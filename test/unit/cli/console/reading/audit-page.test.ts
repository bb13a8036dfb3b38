import { describe, expect, it } from 'vitest';
import { auditPage } from '../../../../../cli/console/reading/audit-page.ts';
import type { AuditRecord } from '../../../../../lambdas/domain/acts/record.ts';

const by = {
  arn: 'arn:aws:sts::111122223333:assumed-role/operator/anna',
  userId: 'AROAX:anna',
  account: '111122223333',
};
const record = (change: Partial<AuditRecord>): AuditRecord => ({
  v: 1,
  actId: 'a',
  part: 1,
  phase: 'begun',
  at: '2026-03-10T12:00:00.000Z',
  by,
  permission: 'operate',
  act: 'pause',
  target: { lanes: ['campaign'] },
  ...change,
});
const at = Date.parse('2026-03-10T13:00:00Z');

describe('the audit', () => {
  it('has an act with who, when, what, why and its effect', () => {
    const records = [
      record({ reason: 'rates change' }),
      record({ phase: 'ended', at: '2026-03-10T12:00:05.000Z', result: 'done', effect: { changed: 1 } }),
    ];

    expect(auditPage(records, {}, at).entries).toEqual([
      {
        actId: 'a',
        act: 'pause',
        begunAt: Date.parse('2026-03-10T12:00:00Z'),
        endedAt: Date.parse('2026-03-10T12:00:05Z'),
        by: { name: 'operator/anna', arn: by.arn, account: '111122223333' },
        target: { lanes: ['campaign'] },
        reason: 'rates change',
        result: 'done',
        effect: { changed: 1 },
        error: null,
      },
    ]);
  });

  it('shows an act without an end, and a refusal without a begin', () => {
    const refused = record({ actId: 'b', phase: 'refused', at: '2026-03-10T12:30:00.000Z', error: 'not-permitted' });

    const { entries } = auditPage([record({}), refused], {}, at);

    expect(entries.map(({ result, begunAt, endedAt }) => [result, begunAt !== null, endedAt !== null])).toEqual([
      ['refused', false, true],
      ['no-end', true, false],
    ]);
  });

  it('comes in pages, the newest first, and finds people and acts', () => {
    const many = Array.from({ length: 150 }, (_, index) =>
      record({ actId: `a${index}`, act: index % 2 ? 'pause' : 'resume', at: new Date(index * 1_000).toISOString() }),
    );

    const first = auditPage(many, {}, at);
    const second = auditPage(many, { after: first.next ?? '' }, at);

    expect([first.entries[0]?.actId, first.entries.length, first.next]).toEqual(['a149', 100, '100']);
    expect([second.entries.at(-1)?.actId, second.entries.length, second.next]).toEqual(['a0', 50, null]);
    expect(auditPage(many, { act: 'resume', by: 'ANNA' }, at).entries).toHaveLength(75);
    expect(auditPage(many, { by: 'ben' }, at).entries).toEqual([]);
  });
});
