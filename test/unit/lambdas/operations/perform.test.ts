import { describe, expect, test } from 'vitest';
import { proofOf } from '../../../../cli/pipeline/proof.ts';
import type { Facts } from '../../../../lambdas/domain/acts/act.ts';
import { actHeader, type Invocation } from '../../../../lambdas/domain/acts/request.ts';
import { ActFailed } from '../../../../lambdas/operations/performers.ts';
import { sessionOf, userOf } from '../../../../local/cloud/access/caller.ts';
import { actsWorld, anna, operationsArn } from '../../../world/acts-world.ts';

const now = Date.parse('2026-11-28T10:00:00Z');
const actId = '6f1f6d3e-58b1-4a5c-9d8e-2f6f0e4c7a10';
const key = `audit/2026/11/28/${actId}/000001`;
const pause = { name: 'pause', lanes: ['campaign'] };
const by = {
  arn: 'arn:aws:sts::111122223333:assumed-role/operator/anna',
  userId: anna.senderId,
  account: '111122223333',
};

/** A world in which a pause counts how often it is carried out. */
function given(work: () => Facts = () => ({ changed: ['campaign paused'] })) {
  const done: unknown[] = [];
  const world = actsWorld({
    callers: {
      anna,
      // Anna's own user, in an account of hers.
      elsewhere: userOf('arn:aws:iam::999988887777:user/nobody'),
      bob: sessionOf('arn:aws:iam::111122223333:role/support', 'bob', []),
    },
    performers: {
      pause: async (act, context) => {
        const effect = work();
        done.push({ act, context });
        return { answer: { ordered: [] }, effect };
      },
    },
  });
  return { ...world, done };
}

interface Change {
  accessKeyId?: string;
  /** What is signed, if it is not what is sent. */
  signed?: Partial<Pick<Invocation, 'actId' | 'part' | 'act' | 'reason'>>;
  functionArn?: string;
  signedAlias?: string;
  at?: number;
}

async function signed(change: Partial<Invocation> = {}, { signed = {}, ...by }: Change = {}): Promise<Invocation> {
  const { accessKeyId = 'anna', functionArn = operationsArn, signedAlias: alias = 'operate', at = now } = by;
  const asked = { v: 1, actId, part: 1, act: pause, reason: 'rates change', ...change } as const;
  const header = actHeader({ functionArn, alias }, { ...asked, ...signed });
  const credentials = async () => ({ accessKeyId, secretAccessKey: accessKeyId });
  const proof = await proofOf({ functionArn: operationsArn, credentials, variables: {} }, header, at);
  return { ...asked, proof: change.proof ?? proof };
}

describe('a reason', () => {
  test.each([
    ['nothing but blanks', '  '],
    ['a control character', '\u001b[31m'],
    ['one between words', 'rates \u001b[31mchange'],
    ['a second line', 'rates change\nnow'],
    ['a line separator', 'rates\u2028change'],
    ['a mark that turns the line around', 'rates \u202echange'],
    ['more than 500 characters', 'x'.repeat(501)],
  ])('with %s is refused, and nothing is done', async (_, reason) => {
    const world = given();
    expect(await world.call(await signed({ reason }), 'operate')).toMatchObject({
      result: 'refused',
      code: 'not-understood',
    });
    expect(world.done).toEqual([]);
  });
});

describe('an act', () => {
  test('is recorded in both places before and after it, with who, what, why and its effect', async () => {
    const world = given();

    const result = await world.call(await signed(), 'operate');

    expect(result).toEqual({ v: 1, result: 'done', recorded: true, answer: { ordered: [] } });
    const common = {
      v: 1,
      actId,
      part: 1,
      permission: 'operate',
      act: 'pause',
      target: { lanes: ['campaign'] },
      reason: 'rates change',
      by,
      at: '2026-11-28T10:00:00.000Z',
    };
    const begun = { ...common, phase: 'begun' };
    const ended = { ...common, phase: 'ended', result: 'done', effect: { changed: ['campaign paused'] } };
    expect([...world.objects.keys()]).toEqual([`${key}-begun.json`, `${key}-ended.json`]);
    expect(world.kept()).toEqual([begun, ended]);
    expect(world.logged()).toEqual([begun, ended]);
    expect(world.metrics).toEqual({ ActPerformed: 1 });
  });

  test.each(['bucket', 'log'] as const)(
    'is not carried out if its begin cannot be recorded in the %s',
    async (place) => {
      const world = given();
      world.faults[place].add('begun');

      const result = await world.call(await signed(), 'operate');

      expect(result).toMatchObject({ result: 'refused', code: 'not-recorded' });
      expect(world.done).toEqual([]);
      expect(world.metrics.AuditFailed).toBe(1);
    },
  );

  test.each(['bucket', 'log'] as const)('shows that its end cannot be recorded in the %s', async (place) => {
    const world = given();
    world.faults[place].add('ended');

    const result = await world.call(await signed(), 'operate');

    expect(result).toMatchObject({ result: 'done', recorded: false });
    expect(world.done).toHaveLength(1);
    expect(world.metrics.AuditFailed).toBe(1);
    // The other place has it.
    expect((place === 'bucket' ? world.logged() : world.kept()).at(-1)?.phase).toBe('ended');
  });

  test('that its object does not allow fails with its words, and the record has them', async () => {
    const world = given(() => {
      throw new ActFailed('There is no lane campaign.', { changed: [] });
    });

    const result = await world.call(await signed(), 'operate');

    expect(result).toEqual({ v: 1, result: 'failed', recorded: true, words: 'There is no lane campaign.' });
    expect(world.kept().at(-1)).toMatchObject({
      phase: 'ended',
      result: 'failed',
      error: 'There is no lane campaign.',
    });
  });

  test('that meets an unknown error shows its name alone, because its words may hold a value', async () => {
    const world = given(() => {
      throw new TypeError('cannot read https://acme.onelink.me/A1b3/secret');
    });

    expect(await world.call(await signed(), 'operate')).toMatchObject({ result: 'failed', words: 'TypeError' });
    expect(JSON.stringify([...world.objects])).not.toContain('secret');
  });
});

