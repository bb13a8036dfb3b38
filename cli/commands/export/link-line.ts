import { type Cell, csvHead, csvRow } from '../../../lambdas/domain/campaign/csv-text.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { isoSeconds } from '../../../lambdas/domain/work/clock.ts';

export const exportFormats = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The fields of an exported link, in the order of a CSV file's columns. */
const fields = {
  onelinkId: ({ address }) => address.onelinkId,
  shortlinkId: ({ address }) => address.shortlinkId,
  shortUrl: ({ shortUrl }) => shortUrl,
  state: ({ state }) => state,
  source: ({ source }) => source,
  requestId: ({ requestId }) => requestId,
  pid: ({ pid }) => pid,
  campaign: ({ campaign }) => campaign,
  version: ({ version }) => version,
  changedBy: ({ applied }) => applied.requestId,
  changeRequestedAt: ({ applied }) => applied.requestedAt,
  expiresAt: ({ expiresAt }) => isoSeconds(expiresAt),
  ttlSeconds: ({ ttlSeconds }) => ttlSeconds,
  renewTtl: ({ renewTtl }) => renewTtl,
  keepUntil: ({ keepUntil }) => (keepUntil === undefined ? undefined : isoSeconds(keepUntil)),
  qrKey: ({ qrKey }) => qrKey,
  expiryBeingChecked: ({ expiryCheck }) => (expiryCheck === undefined ? undefined : true),
} satisfies Record<string, (record: LinkRecord) => Cell>;

/** The header line of a file, with its line end. NDJSON has none. */
export function headLine(format: ExportFormat, withData: boolean): string | undefined {
  return format === 'csv' ? csvHead([...Object.keys(fields), ...(withData ? ['data'] : [])]) : undefined;
}

/**
 * A link's line, with its line end.
 * @param withData whether to include the link's parameters, where the ledger keeps them
 */
export function linkLine(record: LinkRecord, format: ExportFormat, withData: boolean): string {
  const link = Object.fromEntries(Object.entries(fields).map(([column, of]) => [column, of(record)]));
  const { data } = record;
  if (format === 'ndjson') return `${JSON.stringify(withData ? { ...link, data } : link)}\n`;
  return csvRow([...Object.values(link), ...(withData ? [data && JSON.stringify(data)] : [])]);
}
