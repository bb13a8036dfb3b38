import { expect, test } from 'vitest';
import type { CampaignRecord } from '../../../../lambdas/domain/campaign/record.ts';
import { closingWords } from '../../../../local/start/report/closing-words.ts';
import type { FileRun } from '../../../../local/start/report/file-results.ts';
import { reconcile } from '../../../../local/start/report/reconciliation.ts';
import { summarise } from '../../../../local/start/report/summary.ts';
import { givenCampaign, givenResult } from '../../../world/given-campaign.ts';
import { givenLink } from '../../../world/given-outcome.ts';
import { givenAnswered } from './given-answered.ts';
import { givenFindings } from './given-findings.ts';

test('the closing words are the sum of outcomes, the emulator’s counters and three rejects', () => {
  const reject = (line: number) =>
    givenAnswered(line, {
      answer: {
        outcome: 'rejected',
        reason: 'invalid-command',
        faults: [{ path: 'ttl', rule: 'ttl', message: 'must be minutes, hours or days' }],
      },
    });
  const all = [
    givenAnswered(1, { answer: { link: givenLink('a') } }),
    givenAnswered(2, { answer: { link: givenLink('b') } }),
    ...[3, 4, 5, 6].map(reject),
  ];
  const sum = reconcile(all);
  const found = givenFindings();
  const run = { end: 'all answered' as const, all, unsent: [], killed: 0 };
  expect(closingWords(run, sum, found, summarise(sum, found, 0), [])).toEqual([
    '',
    '6 commands = 2 created + 4 rejected; unaccounted for: 0',
    '0 QR codes owed with a link = 0 ready + 0 failed',
    'The emulator counted:',
    '  2 links created (1 live), 0 updated, 0 deleted',
    '  2 POSTs, of which 0 got a 409 for a taken ID; 2 calls of quota used',
    '  at most 3 calls in a second (limit 1,000), and 2 QR calls (limit 25); 429s for the rate: 0',
    'Some of the rejects:',
    '  line 3  crm r-3  rejected  invalid-command',
    '    ttl: must be minutes, hours or days [ttl]',
    '  line 4  crm r-4  rejected  invalid-command',
    '    ttl: must be minutes, hours or days [ttl]',
    '  line 5  crm r-5  rejected  invalid-command',
    '    ttl: must be minutes, hours or days [ttl]',
    'All checks hold.',
  ]);
});

test('the closing words count the rows of a file', () => {
  const sum = reconcile([]);
  const rows = ['created', 'rejected', 'created'] as const;
  const file = {
    file: { source: 'crm', name: 'spring' },
    record: undefined,
    rowsInFile: 3,
    results: rows.map((status, row) => ({ row, line: row, cells: [], status })),
  };
  const run = { end: 'all answered' as const, all: [], unsent: [], killed: 0 };
  const summary = summarise(sum, givenFindings(), 0, file);
  expect(closingWords(run, sum, givenFindings(), summary, [], undefined, file)).toContain(
    'crm/spring: 3 rows = 2 created + 1 rejected',
  );
  expect(summary.rows).toEqual({ all: 3, created: 2, rejected: 1 });
});

test('the closing words name why rows of a file are rejected, and why a file is refused', () => {
  const sum = reconcile([]);
  const firstFaults = [{ line: 3, path: 'ttl', rule: 'ttl', message: 'must be a duration' }];
  const run = { end: 'all answered' as const, all: [], unsent: [], killed: 0 };
  const wordsOf = (record: CampaignRecord, results: FileRun['results']) => {
    const file = { file: record, record, rowsInFile: 2, results };
    const summary = summarise(sum, givenFindings(), 0, file);
    return closingWords(run, sum, givenFindings(), summary, [], undefined, file);
  };
  const rejected = wordsOf(givenCampaign({ firstFaults }), [givenResult(1), givenResult(2, { status: 'rejected' })]);
  expect(rejected).toContain('crm/spring: 2 rows = 1 created + 1 rejected');
  expect(rejected).toContain('  line 3: ttl: must be a duration');
  const refusal = { path: '', rule: 'encoding', message: 'is UTF-16' };
  expect(wordsOf(givenCampaign({ state: 'refused', refusal }), [])).toContain(
    'crm/spring: 2 rows, and none is sent: is UTF-16',
  );
});

test('the closing words end with the failed checks', () => {
  const sum = reconcile([givenAnswered(1, {})]);
  const found = givenFindings();
  const run = { end: 'no new outcome' as const, all: [], unsent: [], killed: 2 };
  const words = closingWords(run, sum, found, summarise(sum, found, 0), ['1 dead letters']);
  expect(words).toContain('Ended early: no new outcome.');
  expect(words).toContain('The run killed 2 environments.');
  expect(words.at(-1)).toBe('CHECKS FAILED:\n  1 dead letters');
});
