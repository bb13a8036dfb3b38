import { DeleteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { decide } from '../../../cli/commands/senders/decision.ts';
import { Operations } from '../../../cli/pipeline/operations.ts';
import { HeldStore } from '../../../lambdas/adapters/held-store.ts';
import { SenderDecisionsTable } from '../../../lambdas/adapters/sender-decisions-table.ts';
import type { ParkedCommand } from '../../../lambdas/domain/contract/parked-command.ts';
import { senderActs } from '../../../lambdas/operations/senders.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { config, configFile } from '../../../lib/config/chosen-config.ts';
import { accessTo, actsWorld } from '../../world/acts-world.ts';
import { givenEngines, givenTable } from '../lambdas/adapters/given-engines.ts';
import { givenStack } from './given-stack.ts';

const { s3, bucket: makeBucket, settings } = await givenEngines();
const { client, table } = await givenTable();
let buckets = 0;
let bucket = '';
const acts = () =>
  senderActs({
    senders: new SenderDecisionsTable(client, table, systemClock),
    held: new HeldStore(s3, bucket),
    clock: systemClock,
  });
const onelink = await givenStack('OneLink-production', () => ({ ArchiveBucketName: bucket, LedgerTableName: table }), {
  'sender-confirm': (act, context) => acts()['sender-confirm'](act, context),
  'sender-reject': (act, context) => acts()['sender-reject'](act, context),
});
process.env.AWS_ENDPOINT_URL_S3 = settings.endpoint;

const own = 'AROAOWNOWNOWNOWNOWN01';
const stranger = 'AROASTRANGERSTRANGE02';
const user = 'AIDASTRANGERSTRANGE03';
const studios = 'AROASTUDIOSTUDIOSTU04';
const role = 'arn:aws:iam::111122223333:role/crm';
const line = `{ role: '${role}', senderId: '${stranger}' }`;
const heldAt = Date.parse('2026-03-09T10:15:30Z');
const command: ParkedCommand = {
  v: 1,
  lane: 'campaign',
  messageId: 'm-1',
  sentAtMilliseconds: 5,
  receiveCount: 1,
  parkedAtMilliseconds: heldAt,
  source: 'crm',
  requestId: 'r-1',
  sender: stranger,
  body: '{"data":{"pid":"secret-pid"}}',
};
const hold = async (change: Partial<ParkedCommand> = {}) => {
  const store = new HeldStore(s3, bucket);
  await Promise.all([
    store.add({ ...command, ...change }),
    store.add({ ...command, requestId: 'r-2', parkedAtMilliseconds: heldAt + 1_000, ...change }),
  ]);
};
const record = async () => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  return Items.map((item) => unmarshall(item)).find(({ pk }) => pk === 'senders');
};
const decision = (verb: string, id: string, ...more: string[]) =>
  onelink('senders', verb, id, '--source', 'crm', '--reason', 'ticket 4711', ...more);
/** Confirms a sender of which nothing is held. */
const confirmUnseen = (id: string, ...more: string[]) => decision('confirm', id, '--yes', ...more);

const producers = config.stages.production?.pipelines[0]?.producers ?? expect.fail('no producers');
const before = producers.map(({ principals }) => principals);

const bind = (source: string, ...principals: { role: string; senderId: string }[]) => {
  const producer = producers.find((one) => one.source === source) ?? expect.fail(source);
  producer.principals = principals;
};

beforeAll(async () => {
  const { protocol, hostname, port } = (await client.config.endpoint?.()) ?? expect.fail('no endpoint');
  process.env.AWS_ENDPOINT_URL_DYNAMODB = `${protocol}//${hostname}:${port}`;
  bind('crm', { role, senderId: own });
  bind('product');
  bind('studio', { role: 'arn:aws:iam::111122223333:role/studio', senderId: studios });
});
afterAll(() => {
  delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
  for (const [index, principals] of before.entries()) Object.assign(producers[index] ?? {}, { principals });
});
beforeEach(async () => {
  bucket = await makeBucket(`senders-${++buckets}`);
  await client.send(new DeleteItemCommand({ TableName: table, Key: { pk: { S: 'senders' } } }));
});

