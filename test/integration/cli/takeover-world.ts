import { createHmac } from 'node:crypto';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeEach, expect } from 'vitest';
import { CampaignFiles } from '../../../lambdas/adapters/campaign-files.ts';
import { CampaignTable } from '../../../lambdas/adapters/campaign-table.ts';
import { Ledger } from '../../../lambdas/adapters/ledger.ts';
import type { CampaignRecord } from '../../../lambdas/domain/campaign/record.ts';
import type { RowResult } from '../../../lambdas/domain/campaign/row.ts';
import { systemClock } from '../../../lambdas/runtime/clock.ts';
import { givenCampaign } from '../../world/given-campaign.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';
import { givenEngines, givenTable } from '../lambdas/adapters/given-engines.ts';
import { givenStack } from './given-stack.ts';

/** The text of the list of each test. */
const list = ['A1b3/one', 'https://go.acme.example/A1b3/two', 'A1b3/three', 'A1b3/gone', 'A1b3/one', 'a note'].join(
  '\n',
);
const found = { one: 'readable', two: 'readable', three: 'readable', gone: 'absent' };

/** The key of a link's row, by the key that the notes have. */
export const keyOf = (id: string, key = 'of-the-test') =>
  createHmac('sha256', key).update(`A1b3/${id}`).digest('hex').slice(0, 32);

/** Lists with their notes, and what `onelink takeover` does with them. Each test has a list of its own. */
export async function givenTakeovers() {
  const { client, table } = await givenTable();
  const { s3, bucket: newBucket, settings } = await givenEngines();
  const bucket = await newBucket('campaign-files');
  const campaigns = new CampaignTable(client, table, systemClock);
  const files = new CampaignFiles(s3, bucket);
  const folder = await temporaryFolder(afterAll);
  const { hostname, port, protocol } = (await client.config.endpoint?.()) ?? {
    hostname: '',
    port: 0,
    protocol: 'http:',
  };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: settings.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: `${protocol}//${hostname}:${port}`,
  });
  const stack = await givenStack('OneLink-production', () => ({
    LedgerTableName: table,
    CampaignBucketName: bucket,
    QrBucketName: 'qr',
    LinkIdSecretArn: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:link-id',
    ReaderFunctionName: 'reader',
  }));
  let lists = 0;
  const world = { path: '', name: '' };
  const notes = () => `${world.path}.takeover.ndjson`;
  const key = () => `inbox/crm/${world.name}.ndjson`;

  /** Writes a list whose links are in its notes, so nothing is to be looked up. */
  async function givenList(path: string, { text = list, noted = found as object, notesKey = 'of-the-test' } = {}) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    const head = { kind: 'takeover', v: 1, stack: 'OneLink-production', source: 'crm', key: notesKey };
    const lines = Object.entries(noted).map(([id, one]) => ({ kind: 'link', link: `A1b3/${id}`, found: one }));
    await writeFile(`${path}.takeover.ndjson`, [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  beforeEach(async () => {
    lists += 1;
    world.path = join(folder, `links-${lists}.txt`);
    world.name = `links-${lists}.takeover`;
    await givenList(world.path);
  });

  const objectText = async (Key: string) =>
    (await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body?.transformToString();
  const takeoverOf = (verb: string, path: string, ...words: string[]) =>
    stack('takeover', verb, path, '--source', 'crm', ...words);
  const takeover = (verb: string, ...words: string[]) => takeoverOf(verb, world.path, ...words);

  return {
    world,
    folder,
    s3,
    bucket,
    files,
    notes,
    key,
    givenList,
    objectText,
    takeoverOf,
    takeover,
    ledger: new Ledger(client, table, systemClock),
    notesText: () => readFile(notes(), 'utf8'),
    addToList: (text: string) => appendFile(world.path, text),
    addToNotes: (id: string) =>
      appendFile(notes(), `${JSON.stringify({ kind: 'link', link: `A1b3/${id}`, found: 'readable' })}\n`),
    run: (...words: string[]) => takeover('run', ...words),

    /** The rows in the inbox. */
    async uploaded(): Promise<Record<string, unknown>[]> {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key() }));
      if (Contents.length === 0) return [];
      return ((await objectText(key())) ?? '')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    },

    /** The campaign has ended with these results, by the key of the row. */
    async givenEnd(results: Record<string, Partial<RowResult>>, change: Partial<CampaignRecord> = {}) {
      const { name } = world;
      const file = (await files.file(key())) ?? expect.fail('nothing is uploaded');
      const lines = Object.entries(results).map(([keyOfRow, result], index) =>
        JSON.stringify({
          row: index + 1,
          line: index + 1,
          cells: [],
          key: keyOfRow,
          requestId: `${name}/${keyOfRow}`,
          ...result,
        }),
      );
      await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: `results/crm/${name}.ndjson`, Body: `${lines.join('\n')}\n` }),
      );
      const {
        v: _,
        revision: __,
        ...content
      } = givenCampaign({ name, file, state: 'finished', endedAt: 1, ...change });
      await campaigns.write({ ...content, rows: lines.length }, await campaigns.read({ source: 'crm', name }));
    },
  };
}
