import { describe, expect, test } from 'vitest';
import { auditWords } from '../../../../cli/commands/audit/audit.ts';
import { actsIn } from '../../../../cli/pipeline/audit.ts';
import type { AuditRecord } from '../../../../lambdas/domain/acts/record.ts';

const record = (change: Partial<AuditRecord>): AuditRecord => ({
  v: 1,
  actId: 'act-1',
  part: 1,
  phase: 'begun',
  at: '2026-11-28T10:00:00.000Z',
  by: { arn: 'arn:aws:sts::111122223333:assumed-role/operator/anna', userId: 'AROAX:anna', account: '111122223333' },
  permission: 'operate',
  act: 'redrive',
  target: { queue: 'campaign-dead' },
  ...change,
});
const ended = (change: Partial<AuditRecord>) =>
  record({ phase: 'ended', result: 'done', at: '2026-11-28T10:00:05.000Z', ...change });

describe('the audit', () => {
  test('adds up the parts of an act', () => {
    const [act, ...others] = actsIn([
      ended({ part: 2, effect: { moved: 3, refused: 0, changed: ['b'] }, at: '2026-11-28T10:00:09.000Z' }),
      record({}),
      ended({ effect: { moved: 20, refused: 1, changed: ['a', 'b'] } }),
      record({ part: 2, at: '2026-11-28T10:00:06.000Z' }),
    ]);
    expect(others).toEqual([]);
    expect(act).toMatchObject({
      state: 'done',
      parts: 2,
      at: '2026-11-28T10:00:00.000Z',
      lastAt: '2026-11-28T10:00:09.000Z',
      effect: { moved: 23, refused: 1, changed: ['a', 'b'] },
    });
  });

  test('shows an act without an end, and one that failed', () => {
    const [open, failed] = actsIn([
      record({ reason: 'a fixed bug' }),
      record({ actId: 'act-2', at: '2026-11-28T11:00:00.000Z' }),
      ended({ actId: 'act-2', result: 'failed', error: 'There is no lane x.', at: '2026-11-28T11:00:01.000Z' }),
    ]);
    expect(open && auditWords(open)).toBe(
      '2026-11-28 10:00:00 UTC  operator/anna  redrive  queue campaign-dead  “a fixed bug”  no end',
    );
    expect(failed && auditWords(failed)).toBe(
      '2026-11-28 11:00:00 UTC  operator/anna  redrive  queue campaign-dead  failed  There is no lane x.',
    );
  });

  test('names the SSM document by which somebody acted in a browser', () => {
    const [act] = actsIn([record({ document: 'OneLink-production-redrive', reason: 'fixed' }), ended({})]);
    expect(act && auditWords(act)).toBe(
      '2026-11-28 10:00:00 UTC  operator/anna  redrive  by document OneLink-production-redrive  queue campaign-dead  “fixed”  done',
    );
  });

  test('shows a refusal under the ID of a true act as an act of its own, and never as that act', () => {
    const { by: _, ...refusal } = record({ phase: 'refused', error: 'not-proved', at: '2026-11-28T09:00:00.000Z' });
    const acts = actsIn([record({}), ended({}), refusal]);
    expect(acts.map(({ state, by }) => [state, by?.userId])).toEqual([
      ['refused', undefined],
      ['done', 'AROAX:anna'],
    ]);
  });

  test('spells out control characters of a caller’s words', () => {
    const [act] = actsIn([record({ reason: 'x\u001b[2Jy' })]);
    expect(act && auditWords(act)).toContain('“x\\u{1b}[2Jy”');
  });
});
