import { DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { listedKeys } from '../../../cli/commands/keys/list.ts';
import { createKey } from '../../../cli/pipeline/http-keys.ts';
import { Operations } from '../../../cli/pipeline/operations.ts';
import { KeysSecretStore } from '../../../lambdas/adapters/keys-secret-store.ts';
import { hashOfKey, keyForm, keysSecretSchema } from '../../../lambdas/domain/http/keys.ts';
import { keyActs, withKey, withRevoked } from '../../../lambdas/operations/keys.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { configFile } from '../../../lib/config/chosen-config.ts';
import type { JsonService } from '../../../local/cloud/services/wire.ts';
import { accessTo, actsWorld } from '../../world/acts-world.ts';
import { givenKeysSecret, keysSecretArn } from '../../world/keys-secret.ts';
import { givenStack } from './given-stack.ts';

const now = Date.parse('2026-11-27T10:15:30Z');
const clock = { wallMilliseconds: () => now, sleep: async () => {} };
const hash = (digit: string) => digit.repeat(64);
const stored = (id: string, source: string, change: object = {}) => ({
  id,
  source,
  sha256: hash('a'),
  createdAt: '2026-11-01T08:00:00Z',
  ...change,
});

async function givenStore(options: Parameters<typeof givenKeysSecret>[1] = {}) {
  const secret = await givenKeysSecret(onTestFinished, options);
  const store = new KeysSecretStore(secret.client, keysSecretArn, clock);
  const keys = async () => {
    const { SecretString = '' } = await secret.client.send(new GetSecretValueCommand({ SecretId: keysSecretArn }));
    return keysSecretSchema.parse(JSON.parse(SecretString)).keys;
  };
  const labels = async () => {
    const { VersionIdsToStages = {} } = await secret.client.send(
      new DescribeSecretCommand({ SecretId: keysSecretArn }),
    );
    return Object.values(VersionIdsToStages).flat().sort();
  };
  return { ...secret, store, keys, labels };
}

/** The operations function over a store. */
const operationsOver = (keys: KeysSecretStore) =>
  new Operations(accessTo(actsWorld({ performers: keyActs({ keys, clock }), now: () => now })));

const SecretId = keysSecretArn;
/** Secrets Manager reads nothing of it. */
const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body: '' };

const ask = async <Answer>(service: JsonService, action: string, input: object): Promise<Answer> => {
  const operate = service[action] ?? expect.fail(action);
  return (await operate({ SecretId, ...input }, request)) as Answer;
};

/** Another operator's key, written by a plain PutSecretValue in the middle of a change. */
const putOther = async (service: JsonService, id: string) => {
  const { SecretString } = await ask<{ SecretString: string }>(service, 'GetSecretValue', {});
  const { keys } = keysSecretSchema.parse(JSON.parse(SecretString));
  const text = JSON.stringify({ keys: [...keys, stored(id, 'studio', { sha256: hash('e') })] });
  await ask(service, 'PutSecretValue', { SecretString: text });
};

