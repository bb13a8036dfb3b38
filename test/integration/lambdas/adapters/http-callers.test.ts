import { json } from 'node:stream/consumers';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StoredKeys } from '../../../../lambdas/adapters/keys-secret.ts';
import { QrStore } from '../../../../lambdas/adapters/qr-store.ts';
import { ReaderFunction } from '../../../../lambdas/adapters/reader-function.ts';
import { serverOnLoopback } from '../../../world/loopback.ts';
import { clientSettings, givenEngines } from './given-engines.ts';

interface Stub {
  status: number;
  headers: Record<string, string>;
  body: unknown;
  asked: unknown[];
}

/** A service with one answer, which the test can change. */
async function given(body: unknown, status = 200): Promise<{ stub: Stub; origin: string }> {
  const stub: Stub = { status, headers: {}, body, asked: [] };
  const { origin } = await serverOnLoopback(async (request, response) => {
    stub.asked.push(await json(request));
    response.writeHead(stub.status, { 'content-type': 'application/x-amz-json-1.1', ...stub.headers });
    response.end(JSON.stringify(stub.body));
  }, onTestFinished);
  return { stub, origin };
}

const key = { id: 'abcd1234', source: 'crm', sha256: 'a'.repeat(64), createdAt: '2026-03-01T10:00:00Z' };
const secretWith = (keys: unknown) => ({ SecretString: JSON.stringify({ keys }) });

async function givenKeys(body: unknown) {
  const { stub, origin } = await given(body);
  const client = new SecretsManagerClient(clientSettings(origin));
  onTestFinished(() => client.destroy());
  let now = 0;
  const keys = new StoredKeys(client, 'arn:keys', { monotonicMilliseconds: () => now });
  const later = (milliseconds: number) => {
    now += milliseconds;
  };
  return { stub, keys, later };
}

describe('the stored keys', () => {
  it('are read once in ten seconds, also for concurrent calls', async () => {
    const { stub, keys, later } = await givenKeys(secretWith([key]));
    expect(await Promise.all([keys.current(), keys.current()])).toEqual([{ keys: [key] }, { keys: [key] }]);
    stub.body = secretWith([]);
    later(9_999);
    expect(await keys.current()).toEqual({ keys: [key] });
    later(1);
    expect(await keys.current()).toEqual({ keys: [] });
    expect(stub.asked).toEqual([{ SecretId: 'arn:keys' }, { SecretId: 'arn:keys' }]);
  });

  it('fail if they cannot be read, although older ones were, and are read again by the next call', async () => {
    const { stub, keys, later } = await givenKeys(secretWith([key]));
    await keys.current();
    later(10_000);
    [stub.status, stub.body] = [400, { __type: 'AccessDeniedException' }];
    await expect(keys.current()).rejects.toThrow();
    [stub.status, stub.body] = [200, secretWith([key])];
    expect(await keys.current()).toEqual({ keys: [key] });
  });

  it.each([
    ['no JSON', { SecretString: 'olp_secret' }],
    ['another form', { SecretString: '{"keys":"olp_secret"}' }],
    ['a malformed hash', secretWith([{ ...key, sha256: 'olp_secret' }])],
    ['no text', {}],
  ])('fail without a word of the secret if it has %s', async (_, body) => {
    const { keys } = await givenKeys(body);
    const error: unknown = await keys.current().catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: 'MalformedKeys' });
    expect(String(error)).not.toContain('olp_secret');
  });
});

describe('the reader function', () => {
  const address = { onelinkId: 'A1b3', shortlinkId: 'spring' };

  async function givenReader(body: unknown, status = 200, headers: Record<string, string> = {}) {
    const { stub, origin } = await given(body, status);
    stub.headers = headers;
    const client = new LambdaClient(clientSettings(origin));
    onTestFinished(() => client.destroy());
    return { stub, reader: new ReaderFunction(client, 'reader') };
  }

  it('makes one GET', async () => {
    const answer = { meaning: 'ok', value: { data: { pid: 'sms' }, expiresAt: 1_773_144_000 } };
    const { stub, reader } = await givenReader({ links: [answer] });
    expect(await reader.read({ ...address, extra: 'x' } as never)).toEqual(answer);
    expect(stub.asked).toEqual([{ links: [address] }]);
  });

  it('is busy while Lambda throttles it', async () => {
    const { reader } = await givenReader({ Type: 'User' }, 429, { 'x-amzn-errortype': 'TooManyRequestsException' });
    expect(await reader.read(address)).toBe('busy');
  });

  it.each([
    ['an error of the function', { errorType: 'TokenUnreadable' }, { 'x-amz-function-error': 'Unhandled' }],
    ['no answer in its time', { links: [] }, {}],
    ['another form', null, {}],
  ])('has failed after %s', async (_, body, headers) => {
    const { reader } = await givenReader(body, 200, headers as Record<string, string>);
    expect(await reader.read(address)).toBe('failed');
  });

  it('throws if Lambda refuses the call', async () => {
    const { reader } = await givenReader({}, 403, { 'x-amzn-errortype': 'AccessDeniedException' });
    await expect(reader.read(address)).rejects.toThrow();
  });
});

describe('the QR store', () => {
  it('reads an image by its key, and finds none that is gone', async () => {
    const engines = await givenEngines();
    const store = new QrStore(engines.s3, await engines.bucket('codes-to-read'));
    const link = { source: 'crm', address: { onelinkId: 'A1b3', shortlinkId: 'spring' } };
    const image = await store.put(link, { format: 'png', bytes: Buffer.from([1, 2, 255]) });

    expect(Buffer.from((await store.read(image)) ?? [])).toEqual(Buffer.from([1, 2, 255]));
    expect(await store.read('qr/crm/A1b3/gone.png')).toBeUndefined();
  });
});
