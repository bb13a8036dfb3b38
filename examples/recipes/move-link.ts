import { CommandError, type HttpLinks, type RequestAnswer } from '../../client/index.ts';

/** A link that gets another ID. */
export interface Move {
  /** Identifies this move for ever, such as the number of its ticket. A later move of the same link has another one. */
  id: string;
  onelinkId: string;
  from: string;
  to: string;
  /** What no call shows of the old link, so the caller has to know it. */
  ttl: string;
  renewTtl?: boolean;
  brandDomain?: string;
}

const waitSeconds = 20;

/**
 * Moves a link to a new ID: makes the new link, corrects every place that shows the old one, and then deletes the old link. At any
 * moment at least one of the two is live. If it fails or is killed, call it again with the same move: it continues.
 *
 * @param updatePlaces replaces the old short URL everywhere. It may run again with the same URL
 * @returns the new short URL
 * @throws Error if the move has not ended. The old link is then still live, or the new one is, or both
 */
export async function moveLink(
  links: HttpLinks,
  move: Move,
  updatePlaces: (newShortUrl: string) => Promise<void>,
): Promise<string> {
  const { id, onelinkId, from, to } = move;
  const shortUrl = await newLink(links, move);
  await updatePlaces(shortUrl);
  // Somebody may have deleted the new link since. This reads it at the API, and throws if it is gone.
  await links.link(onelinkId, to);
  const deleted = await links.delete({ requestId: `${id}-delete`, onelinkId, shortlinkId: from }, { waitSeconds });
  mustBe('deleted', deleted);
  return shortUrl;
}

/** Makes the new link as a copy of the old one. If an earlier call has made it, the old one may be gone. */
async function newLink(links: HttpLinks, { id, onelinkId, from, to, ...settings }: Move): Promise<string> {
  const requestId = `${id}-create`;
  const earlier = await links.request(requestId).catch((error: unknown) => {
    if (error instanceof CommandError && error.reason === 'unknown-request') return undefined;
    throw error;
  });
  if (earlier !== undefined && earlier.status !== 'rejected') return mustBe('created', earlier);
  const { data, keepUntil } = await links.link(onelinkId, from);
  const { pid = '', ...others } = data;
  const copy = { ...settings, data: { pid, ...others }, ...(keepUntil !== undefined && { keepUntil }) };
  const created = await links.create(
    { requestId, onelinkId, shortlinkId: to, onConflict: 'reject', ...copy },
    { waitSeconds },
  );
  return mustBe('created', created);
}

/** @returns the short URL @throws Error if the command has no such outcome */
function mustBe(wanted: 'created' | 'deleted', { requestId, status, outcome, link }: RequestAnswer): string {
  if (outcome?.outcome === wanted) return link?.shortUrl ?? '';
  const found = outcome === undefined ? `is ${status}: call again later` : `ended as ${outcome.outcome}`;
  throw new Error(`the move has not ended: the command ${requestId} ${found}`);
}
