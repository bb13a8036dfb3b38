import { answersCommand, attemptRequestId, madeNoLink, mostAttempts } from '../domain/campaign/attempts.ts';
import type { FileCheckRow } from '../domain/campaign/file-check.ts';
import { addressOfKnown, type KnownFacts, knownRow } from '../domain/campaign/known-rows.ts';
import type { CheckedRow } from '../domain/campaign/row.ts';
import { requestKey } from '../domain/contract/request-key.ts';
import type { RequestRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { secondsNow } from '../domain/work/clock.ts';
import type { CampaignCheckerPorts } from './ports.ts';

type KnownPorts = Pick<CampaignCheckerPorts, 'ledger' | 'linkIdSecret' | 'clock'>;

const textOf = ({ onelinkId, shortlinkId }: LinkAddress) => `${onelinkId}/${shortlinkId}`;

/**
 * Compares rows with what the ledger knows of their requests and links. The first drop of a campaign without calls for its
 * keys needs no such reads.
 *
 * @param file whether the file has a key column, and whether its lane derives an ID if a chosen one is taken
 */
export async function withKnown(
  rows: readonly FileCheckRow[],
  source: string,
  file: Pick<KnownFacts, 'hasKeys' | 'derivesIds'>,
  { ledger, linkIdSecret, clock }: KnownPorts,
): Promise<CheckedRow[]> {
  if (!rows.some(({ checked }) => checked.check === 'send')) return rows.map(({ checked }) => checked);
  const secret = await linkIdSecret.value();
  const known = await withRequests(rows, source, secret, { ledger, clock });
  const addresses = known.map(({ checked, request }) => addressOfKnown(checked, request));
  const found = await ledger.linksAt(addresses.flatMap((address) => address ?? []));
  const links = new Map(found.map((link) => [textOf(link.address), link]));
  const nowSeconds = secondsNow(clock);
  return known.map(({ checked, command, expiresAt, request }, index) => {
    if (checked.check !== 'send' || command === undefined) return checked;
    const address = addresses[index];
    const link = address && links.get(textOf(address));
    return knownRow(checked, { request, link, command, ...file, expiresAt, linkIdSecret: secret, nowSeconds });
  });
}

interface KnownRow extends Pick<FileCheckRow, 'checked' | 'command'> {
  expiresAt?: number | undefined;
  request?: RequestRecord | undefined;
}

/**
 * The rows with the records of their requests. A row whose create made no link is another attempt, with that attempt's
 * request ID.
 */
async function withRequests(
  rows: readonly FileCheckRow[],
  source: string,
  secret: string,
  { ledger, clock }: Pick<KnownPorts, 'ledger' | 'clock'>,
): Promise<KnownRow[]> {
  const known: KnownRow[] = [...rows];
  let open = rows.flatMap(({ checked, command, expiresAt }, index) =>
    checked.check === 'send' && command !== undefined ? [{ index, checked, command, expiresAt }] : [],
  );
  for (let attempt = 1; open.length > 0 && attempt <= mostAttempts; attempt++) {
    const idOf = ({ requestId }: { requestId: string }) => attemptRequestId(requestId, attempt);
    const found = await ledger.requests(open.map(({ checked }) => ({ source, requestId: idOf(checked) })));
    open = open.filter(({ index, checked, command, expiresAt }) => {
      const requestId = idOf(checked);
      const request = found.get(requestKey({ source, requestId }));
      const ended = known[index]?.request;
      if (!request && ended && answersCommand(ended, command, secret, clock.wallMilliseconds())) return false;
      const ofAttempt = { ...checked, requestId, command: { ...checked.command, requestId } };
      known[index] = { checked: ofAttempt, command: { ...command, requestId }, expiresAt, request };
      return request !== undefined && command.action === 'create' && madeNoLink(request);
    });
  }
  return known;
}
