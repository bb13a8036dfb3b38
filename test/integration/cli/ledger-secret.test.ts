import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { LedgerSecret, unreadableSecret } from '../../../cli/pipeline/ledger-secret.ts';
import { fingerprintOf } from '../../../lambdas/domain/link/link-id-secret.ts';
import { givenTable } from '../lambdas/adapters/given-engines.ts';

const { client: dynamo, table } = await givenTable();
const documents = DynamoDBDocumentClient.from(dynamo);
const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:link-id-AbCdEf';

/** The secret as a tool reads it, and what Secrets Manager answers. */
function opened(answer: () => object) {
  const send = async (command: object) => {
    expect(command).toBeInstanceOf(GetSecretValueCommand);
    return answer();
  };
  return new LedgerSecret({ secrets: { send } as unknown as SecretsManagerClient, dynamo }, { arn, table });
}
const record = (fingerprint: unknown) =>
  documents.send(new PutCommand({ TableName: table, Item: { pk: 'link-id-secret', fingerprint } }));

beforeEach(() => documents.send(new DeleteCommand({ TableName: table, Key: { pk: 'link-id-secret' } })));

describe('the link-ID secret of a tool', () => {
  it('is the one with which the ledger was written', async () => {
    await record(fingerprintOf('first'));
    expect(await opened(() => ({ SecretString: ' first\n' })).value()).toBe('first');
  });

  it('is refused with its remedy if the ledger was written with another one', async () => {
    await record(fingerprintOf('first'));
    const refused = opened(() => ({ SecretString: 'second' })).value();
    await expect(refused).rejects.toMatchObject({
      name: 'OperatorError',
      message: `The link-ID secret differs: ${arn} is not the one with which this ledger was written. Put the value of that secret back: see link-id-secret-differs in the runbook.`,
    });
    await expect(refused).rejects.not.toThrow('second');
  });

  it.each([7, null])('is refused beside a fingerprint that somebody has spoilt: %j', async (spoilt) => {
    await record(spoilt);
    await expect(opened(() => ({ SecretString: 'first' })).value()).rejects.toThrow('The link-ID secret differs');
  });

  it('leaves no fingerprint in a ledger that has none: a tool changes nothing', async () => {
    expect(await opened(() => ({ SecretString: 'first' })).value()).toBe('first');
    expect((await documents.send(new ScanCommand({ TableName: table }))).Items).toEqual([]);
  });

  it('keeps the cause of a refusal, so that a tool can go on without it', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    const refused = opened(() => {
      throw denied;
    }).value();
    await expect(refused).rejects.toMatchObject({ name: 'OperatorError', cause: denied });
    await expect(refused).rejects.toThrow('docs/permissions.md');
  });
});

test.each(['not authorized to perform: secretsmanager:GetSecretValue', 'The secret is deleted.'])(
  'the error for a secret that cannot be read is whole sentences: %s',
  (words) => {
    const needed = 'Your role needs secretsmanager:GetSecretValue on it.';
    expect(unreadableSecret(new Error(words)).message).toBe(`${words.replace(/\.$/, '')}. ${needed}`);
  },
);
