import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { Archive } from '../../../../lambdas/adapters/archive.ts';
import { History } from '../../../../lambdas/adapters/history.ts';
import { QrStore } from '../../../../lambdas/adapters/qr-store.ts';
import type { RejectedCommand } from '../../../../lambdas/domain/contract/rejected-command.ts';
import { historyLineOf } from '../../../../lambdas/domain/link/history-line.ts';
import { givenLinkAt } from '../../../world/given-ledger.ts';
import { givenEngines } from './given-engines.ts';

const engines = await givenEngines();

async function keysOf(bucket: string): Promise<string[]> {
  const { Contents = [] } = await engines.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key = '' }) => Key);
}

async function objectOf(bucket: string, key: string) {
  const { Body, ContentType } = await engines.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return { type: ContentType, bytes: Buffer.from((await Body?.transformToByteArray()) ?? []) };
}

function rejected(messageId: string, change: Partial<RejectedCommand> = {}): RejectedCommand {
  return {
    lane: 'campaign',
    messageId,
    sentAt: '2026-03-09T23:59:59.000Z',
    source: 'crm',
    requestId: 'order-1',
    faults: [{ path: 'data.af_r', rule: 'format', message: 'must be a URL' }],
    body: '{"broken": "é\n',
    ...change,
  };
}

describe('the archive', () => {
  it('keeps whole rejected commands, one a line, under lane and day', async () => {
    // Given
    const bucket = await engines.bucket('archive-lines');
    const archive = new Archive(engines.s3, bucket);
    const commands = ['m1', 'm2', 'm3'].map((id) => rejected(id));
    // When
    await Promise.all(commands.map((command) => archive.addRejected(command)));
    // Then
    const [key = '', ...others] = await keysOf(bucket);
    expect(others).toEqual([]);
    expect(key).toMatch(/^rejected\/campaign\/2026\/03\/09\/[0-9a-f]{32}\.ndjson$/);
    const { type, bytes } = await objectOf(bucket, key);
    expect(type).toBe('application/x-ndjson');
    const text = bytes.toString('utf8');
    expect(text.endsWith('\n')).toBe(true);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(commands);
  });

  it('keeps the ends of links under the day of each expiry, where the history finds them', async () => {
    // Given links that one batch has found to be over
    const bucket = await engines.bucket('archive-history');
    const archive = new Archive(engines.s3, bucket);
    const ends = ['2026-03-09T23:59:59Z', '2026-03-10T00:00:00Z', '2026-03-09T00:00:00Z'];
    const lines = ends.map((at, index) =>
      historyLineOf(givenLinkAt(`poster-${index}`, { expiresAt: Date.parse(at) / 1000 })),
    );
    // When
    await Promise.all(lines.map((line) => archive.addExpired(line)));
    // Then
    const history = new History(engines.s3, bucket);
    const idsOf = async (day: string) => {
      const ids: string[] = [];
      for await (const keys of history.pages(day)) {
        for (const key of keys) ids.push(...(await history.lines(key)).map(({ shortlinkId }) => shortlinkId));
      }
      return ids.sort();
    };
    expect(await idsOf('2026-03-09')).toEqual(['poster-0', 'poster-2']);
    expect(await idsOf('2026-03-10')).toEqual(['poster-1']);
    expect(await idsOf('2026-03-11')).toEqual([]);
    expect(await keysOf(bucket)).toHaveLength(2);
  });

  it('never overwrites an object', async () => {
    const bucket = await engines.bucket('archive-twice');
    const archive = new Archive(engines.s3, bucket);
    await archive.addRejected(rejected('m1'));
    await archive.addRejected(rejected('m2'));
    await archive.addRejected(rejected('m1'));
    expect(await keysOf(bucket)).toHaveLength(2);
  });

  it('resolves only after the command is stored', async () => {
    const archive = new Archive(engines.s3, 'no-such-bucket');
    await expect(archive.addRejected(rejected('m1'))).rejects.toThrow('refused three times: NoSuchBucket');
  });
});

describe('the QR store', () => {
  const spring = { source: 'crm', address: { onelinkId: 'A1b3', shortlinkId: 'spring' } };

  it.each([
    ['png', 'image/png'],
    ['jpg', 'image/jpeg'],
  ] as const)('keeps a %s under its source and link, byte for byte', async (format, type) => {
    const bucket = await engines.bucket(`qr-${format}`);
    const store = new QrStore(engines.s3, bucket);
    const bytes = Buffer.from([0xff, 0xd8, 0x00, 0x0d, 0x0a, 0x80]);
    const key = await store.put(spring, { format, bytes });
    expect(key).toBe(`qr/crm/A1b3/spring.${format}`);
    expect(await objectOf(bucket, key)).toEqual({ type, bytes });
    expect(store.bucket).toBe(bucket);
  });

  it('replaces an older image of the link', async () => {
    const bucket = await engines.bucket('qr-again');
    const store = new QrStore(engines.s3, bucket);
    await store.put(spring, { format: 'png', bytes: Buffer.from('old') });
    await store.put(spring, { format: 'png', bytes: Buffer.from('new') });
    expect(await keysOf(bucket)).toEqual(['qr/crm/A1b3/spring.png']);
    expect((await objectOf(bucket, 'qr/crm/A1b3/spring.png')).bytes.toString()).toBe('new');
  });

  it('removes an image of this source only', async () => {
    const bucket = await engines.bucket('qr-removed');
    const store = new QrStore(engines.s3, bucket);
    const others = { ...spring, source: 'crm2' };
    for (const link of [spring, others]) await store.put(link, { format: 'png', bytes: Buffer.from('x') });
    await store.remove(spring);
    expect(await keysOf(bucket)).toEqual(['qr/crm2/A1b3/spring.png']);
  });

  it('fails if it cannot store the image', async () => {
    const store = new QrStore(engines.s3, 'no-such-bucket');
    await expect(store.put(spring, { format: 'png', bytes: Buffer.from('x') })).rejects.toThrow();
  });
});
