import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CfnOutput } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { expect, onTestFinished, test } from 'vitest';
import { CampaignFiles } from '../../../../lambdas/adapters/campaign-files.ts';
import { type CampaignContent, CampaignTable } from '../../../../lambdas/adapters/campaign-table.ts';
import type { RowResult } from '../../../../lambdas/domain/campaign/row.ts';
import { systemClock } from '../../../../lambdas/runtime/clock.ts';
import { sessionOf } from '../../../../local/cloud/access/caller.ts';
import { campaignOfFile } from '../../../../local/start/file/campaign-of-file.ts';
import { chosenFile } from '../../../../local/start/file/chosen-file.ts';
import { codeTexts } from '../../../../local/start/report/file-report.ts';
import { openBench } from '../cloud/fixture.ts';

const crm = 'arn:aws:iam::111122223333:role/crm';
const producers = [
  {
    source: 'crm',
    principals: [{ role: crm, senderId: 'AROACRM' }],
    lanes: ['campaign'],
    templates: ['A1b3'],
  },
];
const key = { source: 'crm', name: 'spring' };

/** A pipeline's campaign bucket and ledger. The test is the campaign functions. */
async function openPipeline() {
  const bench = await openBench();
  const bucket = new Bucket(bench.stack, 'Campaigns');
  bucket.grantPut(new ArnPrincipal(crm), 'inbox/crm/*');
  bucket.grantRead(new ArnPrincipal(crm), 'results/crm/*');
  const table = new Table(bench.stack, 'Ledger', { partitionKey: { name: 'pk', type: AttributeType.STRING } });
  new CfnOutput(bench.stack, 'CampaignBucketName', { value: bucket.bucketName });
  new CfnOutput(bench.stack, 'LedgerTableName', { value: table.tableName });
  // A caller of another account needs a policy of its own as well.
  const may = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
  const cloud = await bench.start({ callers: { 'producer-crm': sessionOf(crm, 'sender', [may], 'AROACRM') } });
  const { CampaignBucketName = '', LedgerTableName = '' } = cloud.outputs.Bench ?? {};
  const s3 = new S3Client({ ...cloud.clientConfig('s3'), forcePathStyle: true });
  const dynamodb = new DynamoDBClient(cloud.clientConfig('dynamodb'));
  const closing: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const close of closing) await close();
    s3.destroy();
    dynamodb.destroy();
  });
  await writeFile(join(bench.directory, 'spring.csv'), 'request_id,c\na,sale\nb,\n');
  await writeFile(join(bench.directory, 'spring.campaign.json'), '{"template":"A1b3"}');
  const chosen = await chosenFile(join(bench.directory, 'spring.csv'), {}, producers);
  const { signal } = new AbortController();
  return {
    directory: bench.directory,
    table: new CampaignTable(dynamodb, LedgerTableName, systemClock),
    files: new CampaignFiles(s3, CampaignBucketName),
    text: async (Key: string) =>
      (await s3.send(new GetObjectCommand({ Bucket: CampaignBucketName, Key }))).Body?.transformToString(),
    of: campaignOfFile(chosen, { cloud, stackName: 'Bench', producers, signal, closing }),
    refused: () => cloud.calls().filter(({ permitted }) => !permitted),
  };
}

const content = (change: Partial<CampaignContent>): CampaignContent => ({
  ...key,
  drop: 1,
  file: { key: 'inbox/crm/spring.csv', etag: '"1"', bytes: 24, droppedAt: 1 },
  settings: { template: 'A1b3' },
  lane: 'campaign',
  state: 'sending',
  check: { byte: 24, row: 3, line: 4, digestObjects: 0, done: true },
  rows: 2,
  toSend: 1,
  quotaCalls: 1,
  qrCodes: 0,
  chunks: 1,
  sent: 1,
  settled: 0,
  settledBeyond: [],
  tallies: {},
  firstFaults: [],
  faultsByRule: {},
  changedAt: 1,
  ...change,
});

test('a file is dropped by its producer, and followed until its results are there', async () => {
  // Given a pipeline
  const { of, table, files, text, directory, refused } = await openPipeline();

  // When the run drops the file
  await of.campaign.drop();

  // Then the file and its settings are in the inbox, and nobody has opened it yet
  expect(await text('inbox/crm/spring.csv')).toBe('request_id,c\na,sale\nb,\n');
  expect(JSON.parse((await text('inbox/crm/spring.campaign.json')) ?? '')).toEqual({ template: 'A1b3' });
  expect(await of.campaign.look()).toEqual({ state: 'unopened', rows: 0, settled: 0, ended: false });
  expect(await of.end()).toMatchObject({ record: undefined, rowsInFile: 2, results: [] });

  // When the functions check it, and it waits for an operator
  await table.write(content({ state: 'waiting' }), { record: undefined, corrupt: false });

  // Then the run approves it
  expect(await of.campaign.look()).toEqual({ state: 'waiting', rows: 2, settled: 0, ended: false, approved: true });
  expect(await of.campaign.look()).toMatchObject({ state: 'sending', ended: false });

  // When it finishes
  const results: RowResult[] = [
    { row: 1, line: 2, cells: ['a', 'sale'], status: 'created', onelinkId: 'A1b3', shortlinkId: 'x' },
    { row: 2, line: 3, cells: ['b', ''], status: 'rejected', reason: 'invalid-row' },
  ];
  const lines = async function* () {
    for (const result of results) yield `${JSON.stringify(result)}\n`;
  };
  const table1 = async function* () {
    yield 'request_id,c,status\r\na,sale,created\r\nb,,rejected\r\n';
  };
  await files.upload('results/crm/spring.ndjson', lines(), 'application/x-ndjson');
  await files.upload('results/crm/spring.csv', table1(), 'text/csv');
  const reading = await table.read(key);
  await table.write(content({ state: 'finished', tallies: { created: 1, rejected: 1 }, endedAt: 2 }), reading);

  // Then the run has all results, and writes the table
  expect(await of.campaign.look()).toEqual({ state: 'finished', rows: 2, settled: 2, ended: true });
  expect((await of.end()).results).toEqual(results);
  expect(await of.write(directory)).toEqual(['results/crm/spring.csv']);
  expect(refused()).toEqual([]);
});

test('a refused campaign has no results', async () => {
  const { of, table } = await openPipeline();
  const refusal = { path: '', rule: 'encoding', message: 'the file is UTF-16' };
  await table.write(content({ state: 'refused', refusal, rows: 0 }), { record: undefined, corrupt: false });
  expect(await of.campaign.look()).toMatchObject({ state: 'refused', ended: true });
  expect((await of.end()).results).toEqual([]);
});

test('a code without a file has no text', async () => {
  expect(await codeTexts('nowhere', ['qr/a.png'], new Map())).toEqual(new Map());
});
