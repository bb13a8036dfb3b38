import { type ListRow, linkName } from './link-list.ts';
import type { Attempt, TakeoverNotes } from './notes.ts';

/** A row of the campaign that takes links over. The names are those of the campaign's fields. */
export interface TakeoverRow {
  request_id: string;
  action: 'adopt' | 'migrate';
  template: string;
  shortlink_id: string;
  ttl?: string;
  renew_ttl?: string;
  keep_until?: string;
  brand_domain?: string;
}

/**
 * The key of a link's row. It names the link by a digest, because logs show keys. A second run has the same key, and repeats the
 * request. A rejected request keeps its answer, so another attempt has another key.
 */
export function keyOfLink(digest: string, attempt: number): string {
  return attempt === 1 ? digest : `${digest}~${attempt}`;
}

/** The digest of the link that a row's key names. */
export const digestInKey = (key: string) => key.replace(/~\d+$/, '');

/** The last attempt for a link; undefined if none has begun. */
export type AttemptOf = (link: string) => Attempt | undefined;

/** The row that takes a link over. Undefined if the link is not fit, or if no attempt has begun. */
export function takeoverRow(
  row: ListRow,
  notes: Pick<TakeoverNotes, 'found' | 'digestOf'>,
  attemptOf: AttemptOf,
): TakeoverRow | undefined {
  if (row.is !== 'link') return undefined;
  const link = linkName(row.address);
  const attempt = notes.found.get(link) === 'readable' ? attemptOf(link) : undefined;
  if (attempt === undefined) return undefined;
  const { action, ttl, renewTtl, keepUntil } = attempt.choice;
  return {
    request_id: keyOfLink(notes.digestOf(link), attempt.number),
    action,
    template: row.address.onelinkId,
    shortlink_id: row.address.shortlinkId,
    ...(ttl !== undefined && { ttl }),
    ...(renewTtl !== undefined && { renew_ttl: renewTtl }),
    ...(keepUntil !== undefined && { keep_until: keepUntil }),
    // No GET shows it, so the list alone knows it.
    ...(row.brandDomain !== undefined && { brand_domain: row.brandDomain }),
  };
}
