import { createHash } from 'node:crypto';
import { csvHead, csvRow } from '../domain/campaign/csv-text.ts';
import { resultPlaces } from '../domain/campaign/places.ts';
import type { CampaignRecord } from '../domain/campaign/record.ts';
import { campaignName } from '../domain/campaign/settings.ts';
import type { Fault } from '../domain/contract/fault.ts';
import { campaignCheckerMetric } from './names.ts';
import type { CampaignCheckerPorts, Content, Reading } from './ports.ts';
import { refusedDrop } from './record.ts';

/** Operators act by hand, so a second writer is rare. */
const attempts = 5;

/**
 * Writes the record that follows a reading. An operator may have paused the campaign in the meantime: the pause stays.
 *
 * @returns the record as it is now, or undefined if the check is not ours any more: another run is ahead, an operator has
 *   cancelled the campaign, or a newer drop has begun
 * @throws Error if the record keeps changing
 */
export async function save(
  next: Content,
  read: CampaignRecord,
  { campaigns }: Pick<CampaignCheckerPorts, 'campaigns'>,
): Promise<CampaignRecord | undefined> {
  let reading: Reading = { record: read, corrupt: false };
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const { paused: _, ...content } = next;
    const paused = reading.record?.paused;
    const written = await campaigns.write({ ...content, ...(paused && { paused }) }, reading);
    if (written) return written;
    reading = await campaigns.read(next);
    if (!isWhereItWas(read, reading.record)) return undefined;
  }
  throw new Error('the record of a campaign keeps changing');
}

const isWhereItWas = (read: CampaignRecord, now: CampaignRecord | undefined) =>
  now?.drop === read.drop &&
  now.state === read.state &&
  now.check.digestObjects === read.check.digestObjects &&
  now.check.done === read.check.done;

/**
 * Ends a drop that cannot be used, and writes the reason where its producer can read it. The campaign sender publishes the
 * end, and takes the drop off the list. A source that is no producer has no outcome.
 */
export async function refuse(
  drop: Content,
  fault: Fault,
  write: (next: Content) => Promise<CampaignRecord | undefined>,
  { campaigns, files, observer, clock }: Pick<CampaignCheckerPorts, 'campaigns' | 'files' | 'observer' | 'clock'>,
): Promise<void> {
  const { source, name, lane, file } = drop;
  await files.upload(resultPlaces(drop).rejected, refusalText(fault), 'text/csv; charset=utf-8');
  // Before the record, as with a drop that is checked.
  if (lane !== '') await campaigns.list({ source, name, drop: drop.drop });
  if ((await write(refusedDrop(drop, fault, clock.wallMilliseconds()))) === undefined) return;
  observer.count(campaignCheckerMetric.fileRefused);
  observer.warn('a campaign’s file cannot be used', {
    // Folders and names that nobody has checked may hold anything.
    ...(lane !== '' && { source }),
    ...(lane !== '' && campaignName.safeParse(name).success && { campaign: name }),
    object: objectReference(file.key),
    rules: [fault.rule],
  });
}

/** Identifies an object in a log, which may not hold its key. */
export const objectReference = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 12);

async function* refusalText({ path, rule, message }: Fault): AsyncGenerator<string> {
  yield csvHead(['path', 'rule', 'reason']);
  yield csvRow([path, rule, message]);
}
