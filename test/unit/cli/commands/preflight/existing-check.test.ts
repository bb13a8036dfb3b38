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

  test('are warned of if the ledger is empty', async () => {
    const [ledger] = briefly(await found(table(0), withExisting()), name);
    expect(ledger?.slice(0, 2)).toEqual(['warning', 'table lost-ledger is ACTIVE, and has no items']);
  });
});
