import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { isGivenUp } from '../../../lambdas/domain/link/link-state.ts';
import type { LinkAtApi } from '../../../lambdas/domain/onelink/api-answer.ts';
import { isoSeconds } from '../../../lambdas/domain/work/clock.ts';
import { durationWords } from '../../words/words.ts';
import type { Found } from './comparison.ts';

/** One property of a link, in the ledger and at the API; undefined on a side that does not have it. */
export interface Facet {
  what: string;
  ledger: string | undefined;
  api: string | undefined;
}

/**
 * The properties of a link on both sides.
 *
 * @param showData whether to show the values of parameters; otherwise only their number
 */
export function facetsOf(
  record: LinkRecord | undefined,
  found: Found | undefined,
  { showData, nowSeconds }: { showData: boolean; nowSeconds: number },
): Facet[] {
  const api = typeof found === 'object' ? found : undefined;
  const facets: Facet[] = [
    { what: 'state', ledger: ledgerState(record, nowSeconds), api: apiState(found, nowSeconds) },
    { what: 'expires', ledger: record && isoSeconds(record.expiresAt), api: api && expiryWords(api) },
    ...(record === undefined ? [] : ledgerFacets(record, showData)),
    ...dataFacets(record, api, showData),
  ];
  return facets.filter(({ ledger, api: there }) => ledger !== undefined || there !== undefined);
}

/** Version 1.0 of the API reports no expiry. */
const expiryWords = ({ expiresAt }: LinkAtApi) => (expiresAt === undefined ? 'unknown' : isoSeconds(expiresAt));

function ledgerState(record: LinkRecord | undefined, nowSeconds: number): string {
  if (record === undefined) return 'no record';
  if (isGivenUp(record)) return 'given up, after a takeover without effect';
  if (record.expiryCheck !== undefined) return `${record.state}, its expiry is being checked`;
  const isPast = record.state === 'live' && record.expiresAt <= nowSeconds;
  return isPast ? 'expired, unless renewed by clicks' : record.state;
}

function apiState(found: Found | undefined, nowSeconds: number): string | undefined {
  if (found === undefined) return 'no usable answer';
  if (found === 'absent') return 'no link';
  if (found === 'foreign') return 'not made through the API';
  if (found.expiresAt === undefined) return 'live, or expired in the last two days';
  return found.expiresAt <= nowSeconds ? 'expired' : 'live';
}

function ledgerFacets(record: LinkRecord, showData: boolean): Facet[] {
  const { source, requestId, takenOver, version, applied, ttlSeconds, renewTtl, keepUntil, lease, qrKey, qrFailure } =
    record;
  const only = (what: string, ledger: string | undefined): Facet => ({ what, ledger, api: undefined });
  return [
    only('short URL', record.shortUrl),
    only(takenOver ? 'taken over by' : 'made by', `${source} ${requestId}`),
    only('version', `${version}, by ${applied.requestId} of ${applied.requestedAt}`),
    only('TTL', `${durationWords(ttlSeconds)}, ${renewTtl ? 'renewed by clicks' : 'fixed'}`),
    only('kept until', keepUntil === undefined ? undefined : isoSeconds(keepUntil)),
    only('change', lease && `${lease.action} ${lease.requestId} holds it until ${isoSeconds(lease.until)}`),
    only('QR code', qrKey ?? (qrFailure && `none: ${qrFailure.reason}, ${qrFailure.requestId}`)),
    ...(showData ? [only('media source', record.pid), only('campaign', record.campaign)] : []),
  ];
}

function dataFacets(record: LinkRecord | undefined, api: LinkAtApi | undefined, showData: boolean): Facet[] {
  const kept = record?.data;
  if (!showData) {
    const counted = (data: object | undefined) => data && `${Object.keys(data).length} parameters`;
    return [{ what: 'data', ledger: counted(kept) ?? (record && 'its digest alone'), api: counted(api?.data) }];
  }
  const names = new Set([...Object.keys(kept ?? {}), ...Object.keys(api?.data ?? {})]);
  const value = (data: Record<string, unknown> | undefined, name: string) =>
    data === undefined || !Object.hasOwn(data, name) ? undefined : String(data[name]);
  return [...names]
    .sort()
    .map((name) => ({ what: `data.${name}`, ledger: value(kept, name), api: value(api?.data, name) }));
}

/** The properties in two columns of text, with a dash for a side that does not have one. */
export function columnsOf(facets: readonly Facet[]): string[] {
  const cell = (text: string | undefined) => text ?? '-';
  const room = (texts: string[]) => Math.max(...texts.map((text) => text.length)) + 2;
  const first = room(['', ...facets.map(({ what }) => what)]);
  const second = Math.min(60, room(['ledger', ...facets.map(({ ledger }) => cell(ledger))]));
  const line = (what: string, ledger: string, api: string) => `${what.padEnd(first)}${ledger.padEnd(second)}  ${api}`;
  return [line('', 'LEDGER', 'API'), ...facets.map(({ what, ledger, api }) => line(what, cell(ledger), cell(api)))];
}
