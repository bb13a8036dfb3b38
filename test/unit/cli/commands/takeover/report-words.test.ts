import { describe, expect, test } from 'vitest';
import {
  isComplete,
  ReportCounts,
  type ReportRow,
  reportLines,
} from '../../../../../cli/commands/takeover/report-words.ts';
import type { RowClass } from '../../../../../cli/pipeline/takeover/classes.ts';
import { givenCampaign } from '../../../../world/given-campaign.ts';

const row = (one: RowClass, result?: ReportRow['result']): ReportRow => ({
  row: { line: 1, text: '', is: 'link', address: { onelinkId: 'A1b3', shortlinkId: 'one' } },
  class: one,
  result,
});
function counted(rows: ReportRow[]): ReportCounts {
  const counts = new ReportCounts();
  for (const one of rows) counts.add(one);
  return counts;
}

describe('the report of a takeover', () => {
  test('has each row once, with what to do, and why rows are rejected', () => {
    const counts = counted([
      row('adopt', { status: 'adopted' }),
      row('adopt', { status: 'adopted' }),
      row('migrate', { status: 'rejected', reason: 'api-error' }),
      row('migrate', { status: 'rejected', reason: 'not-owner' }),
      row('migrate', { status: 'rejected', reason: 'not-owner' }),
      row('adopt', { status: 'not attempted' }),
      row('adopt', { status: 'ended', reason: 'link-deleted' }),
      row('ours', { status: 'other-domain' }),
      row('ours'),
      row('no-link'),
    ]);
    const record = givenCampaign({ name: 'links.takeover', state: 'sending' });
    const lines = reportLines(counts, { state: 'known', record, byDigest: new Map() }, 'crm/links.takeover');
    expect(lines.slice(1)).toEqual([
      'rows      10',
      '   2  adopted        The ledger has it as the producer’s.',
      '   1  ended          It was the producer’s, and has ended since, for the reasons below. Make a new link.',
      '   1  other-domain   The ledger has it as the producer’s, under another domain than the list. To change that, send an update with brandDomain.',
      '   1  not attempted  It is not sent yet, or its answer is not here yet. Wait, or run it again if the campaign has ended.',
      '   3  rejected       It is not taken over, for the reasons below. When a reason is gone: onelink takeover run --again',
      '      2 not-owner. Another producer has it. Ask that producer.',
      '      1 api-error',
      '      1 link-deleted',
      '   1  ours           The ledger has it as the producer’s. Nothing to do.',
      '   1  no-link        It is no short URL. Correct the row, or ignore it.',
    ]);
    expect(isComplete(counts)).toBe(false);
  });

  test('states the remedy of each reason, and the first fault of the options', () => {
    const fault = { path: 'keepUntil', rule: 'keep', message: 'requires a TTL of at least 14 days' };
    const counts = counted([
      row('adopt', { status: 'rejected', reason: 'made-elsewhere' }),
      row('adopt', { status: 'rejected', reason: 'invalid-command', faults: [fault] }),
      row('adopt', { status: 'rejected', reason: 'invalid-command', faults: [{ ...fault, message: 'another' }] }),
      row('adopt', { status: 'owned' }),
    ]);
    const lines = reportLines(counts, { state: 'none', other: undefined, byDigest: new Map() }, 'crm/links.takeover');
    expect(lines.slice(2)).toEqual([
      '  1  owned          Another command has made it the producer’s since this takeover was refused.',
      '  3  rejected       It is not taken over, for the reasons below. When a reason is gone: onelink takeover run --again',
      '     2 invalid-command. keepUntil: requires a TTL of at least 14 days. Give other options: onelink takeover run --again',
      '     1 made-elsewhere. No call of the API changes such a link. See “Refused links” in docs/takeover.md.',
    ]);
    expect(isComplete(counted([row('adopt', { status: 'owned' })]))).toBe(true);
  });

  test('is complete when no fit row is left, whatever the other rows are', () => {
    expect(isComplete(counted([row('adopt', { status: 'adopted' }), row('absent'), row('refused')]))).toBe(true);
    expect(isComplete(counted([row('adopt', { status: 'ended', reason: 'link-deleted' })]))).toBe(true);
    expect(isComplete(counted([row('ours', { status: 'other-domain' })]))).toBe(false);
    expect(isComplete(counted([row('adopt', { status: 'not sent' })]))).toBe(false);
    expect(isComplete(counted([row('undecided')]))).toBe(false);
    expect(isComplete(counted([row('unread')]))).toBe(false);
  });
});
