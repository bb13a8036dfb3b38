import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CampaignKey } from '../../lambdas/domain/campaign/places.ts';
import { errorCode, unwritable } from '../files/file-error.ts';
import { OperatorError } from '../words/operator-error.ts';
import type { Operations } from './operations.ts';
import type { RetiringRow } from './retire-campaign.ts';
import { digestOf, upload } from './upload.ts';

/**
 * Writes the deletes of a campaign into a file that only this user can read, and removes it after the work.
 *
 * @throws OperatorError if the signal aborts, or if there is no room
 */
export async function withDeletes<Result>(
  rows: AsyncIterable<RetiringRow>,
  signal: AbortSignal,
  work: (file: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'onelink-'));
  try {
    const file = join(folder, 'deletes.ndjson');
    await writeRows(file, rows, signal);
    return await work(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeRows(file: string, rows: AsyncIterable<RetiringRow>, signal: AbortSignal): Promise<void> {
  const lines = (async function* () {
    for await (const row of rows) yield `${JSON.stringify(row)}\n`;
  })();
  try {
    await pipeline(Readable.from(lines), createWriteStream(file, { mode: 0o600 }), { signal });
  } catch (error) {
    if (signal.aborted) throw new OperatorError('Interrupted. Nothing was deleted.');
    if (!/^(ENOSPC|EDQUOT|EROFS)$/.test(errorCode(error) ?? '')) throw error;
    throw new OperatorError(
      `The deletes need room in ${tmpdir()}, but ${unwritable(error)}. Set TMPDIR to another folder.`,
    );
  }
}

/**
 * Starts the campaign that deletes the links of another one. The address of an upload is good for minutes, so the act comes after
 * the file.
 *
 * @param links how many links the file deletes
 */
export async function startRetiring(
  file: string,
  { source, name: as }: CampaignKey,
  { name: campaign }: CampaignKey,
  links: number,
  { operations, reason, signal }: { operations: Operations; reason: string | undefined; signal: AbortSignal },
): Promise<void> {
  const { sha256, bytes } = await digestOf(file);
  const address = await operations.act('campaign-retire', { source, campaign, as, sha256, bytes, links }, reason);
  await upload(file, address, signal);
}
