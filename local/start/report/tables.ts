import { csv } from './csv.ts';
import { type Answered, fatesOf } from './reconciliation.ts';

/**
 * `links.csv`: a row for each message.
 *
 * @param origin the emulator's: there the links can be followed while it is up
 * @param qrFiles file name by key in the QR bucket
 */
export function linksTable(all: readonly Answered[], origin: string, qrFiles: ReadonlyMap<string, string>): string {
  const fates = fatesOf(all);
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
      link?.shortUrl === undefined ? '' : `${origin}/${link.onelinkId}/${link.shortlinkId}`,
      link?.expiresAt ?? '',
      image === undefined ? '' : (qrFiles.get(image.key) ?? ''),
    ];
  });
  const header = 'line,request,source,campaign,lane,action,status,reason,short_url,local_url,expires_at,qr_file';
  return csv(header.split(','), rows);
}

/** `rejects.csv`: a row for each fault of what was rejected. */
export function rejectsTable(all: readonly Answered[]): string {
  const rows = [...all].sort(byLine).flatMap(({ message, answer }) => {
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
    ]);
  });
  return csv(['line', 'request', 'source', 'reason', 'path', 'rule', 'message'], rows);
}

function byLine(one: Answered, other: Answered): number {
  return one.message.line - other.message.line;
}
