import { addressOfKnown, knownRow } from '../domain/campaign/known-rows.ts';
import type { CampaignRecord } from '../domain/campaign/record.ts';
import type { CheckedRow } from '../domain/campaign/row.ts';
import { requestKey } from '../domain/contract/request-key.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { secondsNow } from '../domain/work/clock.ts';
import type { CampaignCheckerPorts } from './ports.ts';

type KnownPorts = Pick<CampaignCheckerPorts, 'ledger' | 'linkIdSecret' | 'clock'>;

const textOf = ({ onelinkId, shortlinkId }: LinkAddress) => `${onelinkId}/${shortlinkId}`;

/**
 * Compares the rows of a later drop with what the ledger knows of their requests and links. The first drop of a campaign
 * needs no such reads.
 */
export async function withKnown(
  rows: readonly CheckedRow[],
  { source, name }: Pick<CampaignRecord, 'source' | 'name'>,
  by: { keyed: boolean; onConflict: 'reject' | 'derive' },
  { ledger, linkIdSecret, clock }: KnownPorts,
): Promise<CheckedRow[]> {
  const asked = rows.flatMap((row) => (row.check === 'send' ? [{ source, requestId: row.requestId }] : []));
  if (asked.length === 0) return [...rows];
  const requests = await ledger.requests(asked);
  const requestOf = (row: CheckedRow) =>
    row.check === 'send' ? requests.get(requestKey({ source, requestId: row.requestId })) : undefined;
  const addresses = rows.map((row) => addressOfKnown(row, requestOf(row)));
  const found = await ledger.linksAt(addresses.flatMap((address) => address ?? []));
  const links = new Map(found.map((link) => [textOf(link.address), link]));
  const secret = await linkIdSecret.value();
  const nowSeconds = secondsNow(clock);
  return rows.map((row, index) => {
    if (row.check !== 'send') return row;
    const address = addresses[index];
    const link = address && links.get(textOf(address));
    return knownRow(row, { source, name, ...by, request: requestOf(row), link, linkIdSecret: secret, nowSeconds });
  });
}
