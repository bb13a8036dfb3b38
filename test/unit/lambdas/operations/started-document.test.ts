import { describe, expect, test } from 'vitest';
import type { Execution } from '../../../../lambdas/domain/acts/execution.ts';
import { actsWorld, operationsArn } from '../../../world/acts-world.ts';

const now = Date.parse('2026-11-28T10:00:00Z');
const id = '6f1f6d3e-58b1-4a5c-9d8e-2f6f0e4c7a10';
const anna = 'arn:aws:sts::111122223333:assumed-role/operator/anna';
const queue = 'https://sqs.eu-west-1.amazonaws.com/111122223333/campaign';

const pauseBegan: Execution = {
  documentName: 'OneLink-production-pause',
  status: 'InProgress',
  executedBy: anna,
  startedAtMilliseconds: now - 2_000,
  parameters: { Lane: ['campaign'], Reason: ['rates change'] },
  isDirect: true,
};

/** A world with one execution, in which each act is carried out and noted. */
function given(change: Partial<Execution> = {}, performed: unknown = { ordered: [] }) {
  const done: unknown[] = [];
  const work = async (act: unknown, context: unknown) => {
    done.push({ act, context });
    return { answer: performed as never, effect: {} };
  };
  const performers = { pause: work, resume: work, replay: work, redrive: work, 'redrive-outcomes': work };
  return { ...actsWorld({ performers, executions: { [id]: { ...pauseBegan, ...change } } }), done };
}

const call = { execution: id };
const by = { arn: anna, userId: '', account: '111122223333' };

describe('an execution of a document', () => {
  test('is carried out once, in the name of the person whom Systems Manager states', async () => {
    const world = given();

    const result = await world.call(call, 'operate');

    expect(result).toEqual({ v: 1, result: 'done', recorded: true, answer: { ordered: [] } });
    const act = { name: 'pause', lanes: ['campaign'] };
    expect(world.done).toEqual([{ act, context: { by, reason: 'rates change' } }]);
    expect(world.kept()[0]).toEqual({
      v: 1,
      actId: id,
      part: 1,
      phase: 'begun',
      permission: 'operate',
      document: 'OneLink-production-pause',
      act: 'pause',
      target: { lanes: ['campaign'] },
      reason: 'rates change',
      by,
      at: '2026-11-28T10:00:00.000Z',
    });
    expect(world.logged()).toEqual(world.kept());
    // And a second call does nothing, also by another caller
    expect(await world.call(call, 'operate')).toMatchObject({ code: 'begun-before', words: expect.any(String) });
    expect(world.done).toHaveLength(1);
  });

  test('that began before midnight acts once, although it is called again after midnight', async () => {
    let at = Date.parse('2026-11-28T23:59:59Z');
    const executions = { [id]: { ...pauseBegan, startedAtMilliseconds: at } };
    const performers = { pause: async () => ({ answer: { ordered: [] }, effect: {} }) };
    const world = actsWorld({ performers, executions, now: () => at });
    await world.call(call, 'operate');
    at = Date.parse('2026-11-29T00:00:01Z');
    expect(await world.call(call, 'operate')).toMatchObject({ code: 'begun-before' });
  });

  test.each<[string, Partial<Execution>, unknown]>([
    [
      'pauses everything for all',
      { parameters: { Lane: ['all'], Reason: ['stop'] } },
      { name: 'pause', lanes: ['campaign', 'qr'] },
    ],
    [
      'resumes a lane',
      { documentName: 'OneLink-production-resume', parameters: { Lane: ['campaign'], Reason: ['done'] } },
      { name: 'resume', lanes: ['campaign'] },
    ],
    ['replays', { documentName: 'OneLink-production-replay', parameters: { Reason: ['quota'] } }, { name: 'replay' }],
    [
      'redrives, ten letters unless it states another number',
      { documentName: 'OneLink-production-redrive', parameters: { Queue: [`campaign ${queue}`], Reason: ['fixed'] } },
      {
        name: 'redrive',
        queueUrl: queue,
        deadLettersUrl: `${queue}-dead`,
        limit: 10,
        perSecond: 20,
        seconds: 20,
        refused: [],
      },
    ],
    [
      'publishes outcomes again',
      {
        documentName: 'OneLink-production-redrive',
        parameters: { Queue: [`deliveries ${queue}`], Limit: ['400'], Reason: ['fixed'] },
      },
      { name: 'redrive-outcomes', deadLettersUrl: queue, limit: 400, perSecond: 20, seconds: 20, refused: [] },
    ],
  ])('%s', async (_, change, act) => {
    const world = given(change);
    expect(await world.call(call, 'operate')).toMatchObject({ result: 'done' });
    expect(world.done).toMatchObject([{ act }]);
  });
});

