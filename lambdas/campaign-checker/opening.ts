import { type CampaignKey, inboxPrefix } from '../domain/campaign/places.ts';
import type { CampaignFile, CampaignRecord } from '../domain/campaign/record.ts';
import type { CampaignRules } from '../domain/campaign/rules.ts';
import { dropSettings } from './drop-settings.ts';
import { inboxObject } from './file-name.ts';
import { ownMessage } from './messages.ts';
import { campaignCheckerMetric } from './names.ts';
import type { CampaignCheckerPorts } from './ports.ts';
import { isOf, newDrop } from './record.ts';
import { objectReference, refuse, save } from './saving.ts';

/** How long a file without settings waits for them. People upload both at once, in any order. */
const settingsMilliseconds = 60_000;

/** Two messages for one campaign seldom open it at the same time. */
const attempts = 5;

/**
 * Opens a file of the inbox, as it is now: a new drop of its campaign, or the drop that is being checked.
 *
 * Events of S3 may come twice, late or in another order, so only the bucket counts.
 *
 * @returns the record of the drop, or undefined if there is nothing to check
 * @throws Error if the record keeps changing
 */
export async function openFile(
  key: string,
  rules: CampaignRules,
  ports: CampaignCheckerPorts,
): Promise<CampaignRecord | undefined> {
  const { campaigns, files, queue, observer, clock } = ports;
  const object = inboxObject(key);
  if (object === 'nothing-to-do') return undefined;
  if ('misplaced' in object) {
    observer.count(campaignCheckerMetric.fileRefused);
    const folder = key.slice(inboxPrefix.length).split('/')[0];
    const source = rules.producers.find((one) => one.source === folder)?.source;
    observer.warn('a file of the inbox is no campaign’s: its place or its ending is wrong', {
      ...(source !== undefined && { source }),
      object: objectReference(key),
      rules: [object.misplaced],
    });
    return undefined;
  }
  const { campaign } = object;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const file = await files.file(key);
    if (file === undefined) return deleted(campaign, key, ports);
    if (file.rewritten) return undefined;
    const reading = await campaigns.read(campaign);
    const { record } = reading;
    if (record && isOf(record, file)) return record;
    // An event that came late. The campaign has a later file, with another ending.
    if (record && record.file.droppedAt > file.droppedAt) return undefined;
    const found = await files.settings(campaign);
    const chosen = dropSettings(campaign, found, rules);
    const now = clock.wallMilliseconds();
    if ('fault' in chosen || isEmpty(file)) {
      const fault = 'fault' in chosen ? chosen.fault : { path: '', rule: 'empty', message: 'is empty' };
      // The outcome has the lane that its file would have used. Only a source that is no producer has none.
      const lane = rules.producers.find(({ source }) => source === campaign.source)?.lanes[0] ?? '';
      const drop = newDrop(campaign, file, { settings: {}, lane }, reading, now);
      await refuse(drop, fault, (next) => campaigns.write(next, reading), ports);
      return undefined;
    }
    const waits = file.droppedAt + settingsMilliseconds - now;
    if (found === undefined && waits > 0) {
      await queue.send(ownMessage({ open: key }), Math.min(60, Math.ceil(waits / 1000)));
      return undefined;
    }
    const drop = newDrop(campaign, file, chosen, reading, now);
    // Before the record: a drop on the list without a record does no harm, the opposite would stand still.
    await campaigns.list({ ...campaign, drop: drop.drop });
    const written = await campaigns.write(drop, reading);
    if (written) return written;
  }
  throw new Error('the record of a campaign keeps changing');
}

const isEmpty = ({ bytes }: CampaignFile) => bytes === 0;

/** A file that is gone cannot be checked any more. What was sent of it has its outcomes. */
async function deleted(campaign: CampaignKey, key: string, ports: CampaignCheckerPorts): Promise<undefined> {
  const { record } = await ports.campaigns.read(campaign);
  if (record?.file.key !== key || record.state !== 'checking') return undefined;
  const fault = { path: '', rule: 'deleted', message: 'was deleted before its check had ended: drop it again' };
  await refuse(record, fault, (next) => save(next, record, ports), ports);
  return undefined;
}
