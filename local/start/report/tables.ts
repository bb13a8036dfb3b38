import { type Cell, csvHead, csvRow } from '../../../lambdas/domain/campaign/csv-text.ts';
import { type Answered, fatesOf } from './reconciliation.ts';

/** The emulator's address for clicks on the links of a run. */
export interface LinkHost {
  /** The emulator's. */
  origin: string;
  /** Whether it is up and stays up. */
  isUp: boolean;
}

/**
 * `links.csv`: a row for each message.
 *
 * @param qrFiles file name by key in the QR bucket
 */
export function linksTable(
  all: readonly Answered[],
  { origin, isUp }: LinkHost,
  qrFiles: ReadonlyMap<string, string>,
): string {
  const fates = fatesOf(all);
  const metadata = metadataColumns(all);
  const rows = [...all].sort(byLine).map((one) => {
    const { message, answer, qr } = one;
    const link = answer?.link;
    const image = (qr ?? answer)?.qr;
    return [
      message.line,
      message.requestId ?? '',
      message.source ?? '',
      message.campaign ?? '',
      message.lane,
      message.action ?? '',
      fates.get(one) ?? '',
      answer?.reason ?? '',
      link?.shortUrl ?? '',
      link?.shortUrl === undefined ? '' : `${isUp ? '' : 'dead: '}${origin}/${link.onelinkId}/${link.shortlinkId}`,
      link?.expiresAt ?? '',
      image === undefined ? '' : (qrFiles.get(image.key) ?? ''),
      ...metadata.cells(one),
    ];
  });
  const header = 'line,request,source,campaign,lane,action,status,reason,short_url,local_url,expires_at,qr_file';
  return table([...header.split(','), ...metadata.header], rows);
}

/** `rejects.csv`: a row for each fault of a rejected command. */
export function rejectsTable(all: readonly Answered[]): string {
  const metadata = metadataColumns(all.filter(({ answer }) => answer?.outcome === 'rejected'));
  const rows = [...all].sort(byLine).flatMap((one) => {
    const { message, answer } = one;
    if (answer?.outcome !== 'rejected') return [];
    const faults = answer.faults ?? [{ path: '', rule: '', message: '' }];
    return faults.map(({ path, rule, message: what }) => [
      message.line,
      message.requestId ?? '',
      message.source ?? '',
      answer.reason ?? '',
      path,
      rule,
      what,
      ...metadata.cells(one),
    ]);
  });
  return table(['line', 'request', 'source', 'reason', 'path', 'rule', 'message', ...metadata.header], rows);
}

function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `${csvHead(header)}${rows.map((row) => csvRow(row)).join('')}`;
}

/** More columns than a person reads. */
const mostMetadataColumns = 50;

/** A column for each name of metadata, in their first order. If there are too many, one column for all of them. */
function metadataColumns(all: readonly Answered[]): { header: string[]; cells(one: Answered): Cell[] } {
  const ofOne = ({ answer, qr }: Answered) => answer?.metadata ?? qr?.metadata;
  const names = [...new Set([...all].sort(byLine).flatMap((one) => Object.keys(ofOne(one) ?? {})))];
  if (names.length > mostMetadataColumns) {
    return { header: ['metadata'], cells: (one) => [ofOne(one) && JSON.stringify(ofOne(one))] };
  }
  const metadataOf = (one: Answered, name: string) => {
    const metadata = ofOne(one);
    return metadata !== undefined && Object.hasOwn(metadata, name) ? metadata[name] : undefined;
  };
  return {
    header: names.map((name) => `metadata.${name}`),
    cells: (one) => names.map((name) => metadataOf(one, name)),
  };
}

function byLine(one: Answered, other: Answered): number {
  return one.message.line - other.message.line;
}
