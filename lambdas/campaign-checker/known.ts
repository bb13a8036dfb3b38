import {
  answersCommand,
  attemptRequestId,
  hasTimeAgain,
  madeNoLink,
  mostAttempts,
} from '../domain/campaign/attempts.ts';
import type { FileCheckRow } from '../domain/campaign/file-check.ts';
import { addressOfKnown, type KnownFacts, knownRow } from '../domain/campaign/known-rows.ts';
import type { CheckedRow } from '../domain/campaign/row.ts';
import { requestKey } from '../domain/contract/request-key.ts';
import type { LinkRecord, RequestRecord } from '../domain/link/ledger-record.ts';
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
  const linkOf = (index: number) => {
    const address = addresses[index];
    return address && links.get(textOf(address));
  };
  const nowSeconds = secondsNow(clock);
  const decide = ({ checked, command, expiresAt, request }: KnownRow, index: number, attempt: number): CheckedRow => {
    if (checked.check !== 'send' || command === undefined) return checked;
    const facts = { request, link: linkOf(index), command, ...file, expiresAt, linkIdSecret: secret, nowSeconds };
    return knownRow(checked, { ...facts, attempt });
  };

  const decided = known.map((row, index) => decide(row, index, 1));
  let open = [...known.keys()];
  for (let attempt = 2; open.length > 0 && attempt <= mostAttempts; attempt++) {
    open = await changesWithTimeAgain(open, { known, decided, linkOf }, source, { ledger, clock });
    for (const index of open) decided[index] = decide(known[index] as KnownRow, index, attempt);
  }
  return decided;
}

/** Which rows are changes whose request has ended because of time alone. They are tried again, as other requests. */
async function changesWithTimeAgain(
  rows: readonly number[],
  of: { known: readonly KnownRow[]; decided: readonly CheckedRow[]; linkOf: (index: number) => LinkRecord | undefined },
  source: string,
  { ledger, clock }: Pick<KnownPorts, 'ledger' | 'clock'>,
): Promise<number[]> {
  const changes = rows.flatMap((index) => {
    const [row, now] = [of.known[index], of.decided[index]];
    if (row?.command === undefined || row.checked.check !== 'send' || now?.check !== 'send') return [];
    if (now.requestId === row.checked.requestId) return [];
    return [{ index, command: row.command, key: { source, requestId: now.requestId } }];
  });
  if (changes.length === 0) return [];
  const requests = await ledger.requests(changes.map(({ key }) => key));
  return changes
    .filter(({ index, command, key }) => {
      const ended = requests.get(requestKey(key));
      const lastChangeAt = of.linkOf(index)?.applied.requestedAt;
      return ended !== undefined && hasTimeAgain(ended, command, clock.wallMilliseconds(), lastChangeAt);
    })
    .map(({ index }) => index);
}

interface KnownRow extends Pick<FileCheckRow, 'checked' | 'command'> {
  expiresAt?: number | undefined;
  request?: RequestRecord | undefined;
}

/**
 * The rows with the records of their requests. A row whose create or update ended without a link is another attempt, with that
 * attempt's request ID. So is a delete or a QR code whose time was up.
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
      if (request === undefined) return false;
      if (command.action === 'create' || command.action === 'update') return madeNoLink(request);
      return hasTimeAgain(request, command, clock.wallMilliseconds());
    });
  }
  return known;
}
