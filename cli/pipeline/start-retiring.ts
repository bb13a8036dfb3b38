import type { CampaignKey } from '../../lambdas/domain/campaign/places.ts';
import type { Operations } from './operations.ts';
import type { RetiringRow } from './retire-campaign.ts';
import { withRowFile } from './row-file.ts';
import { digestOf, upload } from './upload.ts';

/**
 * Writes the deletes of a campaign into a file that only this user can read, and removes it after the work.
 *
 * @throws OperatorError if the signal aborts, or if there is no room
 */
export const withDeletes = <Result>(
  rows: AsyncIterable<RetiringRow>,
  signal: AbortSignal,
  work: (file: string) => Promise<Result>,
): Promise<Result> => withRowFile(rows, { rows: 'The deletes', nothing: 'Nothing was deleted.', signal }, work);

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
