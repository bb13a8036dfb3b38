import { describe, expect, it } from 'vitest';
import type { Campaign } from '../../../cli/console/contract/campaigns.ts';
import { countsOf, downloadPath, endWords } from '../../../console/campaigns/campaign-words.ts';
import {
  columnTarget,
  fieldsOf,
  formFaults,
  type PlanForm,
  settingsOf,
  targetText,
} from '../../../console/campaigns/mapping.ts';

const form: PlanForm = {
  source: 'crm',
  name: 'spring',
  template: 'A1b3',
  lane: '',
  key: 'Nummer',
  targets: [
    { header: 'Nummer', kind: 'request_id', name: '' },
    { header: 'Mail', kind: 'carry', name: 'Mail' },
    { header: 'Filiale', kind: 'data', name: ' af_sub1 ' },
  ],
  defaults: [
    { target: ' data.pid ', value: ' crm email ' },
    { target: '', value: 'left over' },
  ],
  sendBy: '2026-12-01T09:00',
  needsApproval: true,
};

describe('what a column becomes', () => {
  it.each([
    ['-', 'carry', ''],
    ['data.c', 'data', 'c'],
    ['data.deep.link', 'data', 'deep.link'],
    ['metadata.segment', 'metadata', 'segment'],
    ['request_id', 'request_id', ''],
  ])('reads the target %s, and writes it again', (target, kind, name) => {
    const read = columnTarget({ header: 'Spalte', target });

    expect(read).toEqual({ header: 'Spalte', kind, name });
    expect(targetText(read)).toBe(target);
  });

  it('offers the fields, and not the patterns of parameters', () => {
    expect(fieldsOf(['request_id', '-', 'data.<parameter>', 'ttl', 'metadata.segment'])).toEqual(['request_id', 'ttl']);
  });
});

describe('the settings of a campaign', () => {
  it('has what the form has, and nothing that it leaves open', () => {
    expect(settingsOf(form)).toEqual({
      template: 'A1b3',
      columns: { Nummer: 'request_id', Mail: '-', Filiale: 'data.af_sub1' },
      defaults: { 'data.pid': ' crm email ' },
      key: 'Nummer',
      sendBy: '2026-12-01T09:00:00Z',
      approval: 'required',
    });
    const bare = { ...form, template: '', key: '', defaults: [], sendBy: '', needsApproval: false, targets: [] };
    expect(settingsOf(bare)).toEqual({ columns: {} });
  });

  it('takes a time with seconds, as some browsers give it', () => {
    expect(settingsOf({ ...form, sendBy: '2026-12-01T09:00:30' }).sendBy).toBe('2026-12-01T09:00:00Z');
  });

  it('lets a complete form pass', () => {
    expect(formFaults(form)).toEqual([]);
  });

  it('names all that is missing at once', () => {
    const targets = [
      { header: 'A', kind: 'data', name: ' ' },
      { header: 'B', kind: 'ttl', name: '' },
      { header: 'C', kind: 'ttl', name: '' },
      { header: 'D', kind: 'carry', name: '' },
      { header: 'E', kind: 'carry', name: '' },
    ];

    expect(formFaults({ ...form, source: '', name: ' ', targets })).toEqual([
      'Choose the producer.',
      'Enter a name for the campaign.',
      'Enter the name of the parameter that the column A becomes.',
      'Two columns become ttl. One target takes one column.',
    ]);
  });
});

const campaign = {
  state: 'sending',
  paused: false,
  endedAt: null,
  endsAt: Date.UTC(2026, 10, 28, 12),
  sendBy: null,
  inTime: null,
} as Campaign;

describe('when a campaign ends', () => {
  it.each<[Partial<Campaign>, string]>([
    [{}, 'It ends at about 2026-11-28 12:00:00 UTC, if the lane keeps its rate.'],
    [{ endsAt: null }, 'When it ends is unknown.'],
    [{ paused: true }, 'It sends nothing until somebody resumes it.'],
    [{ state: 'waiting' }, 'It sends nothing until somebody approves it.'],
    [{ endedAt: Date.UTC(2026, 10, 28, 11) }, 'It ended at 2026-11-28 11:00:00 UTC.'],
    [
      { endsAt: null, sendBy: Date.UTC(2026, 10, 28, 11), inTime: false },
      'When it ends is unknown. It should be sent by 2026-11-28 11:00:00 UTC. That is too late.',
    ],
  ])('case %#', (part, words) => {
    expect(endWords({ ...campaign, ...part })).toBe(words);
  });

  it('counts the statuses that rows have, the most frequent first', () => {
    expect(countsOf({ created: 2, rejected: 0, 'not attempted': 5 })).toEqual([
      { status: 'not attempted', count: 5 },
      { status: 'created', count: 2 },
    ]);
  });

  it('names a download by its campaign', () => {
    expect(downloadPath('crm', 'a/b', 'codes')).toBe('/api/campaigns/crm/a%2Fb/codes');
  });
});
