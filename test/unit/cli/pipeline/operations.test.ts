import { describe, expect, test } from 'vitest';
import { Operations } from '../../../../cli/pipeline/operations.ts';
import { accessTo, actsWorld, anna } from '../../../world/acts-world.ts';

const performers = {
  pause: async () => ({ answer: { ordered: [] }, effect: {} }),
  replay: async () => ({ answer: {}, effect: {} }),
};
const named = (name: string) => Object.assign(new Error(name), { name, $fault: 'client' });

describe('an operator’s program', () => {
  test('acts as the owner of its credentials, under the alias of the permission', async () => {
    const world = actsWorld({ performers });

    const answer = await new Operations(accessTo(world)).act('pause', { lanes: ['campaign'] }, 'rates change');

    expect(answer).toEqual({ ordered: [] });
    expect(world.calls.map(({ alias }) => alias)).toEqual(['operate']);
    expect(world.kept()[0]?.by?.arn).toBe('arn:aws:sts::111122223333:assumed-role/operator/anna');
  });

  test('counts the parts of one act under one ID, also side by side', async () => {
    const world = actsWorld({ performers });
    const act = new Operations(accessTo(world)).begin();

    await Promise.all([act.part('replay', {}), act.part('replay', {})]);

    expect(world.kept().map(({ part, phase }) => `${part} ${phase}`)).toEqual([
      '1 begun',
      '1 ended',
      '2 begun',
      '2 ended',
    ]);
    expect(new Set(world.kept().map(({ actId }) => actId)).size).toBe(1);
  });

  test('waits while the function is throttled, and shows it', async () => {
    let throttled = 2;
    const busy: number[] = [];
    const world = actsWorld({
      performers,
      beforeInvoke: () => {
        if (throttled-- > 0) throw named('TooManyRequestsException');
      },
    });
    const access = { ...accessTo(world), waitMilliseconds: 0, onBusy: () => busy.push(1) };

    await new Operations(access).act('replay', {});

    expect([busy.length, world.calls.length]).toEqual([2, 1]);
  });

  test('signs again if its clock is wrong', async () => {
    const world = actsWorld({ performers });
    const access = { ...accessTo(world), now: () => Date.parse('2026-11-28T10:20:00Z') };

    await new Operations(access).act('replay', {});

    expect(world.logged().map(({ phase, error }) => error ?? phase)).toEqual(['proof-late', 'begun', 'ended']);
  });

  test('names to its person that the clock is off, and how to set it', async () => {
    const world = actsWorld({ performers });
    const words: string[] = [];
    const access = { ...accessTo(world), now: () => Date.parse('2026-11-28T10:20:00Z') };

    const act = new Operations({ ...access, onClockOff: (one) => words.push(one) }).begin();
    await act.part('replay', {});
    await act.part('replay', {});

    expect(words).toEqual([
      expect.stringMatching(/^The clock of this computer is 20 min ahead of AWS’s, .*timedatectl/),
    ]);
  });

  test('signs with AWS’s time at once if AWS’s client has measured it: no refusal is recorded', async () => {
    const world = actsWorld({ performers });
    const access = { ...accessTo(world), now: () => Date.parse('2026-11-28T09:48:00Z') };
    Object.assign(access.lambda.config, { systemClockOffset: 12 * 60_000 });
    const words: string[] = [];

    await new Operations({ ...access, onClockOff: (one) => words.push(one) }).act('replay', {});

    expect(world.logged().map(({ phase, error }) => error ?? phase)).toEqual(['begun', 'ended']);
    expect(words[0]).toContain('is 12 min behind AWS’s');
  });

  test('whose clock changes again gets an error with how far it is off', async () => {
    const world = actsWorld({ performers });
    let minutes = 0;
    const now = () => {
      minutes += 20;
      return Date.parse('2026-11-28T10:00:00Z') + minutes * 60_000;
    };
    await expect(new Operations({ ...accessTo(world), now }).act('replay', {})).rejects.toThrow(
      /^The clock of this computer is .* ahead of AWS’s, .* Nothing was done\.$/,
    );
  });

  test('asks once more if AWS itself refuses the time of the signature', async () => {
    const date = 'Sat, 28 Nov 2026 10:00:00 GMT';
    let refusals = 1;
    const world = actsWorld({
      performers,
      beforeInvoke: () => {
        if (refusals-- > 0)
          throw Object.assign(named('InvalidSignatureException'), { $response: { headers: { date } } });
      },
    });
    const access = { ...accessTo(world), now: () => Date.parse('2026-11-28T10:20:00Z') };
    // AWS's client measures the time by each answer, also by a refusal.
    Object.assign(access.lambda.config, { systemClockOffset: -20 * 60_000 });

    await new Operations(access).act('replay', {});

    expect(world.logged().map(({ phase }) => phase)).toEqual(['begun', 'ended']);
  });

  test('goes on with the next part if a part has begun without an answer', async () => {
    const world = actsWorld({ performers });
    const act = new Operations(accessTo(world)).begin();
    world.objects.set(`audit/2026/11/28/${act.id}/000001-begun.json`, '{}');

    await act.part('replay', {});

    expect([...world.objects.keys()].filter((key) => key.endsWith('ended.json'))).toEqual([
      `audit/2026/11/28/${act.id}/000002-ended.json`,
    ]);
  });

  test('shows that the end of an act is not recorded', async () => {
    const world = actsWorld({ performers });
    world.faults.log.add('ended');
    const unrecorded: number[] = [];

    await new Operations({ ...accessTo(world), onUnrecorded: () => unrecorded.push(1) }).act('replay', {});

    expect(unrecorded).toHaveLength(1);
  });

  test.each<[string, unknown, string]>([
    [
      'lacks the permission',
      named('AccessDeniedException'),
      'You may not run parked replay: your identity lacks lambda:InvokeFunction on the function operations:operate. Nothing was done. ' +
        'Ask an administrator for the policy that permits it: docs/permissions.md.',
    ],
    [
      'has a pipeline of an earlier release',
      named('ResourceNotFoundException'),
      'There is no function operations:operate',
    ],
    ['loses the connection', new Error('socket hang up'), 'nobody here knows whether the act was carried out'],
  ])('gets the cause if it %s', async (_, error, words) => {
    const world = actsWorld({
      performers,
      beforeInvoke: () => {
        throw error;
      },
    });
    await expect(new Operations(accessTo(world)).act('replay', {})).rejects.toThrow(words);
  });

  test('with credentials of nobody does nothing', async () => {
    const world = actsWorld({ performers, callers: { anna } });
    await expect(new Operations(accessTo(world, 'mallory')).act('replay', {})).rejects.toThrow(
      'AWS does not confirm that you are a caller of the pipeline’s account. Check your credentials: aws sts get-caller-identity. Nothing was done.',
    );
  });

  test('that is interrupted begins no part', async () => {
    const world = actsWorld({ performers });
    const access = { ...accessTo(world), interrupted: AbortSignal.abort() };
    await expect(new Operations(access).act('replay', {})).rejects.toThrow('Interrupted before the act.');
    expect(world.calls).toEqual([]);
  });
});
