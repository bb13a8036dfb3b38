import type { Ledger } from '../../lambdas/adapters/ledger.ts';
import type { CampaignKey } from '../../lambdas/domain/campaign/places.ts';
import type { RowResult } from '../../lambdas/domain/campaign/row.ts';
import { campaignName } from '../../lambdas/domain/campaign/settings.ts';
import { OperatorError } from '../words/operator-error.ts';
import { addressKey } from './campaign-results.ts';
import { inOrder, portions } from './in-order.ts';

/** A row of the file that retires links. The names are those of the campaign's fields. */
export interface RetiringRow {
  request_id: string;
  action: 'delete';
  template: string;
  shortlink_id: string;
}

/** What the results say of a campaign's links. */
export interface RetiringCounts {
  /** Links that live and are to be deleted. Each costs one call. */
  live: number;
  /** Links that live and existed before the campaign, which has taken them over. They are among `live` only on request. */
  takenOver: number;
  /** Links that were deleted or have expired since. */
  gone: number;
  /** Links that the campaign has changed and another request has made. They stay. */
  others: number;
}

export const noRetiring = (): RetiringCounts => ({ live: 0, takenOver: 0, gone: 0, others: 0 });

/** DynamoDB reads 100 keys at once. */
const linksAtOnce = 100;

/**
 * The campaign that retires another one: `spring.retire`.
 *
 * @throws OperatorError if the name does not fit
 */
export function retiringCampaign({ source, name }: CampaignKey, as: string = `${name}.retire`): CampaignKey {
  if (campaignName.safeParse(as).success) return { source, name: as };
  throw new OperatorError(
    `${as} cannot be a campaign’s name: 1 to 48 letters, digits, dots, dashes or underscores. Name it with --as.`,
  );
}

/**
 * The rows that delete the live links that a campaign has made. The row's key and the link's version name the request. So a
 * second run repeats the same requests, and deletes a link that was changed meanwhile.
 *
 * @param counts is kept up to date
 * @param withTakenOver whether links go as well that existed before the campaign
 */
export async function* retiringRows(
  results: AsyncIterable<RowResult>,
  { source, name }: CampaignKey,
  ledger: Pick<Ledger, 'linksAt'>,
  counts: RetiringCounts,
  withTakenOver = false,
): AsyncGenerator<RetiringRow> {
  const recordsOf = async (portion: Linked[]) => {
    const links = await ledger.linksAt(portion.map(({ address }) => address));
    const records = new Map(links.map((link) => [addressKey(link.address), link]));
    return portion.map((one) => ({ ...one, record: records.get(addressKey(one.address)) }));
  };
  for await (const portion of inOrder(4, portions(linked(results), linksAtOnce), recordsOf)) {
    for (const { address, key, record } of portion) {
      const isOwn = record?.source === source && record.requestId.startsWith(`${name}/`);
      const kind = record?.state !== 'live' ? 'gone' : isOwn ? 'live' : 'others';
      const isTakenOver = kind === 'live' && record?.takenOver === true;
      if (isTakenOver) counts.takenOver += 1;
      if (isTakenOver && !withTakenOver) continue;
      counts[kind] += 1;
      if (kind !== 'live' || record === undefined) continue;
      const { onelinkId: template, shortlinkId: shortlink_id } = address;
      yield { request_id: `${key}.v${record.version}`, action: 'delete', template, shortlink_id };
    }
  }
}

interface Linked {
  key: string;
  address: { onelinkId: string; shortlinkId: string };
}

const withLink: ReadonlySet<string> = new Set(['created', 'updated', 'adopted', 'migrated', 'unchanged']);

/** The rows with a link. Two rows of a file may change one link, which is deleted once. A million links take some 100 MB. */
async function* linked(results: AsyncIterable<RowResult>): AsyncGenerator<Linked> {
  const seen = new Set<string>();
  for await (const { status, onelinkId, shortlinkId, key, requestId, row } of results) {
    if (!withLink.has(status) || onelinkId === undefined || shortlinkId === undefined) continue;
    const address = { onelinkId, shortlinkId };
    if (seen.has(addressKey(address))) continue;
    seen.add(addressKey(address));
    yield { key: key ?? requestId ?? `row-${row}`, address };
  }
}
