import { json } from 'node:stream/consumers';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../../../lambdas/adapters/secret.ts';
import { serverOnLoopback } from '../../../world/loopback.ts';
import { clientSettings } from './given-engines.ts';

const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:token-AbCdEf';
const refused = { status: 400, body: { __type: 'AccessDeniedException', message: 'not allowed' } };

/** A Secrets Manager with one secret, whose value the test can change, and which can fail. */
async function given(first: string | typeof refused) {
  const stub = { answer: first, asked: [] as unknown[] };
  const { origin } = await serverOnLoopback(async (request, response) => {
    stub.asked.push([request.headers['x-amz-target'], await json(request)]);
    const { status, body } =
      typeof stub.answer === 'string' ? { status: 200, body: { ARN: arn, SecretString: stub.answer } } : stub.answer;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  }, onTestFinished);
  const client = new SecretsManagerClient(clientSettings(origin));
  onTestFinished(() => client.destroy());
  return { stub, secret: new Secret(client, arn) };
}

describe('a secret', () => {
  it('is read on first use and cached, also for concurrent callers', async () => {
    const { stub, secret } = await given('first');
    expect(stub.asked).toEqual([]);
    expect(await Promise.all([secret.value(), secret.value(), secret.value()])).toEqual(['first', 'first', 'first']);
    stub.answer = 'second';
    expect(await secret.value()).toBe('first');
    expect(stub.asked).toEqual([['secretsmanager.GetSecretValue', { SecretId: arn }]]);
  });

  it('is trimmed, because consoles and files add a line end', async () => {
    expect(await (await given(' token\n')).secret.value()).toBe('token');
  });

  it('fails with its name if it is unreadable, and the next call reads it again', async () => {
    const { stub, secret } = await given(refused);
    await expect(secret.value()).rejects.toThrow(`The secret ${arn} cannot be read: not allowed`);
    stub.answer = 'mended';
    expect(await secret.value()).toBe('mended');
    expect(stub.asked).toHaveLength(2);
  });

  it('fails if it is empty', async () => {
    const { stub, secret } = await given('');
    await expect(secret.value()).rejects.toThrow('it has no text value');
    stub.answer = 'filled';
    expect(await secret.value()).toBe('filled');
  });
});

describe('a fresh value', () => {
  it('is read again and then cached', async () => {
    const { stub, secret } = await given('old');
    await secret.value();
    stub.answer = 'new';
    expect(await secret.fresh(1_000_000)).toBe('new');
    expect(await secret.value()).toBe('new');
    expect(stub.asked).toHaveLength(2);
  });

  it('is read at most once in 30 seconds, for all callers together', async () => {
    const { stub, secret } = await given('old');
    await secret.value();
    stub.answer = 'new';
    const asked = await Promise.all([secret.fresh(1_000_000), secret.fresh(1_000_000), secret.fresh(1_000_001)]);
    expect(asked).toEqual(['new', 'new', 'new']);
    stub.answer = 'newest';
    expect(await secret.fresh(1_029_999)).toBe('new');
    expect(stub.asked).toHaveLength(2);
    expect(await secret.fresh(1_030_000)).toBe('newest');
    expect(stub.asked).toHaveLength(3);
  });

  it('is the cached value if the read fails, and is read again half a minute later', async () => {
    const { stub, secret } = await given('old');
    await secret.value();
    stub.answer = refused;
    expect(await secret.fresh(1_000_000)).toBe('old');
    stub.answer = 'mended';
    expect(await secret.fresh(1_029_999)).toBe('old');
    expect(await secret.fresh(1_030_000)).toBe('mended');
    expect(await secret.value()).toBe('mended');
  });
});