describe('a call is refused, recorded, and does nothing', () => {
  const refused = async (code: string, change: Partial<Execution>, event: unknown = call, alias = 'operate') => {
    const world = given(change);
    const result = await world.call(event, alias);
    expect(result).toMatchObject({ result: 'refused', code });
    expect(world.done).toEqual([]);
    expect(world.kept().map(({ phase, error }) => [phase, error])).toEqual([['refused', code]]);
    return { result, record: world.kept()[0] };
  };

  test.each<[string, Partial<Execution>]>([
    ['has another’s document', { documentName: 'Somebody-elses-pause' }],
    ['has a document of another pipeline', { documentName: 'OneLink-staging-pause' }],
    ['has a document of the runbook', { documentName: 'OneLink-production-runbook-lane-paused' }],
    ['has a document with more in its name', { documentName: 'OneLink-production-pause-2' }],
    ['has ended', { status: 'Success' }],
    ['has failed', { status: 'Failed' }],
    ['waits for an approval', { status: 'Waiting' }],
    ['has no status', { status: '' }],
    ['belongs to another automation, an association or a change request', { isDirect: false }],
    ['was started by nobody', { executedBy: '' }],
    ['was started by a service', { executedBy: 'ssm.amazonaws.com' }],
    ['was started by somebody of another account', { executedBy: 'arn:aws:iam::999988887777:user/anna' }],
  ])('if its execution %s', async (_, change) => {
    const { result } = await refused('not-proved', change);
    expect(result).toMatchObject({ words: expect.stringMatching(/^Nothing was done\. /) });
  });

  test('if there is no such execution', async () => {
    await refused('not-proved', {}, { execution: id.replace('6', '7') });
  });

  test.each([
    ['old', now - 301_000],
    ['from the future', now + 301_000],
    ['of no known time', Number.NaN],
  ])('if its execution is %s', async (_, startedAtMilliseconds) => {
    await refused('proof-late', { startedAtMilliseconds });
  });

  test.each<[string, Partial<Execution>]>([
    ['no lane', { parameters: { Reason: ['x'] } }],
    ['no reason', { parameters: { Lane: ['campaign'] } }],
    ['a reason of blanks', { parameters: { Lane: ['campaign'], Reason: ['  '] } }],
    ['a reason of two lines', { parameters: { Lane: ['campaign'], Reason: ['one\ntwo'] } }],
    ['two lanes', { parameters: { Lane: ['campaign', 'qr'], Reason: ['x'] } }],
    ['a lane that is a path', { parameters: { Lane: ['../..'], Reason: ['x'] } }],
    ['another parameter', { parameters: { Lane: ['campaign'], Reason: ['x'], By: ['root'] } }],
    [
      'a limit of its own',
      {
        documentName: 'OneLink-production-redrive',
        parameters: { Queue: [`campaign ${queue}`], Limit: ['1e9'], Reason: ['x'] },
      },
    ],
    [
      'a queue without a name',
      { documentName: 'OneLink-production-redrive', parameters: { Queue: [queue], Reason: ['x'] } },
    ],
  ])('if its execution has %s', async (_, change) => {
    await refused('not-understood', change);
  });

  test('if it comes by the alias of another permission', async () => {
    const { record } = await refused('not-permitted', {}, call, 'support');
    expect(record).toMatchObject({ permission: 'support', by });
  });

  test.each<[string, unknown]>([
    ['its own word for the act', { ...call, act: { name: 'pause', lanes: ['qr'] } }],
    ['its own word for who calls', { ...call, by: anna }],
    ['no ID', { execution: '../../2020/01/01' }],
  ])('if it holds %s', async (_, event) => {
    await refused('not-understood', {}, event);
  });

  test('if the queue is none that the function may read', async () => {
    const parameters = { Queue: ['campaign https://sqs.eu-west-1.amazonaws.com/1/foreign'], Reason: ['x'] };
    await refused('proof-unchecked', { documentName: 'OneLink-production-redrive', parameters });
  });

  test('if Systems Manager cannot be asked', async () => {
    const world = given();
    world.ssm.isUp = false;
    expect(await world.call(call, 'operate')).toMatchObject({ code: 'proof-unchecked' });
    expect(world.done).toEqual([]);
  });

  test('if the stack has no documents', async () => {
    const world = actsWorld({});
    expect(await world.call(call, 'operate', operationsArn)).toMatchObject({ code: 'not-understood' });
  });

  test('if the act cannot be recorded', async () => {
    const world = given();
    world.faults.bucket.add('begun');
    expect(await world.call(call, 'operate')).toMatchObject({ code: 'not-recorded' });
    expect(world.done).toEqual([]);
  });
});
