import { describe, expect, test } from 'vitest';
import { outcomeWords, tallyWords } from '../../../../cli/terminal/outcome-words.ts';
import { givenLink, givenOutcome } from '../../../world/given-outcome.ts';

describe('outcomeWords', () => {
  test('shows the short link and its expiry', () => {
    expect(outcomeWords(givenOutcome({ link: givenLink('abc') }), 'line 3')).toEqual([
      'line 3  crm r-1  created  https://acme.onelink.me/A1b3/abc  until 2026-04-01T10:00:00Z',
    ]);
  });

  test('shows where the QR image is stored', () => {
    const qr = { bucket: 'qr-images', key: 'qr/crm/A1b3/abc.png', format: 'png' as const, bytes: 812 };
    expect(outcomeWords(givenOutcome({ outcome: 'qr-ready', link: givenLink('abc'), qr }), 'line 3')).toEqual([
      'line 3  crm r-1  qr-ready  s3://qr-images/qr/crm/A1b3/abc.png',
    ]);
  });

  test('shows every fault with its path and rule', () => {
    const faults = [
      { path: 'data.af_r', rule: 'format', message: 'must be an absolute https:// URL without a fragment' },
      { path: '', rule: 'json', message: 'the message is not JSON' },
    ];
    const outcome = givenOutcome({
      outcome: 'rejected',
      reason: 'invalid-command',
      source: null,
      requestId: null,
      faults,
    });
    expect(outcomeWords(outcome, 'line 8')).toEqual([
      'line 8  rejected  invalid-command',
      '    data.af_r: must be an absolute https:// URL without a fragment [format]',
      '    the command: the message is not JSON [json]',
    ]);
  });

  test('shows a campaign’s end: its counts, and where its results are', () => {
    const campaign = (state: 'finished' | 'refused', results: object) => ({
      name: 'spring',
      drop: 2,
      state,
      rows: 13,
      counts: state === 'finished' ? { created: 12, rejected: 1, 'not attempted': 0 } : { 'not attempted': 0 },
      results: { bucket: 'campaigns', ...results },
    });
    const ended = { outcome: 'campaign-finished', requestId: null, action: null } as const;
    const csv = 'results/crm/spring.csv';
    const done = givenOutcome({ ...ended, campaign: campaign('finished', { csv, ndjson: 'x' }) });
    expect(outcomeWords(done, '')).toEqual([
      `crm  campaign-finished  spring, drop 2  finished  12 created, 1 rejected  s3://campaigns/${csv}`,
    ]);
    const faults = [{ path: '', rule: 'encoding', message: 'is UTF-16' }];
    const rejected = 'results/crm/spring-rejected.csv';
    const refused = campaign('refused', { rejected });
    expect(outcomeWords(givenOutcome({ ...ended, campaign: refused, reason: 'file-refused', faults }), '')).toEqual([
      `crm  campaign-finished  spring, drop 2  refused  no rows  s3://campaigns/${rejected}  file-refused`,
      '    the file: is UTF-16 [encoding]',
    ]);
  });

  test('spells out control characters in a producer’s name', () => {
    const faults = [{ path: 'data.\u001b[2Jx\u202e\u200b ', rule: 'type', message: 'must be text' }];
    const outcome = givenOutcome({ outcome: 'rejected', reason: 'invalid-command', faults });
    expect(outcomeWords(outcome, '')[1]).toBe('    data.\\u{1b}[2Jx\\u{202e}\\u{200b} : must be text [type]');
  });

  test('marks a repeat', () => {
    expect(outcomeWords(givenOutcome({ repeat: true }), '')).toEqual(['crm r-1  created  (a repeat)']);
  });
});

test('tallyWords puts the largest count first', () => {
  const tally = new Map([
    ['rejected', 2],
    ['created', 1_710],
  ]);
  expect(tallyWords(tally)).toBe('1,710 created, 2 rejected');
});
