import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../../../../lib/config/config-schema.ts';
import { inZone } from '../../../../stack/strict-stage.ts';
import { type Answers, missing } from '../../../../world/aws-account.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

describe('existing parts of the state', () => {
  const existing = {
    names: { ledger: 'lost-ledger', archive: 'lost-archive' },
    linkIdSecretArn: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:LinkIdSecret-AbCdEf',
  };
  const withExisting = (): Configuration => {
    const configuration = structuredClone(inZone({}));
    for (const pipeline of configuration.stages.production?.pipelines ?? []) Object.assign(pipeline, { existing });
    return configuration;
  };
  const table = (ItemCount: number): Answers => ({
    DescribeTable: { json: { Table: { TableName: 'lost-ledger', TableStatus: 'ACTIVE', ItemCount } } },
    HeadBucket: { status: 200 },
    DescribeSecret: { json: { ARN: existing.linkIdSecretArn, Name: 'LinkIdSecret' } },
  });
  const name = 'existing of OneLink-production';

  test('are in order if they are there', async () => {
    expect(briefly(await found(table(7_000), withExisting()), name)).toEqual([
      ['ok', 'table lost-ledger is ACTIVE', ''],
      ['ok', 'bucket lost-archive is there', ''],
      ['ok', 'the link-ID secret is there', ''],
    ]);
  });

  test('fail if a name is mistyped, since a new and empty ledger would be made', async () => {
    const gone: Answers = {
      ...table(0),
      DescribeTable: { error: [400, 'ResourceNotFoundException', 'Requested resource not found'] },
      HeadBucket: { status: 404 },
      DescribeSecret: missing.secret,
    };
    const results = briefly(await found(gone, withExisting()), name);
    expect(results.map(([result, words]) => [result, words])).toEqual([
      ['failed', 'existing.names.ledger names nothing that exists; a deployment would make a new, empty one'],
      ['failed', 'existing.names.archive names nothing that exists; a deployment would make a new, empty one'],
      ['failed', 'existing.linkIdSecretArn names nothing that exists; a deployment would make a new, empty one'],
    ]);
    expect(results[0]?.[2]).toContain('aws dynamodb list-tables --region eu-central-1');
  });

  test('fail if the secret is deleted, and may still be restored', async () => {
    const DescribeSecret = {
      json: { ARN: existing.linkIdSecretArn, Name: 'LinkIdSecret', DeletedDate: 1_772_000_000 },
    };
    expect(briefly(await found({ ...table(7), DescribeSecret }, withExisting()), name)[2]).toEqual([
      'failed',
      'existing.linkIdSecretArn is deleted, and keeps its value only until its recovery window ends',
      expect.stringContaining('aws secretsmanager restore-secret'),
    ]);
  });

  test('fail if a ledger comes without its secret to a new state stack, which would generate another', async () => {
    const configuration = structuredClone(inZone({}));
    const { linkIdSecretArn: _, ...others } = existing;
    for (const pipeline of configuration.stages.production?.pipelines ?? [])
      Object.assign(pipeline, { existing: others });
    expect(briefly(await found(table(7), configuration), name).at(-1)).toEqual([
      'failed',
      'names a ledger, and the new state stack would generate another link-ID secret, with which no function works',
      expect.stringContaining('npx onelink doctor --table lost-ledger --secret ARN'),
    ]);
    const lives: Answers = {
      DescribeStacks: ({ StackName }) => ({
        xml: `<Stacks><member><StackName>${StackName}</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime></member></Stacks>`,
      }),
    };
    const alive = briefly(await found({ ...table(7), ...lives }, configuration), name);
    expect(alive.map(([result]) => result)).toEqual(['ok', 'ok']);
  });

  test('are warned of if the ledger is empty', async () => {
    const [ledger] = briefly(await found(table(0), withExisting()), name);
    expect(ledger?.slice(0, 2)).toEqual(['warning', 'table lost-ledger is ACTIVE, and has no items']);
  });
});
