import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import { isoSeconds } from '../../../lambdas/domain/work/clock.ts';
import { type Cell, csvHead, csvRow } from '../../files/csv.ts';

export const exportFormats = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The fields of an exported link, in the order of a CSV file's columns. */
const columns = [
  'onelinkId',
  'shortlinkId',
  'shortUrl',
  'state',
  'source',
  'requestId',
  'pid',
  'campaign',
  'version',
  'changedBy',
  'changeRequestedAt',
  'expiresAt',
  'ttlSeconds',
  'renewTtl',
  'keepUntil',
  'qrKey',
  'expiryBeingChecked',
] as const;
type Column = (typeof columns)[number] | 'data';

const columnsWith = (withData: boolean): readonly Column[] => (withData ? [...columns, 'data'] : columns);

function exported(record: LinkRecord): Partial<Record<Column, unknown>> {
  const { address, applied, expiresAt, keepUntil, data, ...fields } = record;
  const { shortUrl, state, source, requestId, pid, campaign, version, ttlSeconds, renewTtl, qrKey, expiryCheck } =
    fields;
  return {
    ...address,
    shortUrl,
    state,
    source,
    requestId,
    pid,
    campaign,
    version,
    changedBy: applied.requestId,
    changeRequestedAt: applied.requestedAt,
    expiresAt: isoSeconds(expiresAt),
    ttlSeconds,
    renewTtl,
    keepUntil: keepUntil === undefined ? undefined : isoSeconds(keepUntil),
    qrKey,
    ...(expiryCheck !== undefined && { expiryBeingChecked: true }),
    data,
  };
}

/** The header line of a file, with its line end. NDJSON has none. */
export function headLine(format: ExportFormat, withData: boolean): string | undefined {
  return format === 'csv' ? csvHead(columnsWith(withData)) : undefined;
}

/**
 * A link's line, with its line end.
 * @param withData whether to include the link's parameters, where the ledger keeps them
 */
export function linkLine(record: LinkRecord, format: ExportFormat, withData: boolean): string {
  const link = exported(record);
  const wanted = columnsWith(withData).map((column): [Column, unknown] => [column, link[column]]);
  return format === 'csv'
    ? csvRow(wanted.map(([, value]) => cellOf(value)))
    : `${JSON.stringify(Object.fromEntries(wanted))}\n`;
}

function cellOf(value: unknown): Cell {
  if (value === undefined || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
