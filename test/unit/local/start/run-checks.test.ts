import { describe, expect, test } from 'vitest';
import type { NotSent } from '../../../../local/start/report/not-sent.ts';
import { reconcile } from '../../../../local/start/report/reconciliation.ts';
import { failedChecks } from '../../../../local/start/report/run-checks.ts';
import type { Findings, Summary } from '../../../../local/start/report/summary.ts';
import { summarise } from '../../../../local/start/report/summary.ts';
import { givenLink } from '../../../world/given-outcome.ts';
import { givenAnswered } from './given-answered.ts';
import { givenFindings } from './given-findings.ts';
import { givenUnsent } from './given-unsent.ts';

const all = [
  givenAnswered(1, { answer: { link: givenLink('a') } }),
  givenAnswered(2, { answer: { link: givenLink('b') } }),
];
const sum = reconcile(all);

const judge = (found: Findings, change: Partial<Summary> = {}, contradictions = 0, unsent: NotSent = []) =>
  failedChecks(sum, found, { ...summarise(sum, found, unsent.length), ...change }, contradictions, unsent);

test('the summary has the emulator’s own numbers', () => {
  expect(summarise(sum, givenFindings(), 1)).toEqual({
    commands: 3,
    outcomes: expect.objectContaining({ created: 2, rejected: 0, 'qr-ready': 0, repeated: 0 }),
    distinctCreates: 2,
    linksAlive: 1,
    qrImages: 0,
    apiCalls: { create: { '200': 2 }, quota: { '200': 1 } },
    maxCallsInOneSecond: 3,
    maxQrCallsInOneSecond: 2,
    budgetPerSecond: { links: 950, qr: 23 },
    limitPerSecond: { links: 1_000, qr: 25 },
    rateLimited: 0,
    quotaUsed: 2,
    deadLetters: 0,
    unaccounted: 0,
    notSent: 1,
    seconds: 1.2,
    alarms: { 'dead-letters': 'OK' },
  });
});

test('the summary counts the 429s of each rate', () => {
  const found = givenFindings();
  const stats = { ...found.stats, refused: { rate: 1, qrRate: 20, v1Rate: 300, quota: 4_000 } };
  expect(summarise(sum, { ...found, stats }, 0).rateLimited).toBe(321);
});

describe('the checks of a run', () => {
  test('hold for a complete run, even if some links have expired', () => {
    expect(judge(givenFindings())).toEqual([]);
  });

  test('find a link of an outcome that does not exist at the API', () => {
    expect(judge(givenFindings({ links: new Map([['A1b3/a', { expired: false }]]) }))).toEqual([
      '1 links of outcomes do not exist at the API',
    ]);
  });

  test('find a second link for one request', () => {
    const found = givenFindings();
    const links = new Map([...found.links, ['A1b3/twice', { expired: false }] as const]);
    const stats = { ...found.stats, links: { ...found.stats.links, made: 3 } };
    expect(judge({ ...found, links, stats })).toEqual([
      '1 links at the API have no outcome',
      '3 links created for 2 requests',
    ]);
  });

  test.each<[string, Partial<Summary>]>([
    ['2 commands lack their outcome or their QR code', { unaccounted: 2 }],
    ['1 dead letters', { deadLetters: 1 }],
    ['1 QR images stored, but 0 in outcomes', { qrImages: 1 }],
    ['the API answered 429 to 5 calls', { rateLimited: 5 }],
    ['1001 calls in one second, but the limit is 1000', { maxCallsInOneSecond: 1_001 }],
    ['26 QR calls in one second, but the limit is 25', { maxQrCallsInOneSecond: 26 }],
  ])('find: %s', (words, change) => {
    expect(judge(givenFindings(), change)).toEqual([words]);
  });

  test('do not compare links while some commands have no outcome', () => {
    const found = givenFindings({ links: new Map(), qrImages: 7 });
    expect(judge(found, { unaccounted: 1 })).toEqual(['1 commands lack their outcome or their QR code']);
  });

  test('find an outcome that contradicts another', () => {
    expect(judge(givenFindings(), {}, 1)).toEqual(['1 outcomes contradict an earlier one of the same message']);
  });

  test('name the lines that were not sent, and the reasons', () => {
    expect(judge(givenFindings(), {}, 0, [givenUnsent(9), givenUnsent(7, 'InvalidMessageContents')])).toEqual([
      '2 commands were not sent: lines 7, 9 (1 interrupted, 1 InvalidMessageContents)',
    ]);
  });

  test('do not compare links while an unconfirmed command may be in the queue', () => {
    const links = new Map([...givenFindings().links, ['A1b3/c', { expired: false }] as const]);
    expect(judge(givenFindings({ links }), {}, 0, [givenUnsent(3)])).toHaveLength(2);
    expect(judge(givenFindings({ links }), {}, 0, [givenUnsent(3, 'ECONNRESET', true)])).toEqual([
      '1 command was not sent: line 3 (1 ECONNRESET)',
    ]);
  });
});