describe('the store of keys', () => {
  test('keeps the hash of a new key, and no label of its own', async () => {
    const { store, keys, labels } = await givenStore();

    const made = await createKey({ source: 'crm', label: 'web shop', rotates: false }, operationsOver(store));

    expect(made.key).toMatch(keyForm);
    expect(made.older).toBeUndefined();
    expect(await keys()).toEqual([
      {
        id: made.key.slice(4, 12),
        source: 'crm',
        label: 'web shop',
        sha256: hashOfKey(made.key),
        createdAt: '2026-11-27T10:15:30.000Z',
      },
    ]);
    expect(await labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('keeps every key of six operators who create keys at once', async () => {
    const { client, keys } = await givenStore();

    const made = await Promise.all(
      ['crm', 'studio', 'shop', 'app', 'mail', 'push'].map((source) =>
        createKey({ source, rotates: false }, operationsOver(new KeysSecretStore(client, keysSecretArn, clock))),
      ),
    );

    expect((await keys()).map(({ id }) => id).sort()).toEqual(made.map(({ stored }) => stored.id).sort());
  });

  test('keeps a key that another operator writes between its read and its write', async () => {
    let others = 0;
    const { store, keys } = await givenStore({
      before: async (action, service) => {
        // The move of AWSCURRENT, the first two times.
        if (action === 'UpdateSecretVersionStage' && others < 2) await putOther(service, `other00${++others}`);
      },
    });

    const made = await createKey({ source: 'crm', rotates: false }, operationsOver(store));

    expect((await keys()).map(({ id }) => id)).toContain(made.stored.id);
    expect((await keys()).map(({ id }) => id)).toEqual(expect.arrayContaining(['other001', 'other002']));
  });

  test('gives up after ten attempts, and changes nothing', async () => {
    let others = 0;
    const { store, keys } = await givenStore({
      before: async (action, service) => {
        if (action === 'PutSecretValue') await putOther(service, `other0${10 + others++}`);
      },
    });

    await expect(createKey({ source: 'crm', rotates: false }, operationsOver(store))).rejects.toThrow(
      'Other operators change the keys at the same time. Nothing was changed. Run it again.',
    );
    expect(others).toBe(10);
    expect((await keys()).every(({ source }) => source === 'studio')).toBe(true);
  });

  test('finds its own change if the answer to the move was lost', async () => {
    let lost = 0;
    const { store, keys, labels } = await givenStore({
      before: async (action, service) => {
        if (action !== 'UpdateSecretVersionStage' || lost++ > 0) return;
        const stages = await ask<{ VersionIdsToStages: Record<string, string[]> }>(service, 'DescribeSecret', {});
        const versions = Object.entries(stages.VersionIdsToStages);
        const [from] = versions.find(([, labels]) => labels.includes('AWSCURRENT')) ?? [];
        const [to] = versions.find(([, [label = '']]) => label.startsWith('onelink-keys-')) ?? [];
        const move = { VersionStage: 'AWSCURRENT', MoveToVersionId: to, RemoveFromVersionId: from };
        await ask(service, 'UpdateSecretVersionStage', move);
      },
    });

    const made = await createKey({ source: 'crm', rotates: false }, operationsOver(store));

    expect((await keys()).map(({ id }) => id)).toEqual([made.stored.id]);
    expect(await labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('removes labels that a dead program has left, and no younger one', async () => {
    const { client, store, labels } = await givenStore();
    const put = (label: string) =>
      client.send(new PutSecretValueCommand({ SecretId: keysSecretArn, SecretString: label, VersionStages: [label] }));
    const seconds = now / 1000;
    for (let dead = 0; dead < 17; dead += 1) await put(`onelink-keys-${seconds - 601 - dead}-dead`);
    await put(`onelink-keys-${seconds - 599}-at-work`);

    await createKey({ source: 'crm', rotates: false }, operationsOver(store));

    expect(await labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS', `onelink-keys-${seconds - 599}-at-work`]);
  });

  test('explains that the secret has too many versions', async () => {
    const { store } = await givenStore();
    for (let count = 0; count < 99; count += 1) await store.change(({ keys }) => ({ keys: [...keys] }));

    await expect(createKey({ source: 'crm', rotates: false }, operationsOver(store))).rejects.toThrow(
      /too many versions or labels\. .* Nothing was changed\. Try again tomorrow/,
    );
  });

  test('drops the keys that were revoked first, before the secret is too long for Secrets Manager', async () => {
    const revoked = Array.from({ length: 280 }, (_, index) =>
      stored(`r${String(index).padStart(7, '0')}`, 'crm', {
        label: 'x'.repeat(20),
        revokedAt: new Date(now - index * 1_000).toISOString(),
      }),
    );
    const { store, keys } = await givenStore({ text: JSON.stringify({ keys: revoked }) });

    const made = await createKey({ source: 'crm', rotates: false }, operationsOver(store));

    const left = await keys();
    expect(Buffer.byteLength(JSON.stringify({ keys: left }))).toBeLessThanOrEqual(60_000);
    expect(left.at(-1)?.id).toBe(made.stored.id);
    // The latest ones stay.
    expect(left[0]?.id).toBe('r0000000');
    expect(left.length).toBeGreaterThan(240);
  });

  test.each([
    ['no JSON', 'not json'],
    ['another form', '{"keys":[{"id":"a1b2c3d4"}]}'],
    ['no object', '[]'],
  ])('names the way back from a secret with %s', async (_, text) => {
    const { client, store } = await givenStore();
    const before = (await client.send(new GetSecretValueCommand({ SecretId: keysSecretArn }))).VersionId;
    const { VersionId } = await client.send(new PutSecretValueCommand({ SecretId: keysSecretArn, SecretString: text }));

    await expect(store.read()).rejects.toThrow(
      `To put it back: aws secretsmanager update-secret-version-stage --secret-id ${keysSecretArn} ` +
        `--version-stage AWSCURRENT --move-to-version-id ${before} --remove-from-version-id ${VersionId}`,
    );
    await expect(store.read()).rejects.not.toThrow('a1b2c3d4');
  });

  test('explains that the secret does not exist', async () => {
    const { client } = await givenStore();
    const arn = `${keysSecretArn}x`;
    await expect(new KeysSecretStore(client, arn, clock).read()).rejects.toThrow(
      `The secret with the keys does not exist: ${arn}. Deploy the pipeline again: npx cdk deploy --all -c stage=<stage>`,
    );
  });

  test('names how to find an older version, before how to begin anew, if the previous one is broken as well', async () => {
    const { client, store } = await givenStore({ text: 'broken' });
    const advice = await store.read().then(
      () => '',
      ({ message }: Error) => message,
    );
    const places = [
      `list-secret-version-ids --secret-id ${keysSecretArn} --include-deprecated`,
      '--version-id …',
      'That ends every key for good',
      'put-secret-value',
    ].map((words) => advice.indexOf(words));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    await expect(store.read()).rejects.toThrow(`--secret-string '{"keys":[]}'`);
    await client.send(new PutSecretValueCommand({ SecretId: keysSecretArn, SecretString: 'broken too' }));
    await expect(store.read()).rejects.toThrow(`--secret-string '{"keys":[]}'`);
  });
});

describe('changes of keys', () => {
  test('keep the fields of later releases, and list shows none of them', async () => {
    const later = { keys: [stored('a1b2c3d4', 'crm', { scope: 'reads' })], form: 2 };
    const { client, store } = await givenStore({ text: JSON.stringify(later) });

    await store.change((secret) => withRevoked(secret, 'a1b2c3d4', '2026-11-27T10:15:30.000Z'));

    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
    const secret = JSON.parse(SecretString);
    expect(secret).toMatchObject({ form: 2, keys: [{ scope: 'reads', revokedAt: '2026-11-27T10:15:30.000Z' }] });
    expect(listedKeys(secret)).toEqual([
      { id: 'a1b2c3d4', source: 'crm', createdAt: '2026-11-01T08:00:00Z', revokedAt: '2026-11-27T10:15:30.000Z' },
    ]);
  });

  const first = stored('first000', 'crm', { label: 'shop' });
  const second = stored('second00', 'crm', { sha256: hash('b'), createdAt: '2026-11-02T08:00:00Z' });
  const third = stored('third000', 'crm', { sha256: hash('c') });

  test('a source has two valid keys at most, and the older one is to be revoked first', () => {
    expect(() => withKey({ keys: [second, first] }, third, false)).toThrow(
      'crm has 2 valid keys: first000 and second00. Take the new one into use, ' +
        'and revoke the other first: onelink keys revoke first000. Nothing was changed.',
    );
    const revoked = withRevoked({ keys: [first, second] }, 'first000', '2026-11-27T10:15:30.000Z');
    expect(withKey(revoked, third, true).keys.map(({ id }) => id)).toEqual(['first000', 'second00', 'third000']);
    expect(
      withKey({ keys: [first, second] }, stored('other000', 'studio', { sha256: hash('d') }), false).keys,
    ).toHaveLength(3);
  });

  test('a rotation follows a valid key', async () => {
    const { store } = await givenStore({ text: JSON.stringify({ keys: [first] }) });

    expect((await createKey({ source: 'crm', rotates: true }, operationsOver(store))).older?.id).toBe('first000');
    await expect(createKey({ source: 'shop', rotates: true }, operationsOver(store))).rejects.toThrow(
      'shop has no valid key to follow. To create one, run: onelink keys create --source shop',
    );
  });

  test('a new key never takes the ID of another', async () => {
    const { store, keys } = await givenStore({ text: JSON.stringify({ keys: [stored('aaaaaaaa', 'studio')] }) });
    const random = { below: () => 0, bytes: (count: number) => new Uint8Array(count).fill(7) };

    await expect(createKey({ source: 'crm', rotates: false }, operationsOver(store), random)).rejects.toThrow(
      'The ID of the key is taken. Run it again.',
    );
    expect((await keys()).map(({ id }) => id)).toEqual(['aaaaaaaa']);
  });
});

describe('onelink keys', async () => {
  const crm = stored('crm00001', 'crm', { label: 'shop\u202e', sha256: hash('1') });
  const studio = stored('studio01', 'studio', { sha256: hash('2'), revokedAt: '2026-11-03T09:00:00Z' });
  const text = JSON.stringify({ keys: [studio, crm] });
  const { origin, client } = await givenKeysSecret(afterAll, { text });
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = origin;
  const outputs: Record<string, string> = { HttpKeysSecret: keysSecretArn };
  const onelink = await givenStack(
    'OneLink-production',
    () => outputs,
    keyActs({ keys: new KeysSecretStore(client, keysSecretArn, systemClock), clock: systemClock }),
  );

  test('list shows who has which key, and no hash', async () => {
    const { code, out, err } = await onelink('keys', 'list');

    expect({ code, out, err }).toEqual({
      code: 0,
      out: [
        'crm00001  crm  “shop\\u{202e}”  created 2026-11-01 08:00:00 UTC  valid',
        'studio01  studio  created 2026-11-01 08:00:00 UTC  revoked 2026-11-03 09:00:00 UTC',
      ],
      err: ['2 keys, 1 valid'],
    });
    const json = await onelink('keys', 'list', '--source', 'studio', '--json');
    expect(json.out.map((line) => JSON.parse(line))).toEqual([
      { id: 'studio01', source: 'studio', createdAt: '2026-11-01T08:00:00Z', revokedAt: '2026-11-03T09:00:00Z' },
    ]);
    expect((await onelink('keys', 'list', '--source', 'shop')).err).toEqual([
      'shop has no key. To create one: onelink keys create --source shop',
    ]);
  });

  test('revoke ends a key once, and reports that its producer has none left', async () => {
    const first = await onelink('keys', 'revoke', 'crm00001');
    expect(first).toEqual({
      code: 0,
      out: ['crm00001 of crm revoked'],
      err: [
        'It may work for 30 more seconds.',
        'crm has no valid key. To create one: onelink keys create --source crm',
      ],
    });
    const again = await onelink('keys', 'revoke', 'crm00001', '--json');
    expect(again.code).toBe(0);
    expect(JSON.parse(again.out[0] ?? '')).toMatchObject({ id: 'crm00001', changed: false });
    expect(again.out[0]).not.toContain(hash('1'));
  });

  test('create and rotate print the key alone, and their advice elsewhere', async () => {
    const first = await onelink('keys', 'create', '--source', 'crm', '--label', 'web shop');
    expect(first.code).toBe(0);
    expect(first.out).toEqual([expect.stringMatching(keyForm)]);
    const id = first.out[0]?.slice(4, 12);
    const today = new Date().toISOString().slice(0, 10);
    expect(first.err).toEqual([
      `This is the key ${id} (“web shop”, of ${today}) of crm. Nobody can show it again. Calls with it may get 401 for 30 seconds.`,
    ]);

    const second = await onelink('keys', 'rotate', '--source', 'crm', '--json');
    expect(second.out).toHaveLength(1);
    const json = JSON.parse(second.out[0] ?? '');
    expect(json).toEqual({
      id: json.key.slice(4, 12),
      source: 'crm',
      createdAt: expect.stringMatching(/Z$/),
      key: expect.stringMatching(keyForm),
      revokeNext: id,
    });
    expect(second.err.at(-1)).toBe(
      `Also valid: ${id} (“web shop”, of ${today}). When the producer uses the new key: onelink keys revoke ${id}`,
    );

    const third = await onelink('keys', 'create', '--source', 'crm');
    expect({ code: third.code, out: third.out }).toEqual({ code: 2, out: [] });
    expect(third.err.join('')).toContain('crm has 2 valid keys');
    const listed = await onelink('keys', 'list', '--json');
    expect(listed.out.join('')).not.toContain(json.key);
    expect(listed.out.join('')).not.toMatch(/sha256|[0-9a-f]{64}/);
  });

  test.each([
    ['an unknown ID', ['revoke', 'zzzzzzzz'], 'There is no key zzzzzzzz. To see all keys, run: onelink keys list.'],
    ['no ID', ['revoke', 'CRM'], 'The ID of a key has eight characters of a to z and 0 to 9, as list prints it.'],
    [
      'a whole key',
      ['revoke', `olp_a1b2c3d4_${'k'.repeat(43)}`],
      'This is a whole key. Name it by its ID: a1b2c3d4. Nothing was changed.',
    ],
    ['an unknown producer', ['create', '--source', 'nobody'], `There is no producer nobody in ${configFile}.`],
    [
      'a producer without http',
      ['create', '--source', 'product'],
      'product may not use the HTTP API. To allow it, give it http: {}',
    ],
  ])('refuses %s', async (_, words, message) => {
    const { code, out, err } = await onelink('keys', ...words);

    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(err.join('\n')).toContain(message);
    expect(err.join('\n')).not.toContain('kkkkkkkk');
  });

  test('refuses a stage without an HTTP API', async () => {
    const { HttpKeysSecret } = outputs;
    delete outputs.HttpKeysSecret;
    onTestFinished(() => void Object.assign(outputs, { HttpKeysSecret }));

    const { code, err } = await onelink('keys', 'list');

    expect({ code, err }).toEqual({
      code: 2,
      err: [
        `The stack OneLink-production has no HTTP API with keys. Give a producer http: {} in ${configFile}, and deploy: ` +
          'npx cdk deploy --all -c stage=production',
      ],
    });
  });

  test('prints how to repair a secret that somebody has broken', async () => {
    await client.send(new PutSecretValueCommand({ SecretId: keysSecretArn, SecretString: '{"keys":"none"}' }));

    const { code, out, err } = await onelink('keys', 'list');

    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(err.join('\n')).toMatch(/does not hold what onelink keys writes.*To put it back: aws secretsmanager/);
  });
});
