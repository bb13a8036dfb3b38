import { describe, expect, it } from 'vitest';
import type { ConsoleAct } from '../../../../cli/console/acting/act-forms.ts';
import { type RunPorts, Runs } from '../../../../cli/console/acting/runs.ts';
import type { ActRun } from '../../../../cli/console/contract/acts.ts';
import { problemOf } from '../../../../cli/console/problem.ts';
import { OperatorError } from '../../../../cli/words/operator-error.ts';

const replay: ConsoleAct = { name: 'replay' };
const redrive: ConsoleAct = { name: 'redrive', queue: 'qr' };

function ports(perform: RunPorts['perform']) {
  const seen: ActRun[] = [];
  return {
    seen,
    perform,
    problemOf: (error: unknown) => problemOf(error, true),
    nowMilliseconds: () => 7,
    emit: (run: ActRun) => void seen.push(structuredClone(run)),
  };
}

const options = { reason: undefined, pipeline: '--local' };

describe('acts of a page', () => {
  it('run one after another, and each step is an event', async () => {
    const order: string[] = [];
    const world = ports(async (act, onStep) => {
      order.push(`begin ${act.name}`);
      onStep({ moved: 3 });
      await Promise.resolve();
      order.push(`end ${act.name}`);
      return { effect: { moved: 5 }, words: 'Done.' };
    });

    const { run, ended } = new Runs().begin([replay, redrive], options, world);
    await ended;

    expect(order).toEqual(['begin replay', 'end replay', 'begin redrive', 'end redrive']);
    expect(
      world.seen.map(({ done, items }) => [done, ...items.map(({ state, effect }) => [state, effect.moved])]),
    ).toEqual([
      [0, ['waiting', undefined], ['waiting', undefined]],
      [0, ['running', undefined], ['waiting', undefined]],
      [0, ['running', 3], ['waiting', undefined]],
      [1, ['done', 5], ['running', undefined]],
      [1, ['done', 5], ['running', 3]],
      [2, ['done', 5], ['done', 5]],
    ]);
    expect(run).toMatchObject({ state: 'done', endedAt: 7, of: 2 });
    expect(run.items.map(({ verb }) => verb)).toEqual([
      'npx onelink parked replay --local',
      'npx onelink dead-letters redrive --queue qr --local',
    ]);
  });

  it('go on after one has failed, with the reason', async () => {
    const world = ports(async (act) => {
      if (act.name === 'replay') throw new OperatorError('You may not replay.');
      return { effect: {}, words: 'Done.' };
    });

    const { run, ended } = new Runs().begin([replay, redrive], options, world);
    await ended;

    expect(run.state).toBe('failed');
    expect(run.items.map(({ state, words }) => [state, words])).toEqual([
      ['failed', 'You may not replay.'],
      ['done', 'Done.'],
    ]);
  });

  it('hide the message of an unknown error, which may hold a value', async () => {
    const world = ports(async () => {
      throw new TypeError('cannot read https://acme.onelink.me/A1b3/hidden');
    });

    const { run, ended } = new Runs().begin([replay], options, world);
    await ended;

    expect(run.items[0]?.words).toBe('The console met an error that it does not know (TypeError).');
  });

  it('are kept for a page that is loaded again, the newest first', async () => {
    const runs = new Runs();
    const world = ports(async () => ({ effect: {}, words: '' }));

    const begun = Array.from({ length: 51 }, () => runs.begin([replay], options, world));
    await Promise.all(begun.map(({ ended }) => ended));

    expect(runs.all).toHaveLength(50);
    expect(runs.all[0]?.run).toBe(begun.at(-1)?.run.run);
  });
});
