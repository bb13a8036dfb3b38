import { type Target, targetText } from './targets.ts';

/** Where the contract has a field of ours. */
const fieldsByPath: Readonly<Record<string, string>> = {
  requestId: 'request_id',
  action: 'action',
  onelinkId: 'template',
  shortlinkId: 'shortlink_id',
  onConflict: 'on_conflict',
  ttl: 'ttl',
  renewTtl: 'renew_ttl',
  keepUntil: 'keep_until',
  validUntil: 'valid_until',
  subject: 'subject',
  brandDomain: 'brand_domain',
  qr: 'qr',
  'qr.size': 'qr_size',
  'qr.format': 'qr_format',
  'qr.margin': 'qr_margin',
  'qr.brandDomain': 'brand_domain',
};

/**
 * Turns a path of the contract into the header of the column at fault. Without such a column, it is the target's name:
 * `ttl`, `data.pid`.
 */
export function faultPaths(header: readonly string[], targets: readonly Target[]): (path: string) => string {
  const headers = new Map(targets.map((target, index) => [targetText(target), header[index] ?? '']));
  return (path) => {
    const target = fieldsByPath[path] ?? path;
    // A TTL that comes from expires_at is that column's.
    const found = headers.get(target) ?? (target === 'ttl' ? headers.get('expires_at') : undefined);
    return found === undefined || target === '-' ? target : found;
  };
}
