import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkFingerprint, proveSecret } from '../../../cli/commands/doctor/ledger-secret-checks.ts';
import { deriveLinkId } from '../../../lambdas/domain/link/link-id.ts';
import { fingerprintOf } from '../../../lambdas/domain/link/link-id-secret.ts';
import { givenTable } from '../lambdas/adapters/given-engines.ts';

const { client: dynamo, table } = await givenTable();
const documents = DynamoDBDocumentClient.from(dynamo);
const put = (Item: Record<string, unknown>) => documents.send(new PutCommand({ TableName: table, Item }));
const name = 'link-ID secret of the ledger';
const secretArn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:link-id-AbCdEf';

/** A link of the ledger. Its ID is derived with `secret`, or chosen. */
async function givenLink(requestId: string, { secret, shortlinkId }: { secret?: string; shortlinkId?: string }) {
  const request = { source: 'crm', requestId, onelinkId: 'A1b3' };
  const id = shortlinkId ?? deriveLinkId(secret ?? '', request, 12);
  const address = { onelinkId: 'A1b3', shortlinkId: id };
  await put({ pk: `link#A1b3/${id}`, v: 1, address, source: 'crm', requestId, state: 'live' });
}

const proof = (value = 'right', error?: Error) => {
  const send = async () => {
    if (error) throw error;
    return { SecretString: value };
  };
  const secrets = { send } as unknown as SecretsManagerClient;
  return proveSecret(dynamo, secrets, { table, secretArn }, new AbortController().signal);
};

beforeEach(async () => {
  const { Items = [] } = await documents.send(new ScanCommand({ TableName: table }));
  for (const { pk } of Items) await documents.send(new DeleteCommand({ TableName: table, Key: { pk } }));
});

describe('the secret of a ledger with a fingerprint', () => {
  test('is proved or refused by it alone', async () => {
    await put({ pk: 'link-id-secret', v: 1, fingerprint: fingerprintOf('right') });
    await givenLink('r-1', { secret: 'wrong' });
    expect(await proof('right')).toEqual({ name, result: 'ok', words: 'is this one, by its fingerprint' });
    expect(await proof('wrong')).toMatchObject({ result: 'failed', words: 'is another one, by its fingerprint' });
    expect(await checkFingerprint(dynamo, table)).toMatchObject({ result: 'ok' });
  });
});

describe('the secret of a ledger without a fingerprint', () => {
  test('is a warning, with the command that proves it', async () => {
    expect(await checkFingerprint(dynamo, table)).toEqual({
      name,
      result: 'warning',
      words: 'the ledger has no fingerprint, so it takes the first secret that it meets',
      fix: `Before a pipeline takes it up, prove its secret: npx onelink doctor --table ${table} --secret ARN`,
    });
  });

  test('is proved by one link with a derived ID, among others with chosen ones', async () => {
    await givenLink('r-1', { secret: 'right' });
    await givenLink('r-2', { shortlinkId: 'summersale26' });
    await givenLink('r-3', { shortlinkId: 'Poster' });
    expect(await proof()).toEqual({
      name,
      result: 'ok',
      words: 'is this one: 1 of 2 links have the ID that it derives',
    });
  });

  test('is refused if it derives none of many IDs, and doubted if it derives none of few', async () => {
    for (let index = 0; index < 19; index++) await givenLink(`r-${index}`, { secret: 'right' });
    expect(await proof('wrong')).toMatchObject({
      result: 'warning',
      words: 'derives none of the IDs of 19 links that may be derived; they may be chosen',
    });
    await givenLink('r-19', { secret: 'right' });
    expect(await proof('wrong')).toMatchObject({
      result: 'failed',
      words: 'derives none of the IDs of 20 links that may be derived',
      fix: expect.stringContaining('existing.linkIdSecretArn'),
    });
  });

  test('cannot be proved without links, and nothing is recorded by a look', async () => {
    expect(await proof()).toMatchObject({ result: 'not-known' });
    expect((await documents.send(new ScanCommand({ TableName: table }))).Items).toEqual([]);
  });

  test('is not known to somebody who may not read it', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    await expect(proof('', denied)).rejects.toBe(denied);
  });
});