describe('onelink senders list', () => {
  test('names unbound sources, and ends with 0 while nothing is held', async () => {
    expect(await onelink('senders', 'list')).toEqual({
      code: 0,
      out: ['product  nothing binds it: each sender that reaches its lane’s queue may send as it'],
      err: ['no commands are held'],
    });
  });

  test('names each sender, its held commands, their age and the decision', async () => {
    await hold();
    await hold({ source: 'studio', sender: user });
    await decision('reject', studios.replace('STUDIO', 'NOBODY'));
    // No act takes such a reason. Somebody has written it into the record by hand.
    const byHand = { decision: 'confirmed', at: heldAt, reason: 'the new role\u001b[2J' } as const;
    await new SenderDecisionsTable(client, table, systemClock).decide('studio', user, byHand);
    const { code, out, err } = await onelink('senders', 'list', '--json');
    expect(out.map((one) => JSON.parse(one))).toEqual([
      {
        kind: 'held',
        source: 'crm',
        sender: stranger,
        commands: 2,
        state: 'undecided',
        since: '2026-03-09T10:15:30.000Z',
      },
      expect.objectContaining({
        source: 'studio',
        sender: user,
        commands: 2,
        state: 'confirmed',
        decision: 'confirmed',
      }),
      expect.objectContaining({ kind: 'decided', source: 'crm', decision: 'rejected', reason: 'ticket 4711' }),
      { kind: 'unbound', source: 'product' },
    ]);
    expect(code).toBe(1);
    expect(err).toEqual([expect.stringContaining('onelink senders confirm ID --source SOURCE --reason')]);
    expect(err[0]).toContain('onelink senders show --source SOURCE --id ID');
    const words = await onelink('senders', 'list');
    expect(words.out[0]).toMatch(
      /^crm {2}AROASTRANGERSTRANGE02 {2}2 commands held since 2026-03-09 10:15:30 UTC \(\d+ d.* ago\) {2}nobody has decided$/,
    );
    expect(words.out[1]).toContain('“the new role\\u{1b}[2J”');
    expect(JSON.stringify(words)).not.toContain('secret');
  });

  test('shows that the configuration knows a sender by now', async () => {
    await hold({ sender: own });
    const { code, out } = await onelink('senders', 'list');
    expect(out[0]).toContain('known by the configuration: sent back when it is deployed');
    expect(code).toBe(1);
  });

  test('refuses a record of decisions that it cannot read, instead of showing none', async () => {
    await client.send(new PutItemCommand({ TableName: table, Item: { pk: { S: 'senders' }, v: { N: '2' } } }));
    const { code, out, err } = await onelink('senders', 'list');
    expect([code, out]).toEqual([2, []]);
    expect(err[0]).toContain('The record of decisions about senders cannot be read.');
    await hold();
    expect((await decision('confirm', stranger)).code).toBe(2);
    expect(await record()).toMatchObject({ v: 2 });
  });
});

describe('onelink senders show', () => {
  const body = JSON.stringify({
    specVersion: '1.0',
    source: 'crm',
    requestId: 'r-1',
    action: 'create',
    data: { pid: 'secret-pid' },
  });

  test('lists the held commands of one sender, without their values', async () => {
    await hold({ body });
    const { code, out, err } = await onelink('senders', 'show', '--source', 'crm', '--id', stranger, '--json');
    expect(out.map((one) => JSON.parse(one))[0]).toEqual({
      requestId: 'r-1',
      action: 'create',
      lane: 'campaign',
      messageId: 'm-1',
      sentAt: '1970-01-01T00:00:00.005Z',
    });
    expect([code, out.length, err]).toEqual([0, 2, []]);
    const words = await onelink('senders', 'show', '--source', 'crm', '--id', stranger);
    expect(words.out[0]).toBe('r-1  create  campaign  sent 1970-01-01 00:00:00 UTC');
    expect(JSON.stringify([out, words])).not.toContain('secret');
  });

  test('shows the first twenty, and all with --all', async () => {
    for (let index = 0; index < 11; index++) await hold({ body, parkedAtMilliseconds: heldAt + index * 60_000 });
    const { out, err } = await onelink('senders', 'show', '--source', 'crm', '--id', stranger);
    expect(out).toHaveLength(20);
    expect(err).toEqual(['2 more commands held; --all shows them']);
    expect((await onelink('senders', 'show', '--source', 'crm', '--id', stranger, '--all')).out).toHaveLength(22);
  });

  test('shows an unreadable command by its message, and ends with 0 if nothing is held', async () => {
    await hold({ body: 'not JSON' });
    const shown = await onelink('senders', 'show', '--source', 'crm', '--id', stranger);
    expect(shown.out[0]).toBe('message m-1  ?  campaign  sent 1970-01-01 00:00:00 UTC');
    const none = await onelink('senders', 'show', '--source', 'crm', '--id', user);
    expect(none).toEqual({ code: 0, out: [], err: ['Nothing is held from this sender.'] });
  });
});

