import { type CampaignRecord, isActive } from '../domain/campaign/record.ts';
import type { CampaignDrop, CampaignSenderPorts } from './ports.ts';

/**
 * The campaigns on the list of active ones. What has ended, or was replaced by a newer drop, is taken off the list: a crash
 * has left it there.
 *
 * @throws Error if a record is malformed. The others are returned in the error's place by the next call.
 */
export async function activeCampaigns({
  campaigns,
}: Pick<CampaignSenderPorts, 'campaigns'>): Promise<{ records: CampaignRecord[]; corrupt: number }> {
  const drops = await campaigns.active();
  if (drops.length === 0) return { records: [], corrupt: 0 };
  const { records, corrupt } = await campaigns.readAll(drops);
  const kept: CampaignRecord[] = [];
  for (const record of records) {
    const listed = drops.filter(({ source, name }) => source === record.source && name === record.name);
    for (const drop of listed) if (isOver(record, drop)) await campaigns.unlist(drop);
    if (listed.some(({ drop }) => drop === record.drop) && hasWork(record)) kept.push(record);
  }
  return { records: kept, corrupt: corrupt.length };
}

/** A cancelled campaign has its end to write, and a refused file has its outcome to publish. */
const hasWork = (record: CampaignRecord) =>
  isActive(record) || ((record.state === 'cancelled' || record.state === 'refused') && record.endedAt === undefined);

/** The checker puts a drop on the list before it writes the drop's record, so a listed drop may be newer than its record. */
function isOver(record: CampaignRecord, { drop }: CampaignDrop): boolean {
  return drop < record.drop || (drop === record.drop && !hasWork(record));
}
