import { describe, expect, test } from 'vitest';
import { reconcile } from '../../../../local/start/report/reconciliation.ts';
import { givenLink } from '../../../world/given-outcome.ts';
import { givenAnswered } from './given-answered.ts';

const code = (key: string) => ({ bucket: 'b', key, format: 'png' as const, bytes: 1 });

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
    expect(sum.fates).toEqual([
      ['created', 1],
      ['repeated', 1],
      ['stale', 1],
      ['rejected', 1],
      ['unanswered', 1],
    ]);
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
    expect(sum.fates).toEqual([
      ['created', 1],
      ['parked', 1],
      ['unanswered', 1],
    ]);
    expect(sum.outcomes.parked).toBe(1);
    expect(sum.unaccounted.map(({ message }) => message.line)).toEqual([3]);
    expect(sum.links.size).toBe(1);
  });

  test('counts the second of two copies in flight at once as a repeat', () => {
    const sum = reconcile([
      givenAnswered(1, { answer: { requestId: 'r-1', link: givenLink('a') } }),
      givenAnswered(2, { answer: { requestId: 'r-1', link: givenLink('a') } }),
    ]);
    expect(sum.fates).toEqual([
      ['created', 1],
      ['repeated', 1],
    ]);
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
      givenAnswered(1, {
        asksForQr: true,
        answer: { link: givenLink('a') },
        qr: { outcome: 'qr-ready', qr: code('qr/a') },
      }),
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
      givenAnswered(1, {
        asksForQr: true,
        answer: { link: givenLink('a') },
        qr: { outcome: 'qr-ready', qr: code('qr/a') },
      }),
      givenAnswered(2, { answer: { action: 'qr', outcome: 'qr-ready', qr: code('qr/b') } }),
    ]);
    expect(sum.outcomes['qr-ready']).toBe(2);
    expect(sum.fates).toEqual([
      ['created', 1],
      ['qr-ready', 1],
    ]);
    expect(sum.qr.ready).toBe(1);
  });
});

test('the latest version of an address decides whether its link must exist', () => {
  const version = (shortlinkId: string, number: number) => ({ ...givenLink(shortlinkId), version: number });
  const sum = reconcile([
    givenAnswered(1, { answer: { outcome: 'created', link: version('kept', 1) } }),
    givenAnswered(2, { answer: { outcome: 'updated', link: version('kept', 2) } }),
    // Received in another order than they happened.
    givenAnswered(3, { answer: { outcome: 'deleted', link: version('gone', 2) } }),
    givenAnswered(4, { answer: { outcome: 'created', link: version('gone', 1) } }),
    givenAnswered(5, { answer: { outcome: 'created', link: version('again', 3) } }),
    givenAnswered(6, { answer: { outcome: 'deleted', link: version('again', 2) } }),
    // Published late, after a crash and the delete of the link.
    givenAnswered(8, { answer: { outcome: 'created', link: version('buried', 2) } }),
    givenAnswered(9, { answer: { outcome: 'deleted', link: version('buried', 2) } }),
    givenAnswered(10, { answer: { outcome: 'deleted', link: version('lost', 2) } }),
    givenAnswered(11, { answer: { outcome: 'created', link: version('lost', 2) } }),
    givenAnswered(7, { answer: { outcome: 'conflict', link: version('foreign', 1) } }),
  ]);
  expect([...sum.links]).toEqual(['A1b3/kept', 'A1b3/again']);
});