describe('onelink senders confirm and reject', () => {
  test('confirm records the decision, and prints the line of the configuration', async () => {
    await hold();
    const { code, out } = await decision('confirm', stranger);
    expect(out.join('\n').split('\n')).toEqual([
      expect.stringMatching(/^crm {2}AROASTRANGERSTRANGE02 {2}confirmed \S+ \S+ UTC: “ticket 4711”$/),
      '2 commands held. The replayer sends what is held back within a minute.',
      `To bind it for good, put this into the principals of crm in ${configFile}, and deploy:`,
      `  ${line}`,
      `Keep the line with ${own} until no command of that ID is in a queue or parked.`,
    ]);
    expect(code).toBe(0);
    expect(await record()).toMatchObject({
      v: 1,
      revision: 1,
      decisions: { [`crm/${stranger}`]: { decision: 'confirmed', reason: 'ticket 4711' } },
    });
  });

  test('confirm of a user, whose ARN nothing shows, leaves its place open', async () => {
    const { out } = await confirmUnseen(user, '--json');
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      source: 'crm',
      sender: user,
      decision: 'confirmed',
      changed: true,
      held: 0,
      principal: { user: 'arn:aws:iam::ACCOUNT:user/NAME', senderId: user },
    });
  });

  test('reject records the decision, and prints no line', async () => {
    const { code, out } = await decision('reject', stranger, '--json');
    expect(JSON.parse(out[0] ?? '')).toEqual({
      source: 'crm',
      sender: stranger,
      decision: 'rejected',
      reason: 'ticket 4711',
      changed: true,
      held: 0,
      decidedAt: expect.any(String),
    });
    expect(code).toBe(0);
  });

  test('a repeat with the same reason writes nothing', async () => {
    await confirmUnseen(stranger);
    const first = await record();
    const repeat = await decision('confirm', stranger, '--json');
    expect(JSON.parse(repeat.out[0] ?? '')).toMatchObject({ changed: false, reason: 'ticket 4711' });
    expect(repeat.code).toBe(0);
    expect(await record()).toEqual(first);
  });

  test('the same decision with another reason is refused until --replace', async () => {
    await confirmUnseen(stranger);
    const again = ['senders', 'confirm', stranger, '--source', 'crm', '--reason', 'ticket 5000'];
    const refused = await onelink(...again);
    expect(refused.err[0]).toMatch(
      / and crm: confirmed \S+ \S+ UTC: “ticket 4711”\. To replace it, add --replace\. Nothing was recorded\.$/,
    );
    expect([refused.code, refused.out]).toEqual([2, []]);
    expect((await onelink(...again, '--replace')).code).toBe(0);
    expect((await record())?.decisions).toMatchObject({ [`crm/${stranger}`]: { reason: 'ticket 5000' } });
  });

  test('confirm of a sender of which nothing is held demands --yes', async () => {
    const refused = await decision('confirm', stranger);
    expect([refused.code, refused.out]).toEqual([2, []]);
    expect(refused.err[0]).toMatch(
      /^Nothing is held from AROASTRANGERSTRANGE02 for crm: the ID may be mistyped.* add --yes\. Nothing was recorded\.$/,
    );
    expect(await record()).toBeUndefined();
    expect((await confirmUnseen(stranger)).code).toBe(0);
  });

  test('confirm for a producer with an account alone states that a role may stand beside it', async () => {
    const studio = producers.find(({ source }) => source === 'studio') ?? expect.fail('no studio');
    const { principals } = studio;
    studio.principals = [{ account: '444455556666' }];
    const { out } = await onelink('senders', 'confirm', stranger, '--source', 'studio', '--reason', 'x', '--yes');
    studio.principals = principals;
    expect(out.join()).toContain(
      'studio sends by an ingress queue. A role or a user may stand beside its account or service.',
    );
  });

  test('the opposite decision stands until --replace', async () => {
    await decision('reject', stranger);
    const refused = await decision('confirm', stranger);
    expect(refused.err[0]).toMatch(
      / and crm: rejected \S+ \S+ UTC: “ticket 4711”\. To replace it, add --replace\. Nothing was recorded\.$/,
    );
    expect(refused.code).toBe(2);
    expect((await decision('confirm', stranger, '--replace')).code).toBe(0);
    expect(await record()).toMatchObject({
      revision: 2,
      decisions: { [`crm/${stranger}`]: { decision: 'confirmed' } },
    });
  });

  test('of two operators at once, the second one gets an error, and other decisions stay', async () => {
    const decisions = new SenderDecisionsTable(client, table, systemClock);
    const other = { decision: 'rejected', at: 7, reason: 'the other operator' } as const;
    const read = async () => {
      const known = await decisions.read();
      await decisions.decide('crm', user, { ...other, decision: 'confirmed' }, undefined);
      await decisions.decide('crm', stranger, other, undefined);
      return known;
    };
    const senders = { read, decide: decisions.decide.bind(decisions) };
    const pipeline = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
    const asked = {
      source: 'crm',
      sender: stranger,
      decision: 'confirmed',
      reason: 'mine',
      replace: true,
      unseen: true,
    } as const;
    const held = new HeldStore(s3, bucket);
    const world = actsWorld({ performers: senderActs({ senders, held, clock: systemClock }) });
    const ports = { operations: new Operations(accessTo(world)), held };
    await expect(decide(asked, pipeline, ports)).rejects.toThrow('Another operator has decided about');
    expect((await record())?.decisions).toEqual({
      [`crm/${user}`]: { ...other, decision: 'confirmed' },
      [`crm/${stranger}`]: other,
    });
  });

  test.each([
    [
      'confirm',
      'loyalty',
      stranger,
      'There is no producer loyalty in the configuration. It has: crm, product, studio.',
    ],
    ['confirm', 'product', stranger, 'Nothing binds product in the configuration, so its commands are never held.'],
    ['confirm', 'crm', own, `The configuration binds ${own} to crm already.`],
    ['reject', 'crm', own, `The configuration binds ${own} to crm already.`],
    ['confirm', 'crm', studios, `The configuration gives ${studios} to studio`],
    ['reject', 'crm', studios, `The configuration gives ${studios} to studio`],
    ['confirm', 'crm', `${stranger}:session`, 'The ID must be the unique ID of a role (AROA…) or a user (AIDA…)'],
    ['confirm', 'crm', stranger.toLowerCase(), 'The ID must be the unique ID of a role (AROA…) or a user (AIDA…)'],
    ['reject', 'crm', 'arn:aws:iam::111122223333:role/crm', 'The ID must be the unique ID of a role'],
    ['reject', 'crm', '111122223333', 'The ID must be the unique ID of a role'],
    ['confirm', 'crm', '111122223333', '111122223333 is an AWS account: its root user, or a federated user.'],
    ['reject', 'crm', 'unknown', 'SQS reported no sender for these commands'],
  ])('%s --source %s %s is refused', async (verb, source, id, words) => {
    const { code, out, err } = await onelink('senders', verb, id, '--source', source, '--reason', 'x');
    expect({ code, out, err }).toEqual({ code: 2, out: [], err: [expect.stringContaining(words)] });
    expect(err[0]).toMatch(/ Nothing was recorded\.$/);
    expect(await record()).toBeUndefined();
  });

  test('reject takes an ID of any form whose commands are held, or the alarm would never end', async () => {
    await hold({ sender: '111122223333' });
    expect((await decision('reject', '111122223333')).code).toBe(0);
    await hold({ sender: 'unknown' });
    expect((await decision('reject', 'unknown')).code).toBe(2);
  });

  test('an empty or endless reason is refused', async () => {
    const reject = (reason: string) => onelink('senders', 'reject', stranger, '--source', 'crm', '--reason', reason);
    expect(await reject('  ')).toMatchObject({ code: 2, err: ['--reason must not be empty. Nothing was recorded.'] });
    const words =
      '--reason must be one line of at most 500 characters, without control characters. Nothing was recorded.';
    expect(await reject('x'.repeat(501))).toMatchObject({ code: 2, err: [words] });
  });
});
