import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { LinkIdSecret } from '../../../../lambdas/adapters/link-id-secret.ts';
import { givenTable } from './given-engines.ts';

const { client, table } = await givenTable();
const documents = DynamoDBDocumentClient.from(client);
const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:link-id-AbCdEf';
const other = `The link-ID secret differs: ${arn} is not the one with which this ledger was written.`;

let now = 0;
/** What Secrets Manager has, for all environments. */
let stored = 'first';
let reads = 0;

/** A new execution environment. */
function environment(dynamo: Pick<typeof client, 'send'> = client) {
  const secrets = {
    send: async () => {
      reads++;
      if (stored === '') throw new Error('not allowed');
      return { SecretString: stored };
    },
  };
  const clock = { wallMilliseconds: () => now, monotonicMilliseconds: () => now, sleep: async () => {} };
  const settings = { LINK_ID_SECRET_ARN: arn, LEDGER_TABLE_NAME: table };
  return new LinkIdSecret(
    { secrets: secrets as unknown as SecretsManagerClient, dynamo: dynamo as typeof client },
    settings,
    clock,
  );
}

const records = async () => (await documents.send(new ScanCommand({ TableName: table }))).Items ?? [];

beforeEach(async () => {
  await documents.send(new DeleteCommand({ TableName: table, Key: { pk: 'link-id-secret' } }));
  now = Date.parse('2026-03-01T10:00:00Z');
  stored = 'first';
  reads = 0;
});

describe('the link-ID secret', () => {
  it('leaves its fingerprint in a ledger without one, and never its value', async () => {
    expect(await environment().value()).toBe('first');
    expect(await records()).toEqual([
      { pk: 'link-id-secret', v: 1, fingerprint: '7c400a5a9b367f73b1401c772c3d75d2', recordedAt: now },
    ]);
    expect(JSON.stringify(await records())).not.toContain('first');
  });

  it('is read once by an environment, also by concurrent callers', async () => {
    const one = environment();
    expect(await Promise.all([one.value(), one.value()])).toEqual(['first', 'first']);
    now += 3_600_000;
    expect(await one.value()).toBe('first');
    expect(reads).toBe(1);
  });

  it('is refused if the ledger was written with another one, until the old value is back', async () => {
    await environment().value();
    stored = 'second';
    const later = environment();
    await expect(later.value()).rejects.toThrow(other);
    await expect(later.value()).rejects.toMatchObject({ name: 'OtherLinkIdSecretError' });
    stored = 'first';
    now += 30_000;
    expect(await later.value()).toBe('first');
  });

  it('stays the same in an environment that has begun with it', async () => {
    const early = environment();
    await early.value();
    stored = 'second';
    now += 3_600_000;
    expect(await early.value()).toBe('first');
  });

  it('of two environments that begin at once with different values, one alone works', async () => {
    const [one, another] = [environment(), environment()];
    const first = one.value();
    stored = 'second';
    const results = await Promise.allSettled([first, another.value()]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('is its own if only the answer of the write was lost', async () => {
    const losing = {
      send: async (command: object) => {
        const answer = await client.send(command as never);
        if (command instanceof PutItemCommand) {
          // The SDK repeats the write, and DynamoDB refuses the repeat.
          await client.send(command as never);
        }
        return answer;
      },
    };
    expect(await environment(losing as never).value()).toBe('first');
  });

  it('is refused beside a fingerprint that somebody has spoilt', async () => {
    await documents.send(new PutCommand({ TableName: table, Item: { pk: 'link-id-secret', fingerprint: 7 } }));
    await expect(environment().value()).rejects.toThrow(other);
  });

  it('is checked anew each time that the governor asks', async () => {
    const governor = environment();
    expect(await governor.isOfLedger()).toBe(true);
    stored = 'second';
    now += 60_000;
    expect(await governor.isOfLedger()).toBe(false);
    stored = 'first';
    now += 60_000;
    expect(await governor.isOfLedger()).toBe(true);
  });

  it('cannot be checked while Secrets Manager does not answer', async () => {
    stored = '';
    await expect(environment().isOfLedger()).rejects.toThrow(`The secret ${arn} cannot be read: not allowed`);
    expect(await records()).toEqual([]);
  });
});
