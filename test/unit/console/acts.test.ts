import { describe, expect, it } from 'vitest';
import type { ActForm, ActRun } from '../../../cli/console/contract/acts.ts';
import { effectWords, questionsOf, reasonFault, runWords } from '../../../console/acts/acts.ts';
import { campaignAct, laneAct } from '../../../console/acts/made-acts.ts';
import { withRun } from '../../../console/state/live.ts';
import { sharedActs } from '../../../console/stuck/selection.ts';

const item = (state: ActRun['items'][number]['state'], effect: Record<string, number> = {}) => ({
  act: { name: 'redrive' },
  verb: 'npx onelink dead-letters redrive',
  state,
  effect,
  words: 'Moved.',
});
const run = (part: Partial<ActRun>): ActRun => ({
  run: 'r',
  startedAt: 1,
  endedAt: null,
  state: 'running',
  done: 0,
  of: 1,
  items: [item('running')],
  ...part,
});
const form = (label: string, part: Partial<ActForm> = {}): ActForm => ({
  act: { name: label.toLowerCase() },
  label,
  reason: 'optional',
  confirmation: null,
  isDestructive: false,
  ...part,
});

describe('a run of acts', () => {
  it.each<[Partial<ActRun>, string]>([
    [{}, 'Under way'],
    [{ of: 12, done: 3 }, '3 of 12 done'],
    [{ state: 'done', items: [item('done')] }, 'Done'],
    [{ state: 'failed', items: [item('failed')] }, 'Failed'],
    [{ state: 'done', of: 2, items: [item('done'), item('done')] }, 'All 2 done'],
    [{ state: 'failed', of: 2, items: [item('done'), item('failed')] }, '1 of 2 failed'],
  ])('words its state, case %#', (part, words) => {
    expect(runWords(run(part))).toBe(words);
  });

  it('adds up what its acts did', () => {
    expect(effectWords({ items: [item('done', { redriven: 1_200, left: 1 }), item('done', { redriven: 12 })] })).toBe(
      'redriven 1,212, left 1',
    );
  });

  it('takes the place of its earlier step', () => {
    const known = [run({ run: 'b', startedAt: 2 }), run({ run: 'a', startedAt: 1 })];

    const next = withRun(known, run({ run: 'a', startedAt: 1, done: 1, state: 'done' }));

    expect(next.map((one) => [one.run, one.state])).toEqual([
      ['b', 'running'],
      ['a', 'done'],
    ]);
  });

  it('stays ended, if the answer that began it comes after the event that ended it', () => {
    const ended = [run({ run: 'a', startedAt: 1, done: 1, state: 'done', endedAt: 5 })];

    expect(withRun(ended, run({ run: 'a', startedAt: 1 }))).toEqual(ended);
    expect(withRun([run({ run: 'a', of: 3, done: 2 })], run({ run: 'a', of: 3, done: 1 }))).toMatchObject([
      { done: 2 },
    ]);
  });
});

describe('the confirmation of acts', () => {
  it('asks each question once', () => {
    const forms = [form('Drop', { confirmation: 'Sure?' }), form('Drop', { confirmation: 'Sure?' }), form('Replay')];

    expect(questionsOf(forms)).toEqual(['Sure?']);
  });

  it.each<[string, boolean, string | undefined]>([
    ['', false, undefined],
    ['', true, 'Enter a reason. It is kept with the act.'],
    ['  ', true, 'Enter a reason. It is kept with the act.'],
    ['the vendor has an incident', true, undefined],
    ['a'.repeat(500), true, undefined],
    ['a'.repeat(501), false, 'Use 500 characters at most.'],
    ['two\nlines', false, 'Use one line, without control characters.'],
    ['x\u200By', false, 'Use one line, without control characters.'],
    ['red \u001b[31m', false, 'Use one line, without control characters.'],
  ])('judges the reason %j', (reason, isRequired, fault) => {
    expect(reasonFault(reason, isRequired)).toBe(fault);
  });
});

describe('the acts that the page offers', () => {
  it('resumes a lane that an operator paused, and pauses any other', () => {
    expect(laneAct({ lane: 'campaign', state: 'paused', reason: 'operator' })).toEqual({
      act: { name: 'resume', lanes: ['campaign'] },
      label: 'Resume',
    });
    expect(laneAct({ lane: 'campaign', state: 'paused', reason: 'api-outage' }).label).toBe('Pause');
    expect(laneAct({ lane: 'qr', state: 'open', reason: null }).act).toEqual({ name: 'pause', lanes: ['qr'] });
  });

  it('names a campaign', () => {
    expect(campaignAct('campaign-pause', 'crm', 'spring')).toEqual({
      name: 'campaign-pause',
      source: 'crm',
      campaign: 'spring',
    });
  });

  it('offers for a selection what each of its items offers', () => {
    const [release, drop] = [form('Release'), form('Drop')];

    const shared = sharedActs([{ acts: [release, drop] }, { acts: [form('Drop')] }]);

    expect(shared.map(({ label, forms }) => [label, forms.length])).toEqual([['Drop', 2]]);
    expect(sharedActs([])).toEqual([]);
    expect(sharedActs([{ acts: [release] }, { acts: [] }])).toEqual([]);
  });
});
