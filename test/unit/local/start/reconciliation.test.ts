import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../../lambdas/domain/contract/outcome.ts';
import { reconcile } from '../../../../local/start/report/reconciliation.ts';
import { givenLink } from '../../../world/given-outcome.ts';
import { givenAnswered } from './given-answered.ts';

const fatesOf = ({ fates }: ReturnType<typeof reconcile>) => fates.map(([fate, count]) => `${count} ${fate}`);
const code = (key: string) => ({ bucket: 'b', key, format: 'png' as const, bytes: 1 });

const ready = { outcome: 'qr-ready', qr: code('qr/a') } as const;

describe('the sum of a run', () => {
  test('counts each message once, and equals the number of messages', () => {
    const sum = reconcile([
      givenAnswered(1, { answer: { outcome: 'created', link: givenLink('a') } }),
      givenAnswered(2, { answer: { outcome: 'created', link: givenLink('a'), repeat: true, requestId: 'r-1' } }),
      givenAnswered(3, { answer: { outcome: 'rejected' } }),
      givenAnswered(4, { answer: { outcome: 'stale' } }),
      givenAnswered(5, {}),
    ]);
    expect(sum.commands).toBe(5);
    expect(fatesOf(sum)).toEqual(['1 created', '1 repeated', '1 stale', '1 rejected', '1 unanswered']);
    expect(sum.unaccounted.map(({ message }) => message.line)).toEqual([5]);
    expect(sum.distinctCreates).toBe(1);
  });

  test('counts a parked message as neither answered nor lost, until its final outcome', () => {
    const parked = { outcome: 'parked', reason: 'quota-reserve-reached' } as const;
    const sum = reconcile([
      givenAnswered(1, { parked }),
      givenAnswered(2, { parked, answer: { outcome: 'created', link: givenLink('b') } }),
      givenAnswered(3, {}),
    ]);
    expect(fatesOf(sum)).toEqual(['1 created', '1 parked', '1 unanswered']);
    expect(sum.outcomes.parked).toBe(1);
    expect(sum.unaccounted.map(({ message }) => message.line)).toEqual([3]);
    expect(sum.links.size).toBe(1);
  });

  test('counts the second of two copies in flight at once as a repeat', () => {
    const sum = reconcile([
      givenAnswered(1, { answer: { requestId: 'r-1', link: givenLink('a') } }),
      givenAnswered(2, { answer: { requestId: 'r-1', link: givenLink('a') } }),
    ]);
    expect(fatesOf(sum)).toEqual(['1 created', '1 repeated']);
    expect(sum.outcomes.created).toBe(1);
    expect(sum.outcomes.repeated).toBe(1);
  });

  test('counts a repeated rejection as a repeat', () => {
    const sum = reconcile([givenAnswered(1, { answer: { outcome: 'rejected', repeat: true } })]);
    expect(sum.outcomes.rejected).toBe(0);
    expect(sum.outcomes.repeated).toBe(1);
  });
});

describe('QR codes', () => {
  test('are expected from every create that asked for one and created its link', () => {
    const sum = reconcile([
      givenAnswered(1, { asksForQr: true, answer: { link: givenLink('a') }, qr: ready }),
      givenAnswered(2, { asksForQr: true, answer: { link: givenLink('b') }, qr: { outcome: 'qr-failed' } }),
      givenAnswered(3, { asksForQr: true, answer: { link: givenLink('c') } }),
      givenAnswered(4, { asksForQr: true, answer: { outcome: 'conflict' } }),
      givenAnswered(5, { asksForQr: true, answer: { link: givenLink('a'), repeat: true } }),
    ]);
    expect(sum.qr).toEqual({ owed: 3, ready: 1, failed: 1 });
    expect(sum.unaccounted.map(({ message }) => message.line)).toEqual([3]);
    expect([...sum.qrKeys]).toEqual(['qr/a']);
  });

  test('are among the outcomes, whether from a create or from a command of their own', () => {
    const sum = reconcile([
      givenAnswered(1, { asksForQr: true, answer: { link: givenLink('a') }, qr: ready }),
      givenAnswered(2, { answer: { action: 'qr', outcome: 'qr-ready', qr: code('qr/b') } }),
    ]);
    expect(sum.outcomes['qr-ready']).toBe(2);
    expect(fatesOf(sum)).toEqual(['1 created', '1 qr-ready']);
    expect(sum.qr.ready).toBe(1);
  });
});

test('the latest version of an address decides whether its link must exist', () => {
  const after = (line: number, outcome: Outcome['outcome'], shortlinkId: string, version: number) =>
    givenAnswered(line, { answer: { outcome, link: { ...givenLink(shortlinkId), version } } });
  const sum = reconcile([
    after(1, 'created', 'kept', 1),
    after(2, 'updated', 'kept', 2),
    // Received in another order than they happened.
    after(3, 'deleted', 'gone', 2),
    after(4, 'created', 'gone', 1),
    after(5, 'created', 'again', 3),
    after(6, 'deleted', 'again', 2),
    // Published late, after a crash and the delete of the link.
    after(8, 'created', 'deleted-since', 2),
    after(9, 'deleted', 'deleted-since', 2),
    after(10, 'deleted', 'lost', 2),
    after(11, 'created', 'lost', 2),
    after(7, 'conflict', 'foreign', 1),
  ]);
  expect([...sum.links]).toEqual(['A1b3/kept', 'A1b3/again']);
});