describe('a call is refused, recorded, and does nothing', () => {
  const refused = async (event: unknown, code: string, alias: string | undefined = 'operate', arn = operationsArn) => {
    const world = given();
    const result = await world.call(event, alias, arn);
    expect(result).toEqual({ v: 1, result: 'refused', code, nowMilliseconds: now });
    expect(world.done).toEqual([]);
    expect(world.metrics.ActRefused).toBe(1);
    expect(world.kept()).toEqual(world.logged());
    const [record, ...others] = world.kept();
    expect([record?.phase, record?.error, others]).toEqual(['refused', code, []]);
    return record;
  };

  test('if another has signed it than its fields name', async () => {
    const record = await refused(await signed({}, { accessKeyId: 'mallory' }), 'not-proved');
    expect(record).not.toHaveProperty('by');
  });

  test('if the signer is of another account, who cannot have invoked the function', async () => {
    const record = await refused(await signed({}, { accessKeyId: 'elsewhere' }), 'not-proved');
    expect(record?.by?.account).toBe('999988887777');
  });

  test.each<[string, Change]>([
    ['another act', { signed: { act: { name: 'pause', lanes: ['transactional'] } } }],
    ['another reason', { signed: { reason: 'another reason' } }],
    ['no reason', { signed: { reason: undefined } as never }],
    ['another part', { signed: { part: 2 } }],
    ['another act’s ID', { signed: { actId: '6f1f6d3e-58b1-4a5c-9d8e-2f6f0e4c7a11' } }],
    ['another permission', { signedAlias: 'support' }],
    ['another function', { functionArn: `${operationsArn}-of-staging` }],
  ])('if the signature is for %s', async (_, change) => {
    await refused(await signed({}, change), 'not-proved');
  });

  test('if the signature does not bind the act', async () => {
    const { proof, ...asked } = await signed();
    const authorization = proof.authorization.replace(';x-onelink-act', '');
    await refused({ ...asked, proof: { ...proof, authorization } }, 'not-understood');
  });

  test.each([
    ['old', -301_000],
    ['from the future', 301_000],
  ])('if the signature is %s', async (_, milliseconds) => {
    const record = await refused(await signed({}, { at: now + milliseconds }), 'proof-late');
    expect(record?.act).toBe('pause');
  });

  test('if its date is no date', async () => {
    const { proof, ...asked } = await signed();
    await refused({ ...asked, proof: { ...proof, date: '20261399T999999Z' } }, 'proof-late');
  });

  test('if it comes by an alias of another permission, by $LATEST or by none', async () => {
    const asSupport = await signed({}, { accessKeyId: 'bob', signedAlias: 'support' });
    expect(await refused(asSupport, 'not-permitted', 'support')).toMatchObject({
      by: { arn: 'arn:aws:sts::111122223333:assumed-role/support/bob' },
      permission: 'support',
    });
    await refused(await signed({}, { signedAlias: '$LATEST' }), 'not-permitted', '$LATEST');
    const world = given();
    expect(await world.call(await signed({}, { signedAlias: '' }), undefined)).toMatchObject({ code: 'not-permitted' });
    expect(world.done).toEqual([]);
  });

  test('if it needs a reason and has none', async () => {
    await refused(await signed({ reason: undefined } as never), 'reason-missing');
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['text', 'pause'],
    ['an unknown act', { act: { name: 'delete-everything' } }],
    ['an act with a name that each object has', { act: { name: 'constructor' } }],
    ['an act with another field', { act: { ...pause, force: true } }],
    ['an act without lanes', { act: { name: 'pause', lanes: [] } }],
    ['a reason of two lines', { reason: 'one\ntwo' }],
    ['a part below 1', { part: 0 }],
    ['an ID that is a path', { actId: '../../2020/01/01' }],
    ['its own word for who calls', { by: { arn: 'arn:aws:iam::111122223333:user/root' } }],
  ])('if it is %s', async (_, change) => {
    const event = typeof change === 'object' && change !== null ? { ...(await signed()), ...change } : change;
    const record = await refused(event, 'not-understood');
    expect(record?.act).toBe('unknown');
  });

  test('if STS cannot be asked', async () => {
    const world = given();
    world.sts.isUp = false;
    expect(await world.call(await signed(), 'operate')).toMatchObject({ code: 'proof-unchecked' });
    expect(world.done).toEqual([]);
    expect(world.sts.asked).toBe(2);
  });

  test('if this part has begun before', async () => {
    const world = given();
    const event = await signed();
    await world.call(event, 'operate');
    expect(await world.call(event, 'operate')).toMatchObject({ result: 'refused', code: 'begun-before' });
    expect(world.done).toHaveLength(1);
  });
});
