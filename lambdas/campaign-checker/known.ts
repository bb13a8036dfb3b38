import type { FileCheckRow } from '../domain/campaign/file-check.ts';
import { addressOfKnown, knownRow } from '../domain/campaign/known-rows.ts';
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
 *
 * @param hasKeys whether the file has a key column
 */
export async function withKnown(
  rows: readonly FileCheckRow[],
  source: string,
  hasKeys: boolean,
  { ledger, linkIdSecret, clock }: KnownPorts,
): Promise<CheckedRow[]> {
  const asked = rows.flatMap(({ checked }) =>
    checked.check === 'send' ? [{ source, requestId: checked.requestId }] : [],
  );
  if (asked.length === 0) return rows.map(({ checked }) => checked);
  const requests = await ledger.requests(asked);
  const requestOf = (row: CheckedRow) =>
    row.check === 'send' ? requests.get(requestKey({ source, requestId: row.requestId })) : undefined;
  const addresses = rows.map(({ checked }) => addressOfKnown(checked, requestOf(checked)));
  const found = await ledger.linksAt(addresses.flatMap((address) => address ?? []));
  const links = new Map(found.map((link) => [textOf(link.address), link]));
  const secret = await linkIdSecret.value();
  const nowSeconds = secondsNow(clock);
  return rows.map(({ checked, command, expiresAt }, index) => {
    if (checked.check !== 'send' || command === undefined) return checked;
    const address = addresses[index];
    const link = address && links.get(textOf(address));
    const request = requestOf(checked);
    return knownRow(checked, { request, link, command, hasKeys, expiresAt, linkIdSecret: secret, nowSeconds });
  });
}
