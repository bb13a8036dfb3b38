import { expect, test } from 'vitest';
import { closingWords } from '../../../../local/start/report/closing-words.ts';
import { reconcile } from '../../../../local/start/report/reconciliation.ts';
import { summarise } from '../../../../local/start/report/summary.ts';
import { givenLink } from '../../../world/given-outcome.ts';
import { givenAnswered } from './given-answered.ts';
import { givenFindings } from './given-findings.ts';

test('the closing words are a sum, the emulator’s count beside it, and three rejects', () => {
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
    'The emulator has counted:',
    '  2 links made (1 alive), 0 updated, 0 deleted',
    '  2 POSTs, of which 0 met a taken ID (409); 2 calls of quota used',
    '  in its fullest second 3 calls (limit 1,000), 2 of them for QR codes at most (limit 25); 429 for the rate: 0',
    'Some of the rejects:',
    '  line 3  crm r-3  rejected  invalid-command',
    '    ttl: must be minutes, hours or days [ttl]',
    '  line 4  crm r-4  rejected  invalid-command',
    '    ttl: must be minutes, hours or days [ttl]',
    '  line 5  crm r-5  rejected  invalid-command',
    '    ttl: must be minutes, hours or days [ttl]',
    'It all adds up.',
  ]);
});

test('what does not add up stands out', () => {
  const sum = reconcile([givenAnswered(1, {})]);
  const found = givenFindings();
  const run = { end: 'no news' as const, all: [], unsent: [], killed: 2 };
  const words = closingWords(run, sum, found, summarise(sum, found, 0), ['1 dead letters']);
  expect(words).toContain('Ended early: no news.');
  expect(words).toContain('2 environments were killed on the way.');
  expect(words.at(-1)).toBe('IT DOES NOT ADD UP:\n  1 dead letters');
});
