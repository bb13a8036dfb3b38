import { uploadHeader } from '../contract/campaigns.ts';

/** What the guard reads of a request. Header names are in lower case. */
export interface Asked {
  method: string;
  /** The host of the request's address, as the HTTP library has read it. */
  host: string;
  path: string;
  /** Whether the address carries a token. */
  hasToken: boolean;
  header(name: string): string | undefined;
}

export interface Refusal {
  status: 401 | 403 | 404 | 405 | 415 | 421;
  words: string;
}

/** The pages that a browser opens by their address. A reload sends `sec-fetch-site: none` or `same-origin`. */
const opened: ReadonlySet<string> = new Set(['/']);

/**
 * Refuses what no page of this console sends: another host name (DNS rebinding), another origin, or another site. It also refuses
 * a form's content type, and a request without the cookie.
 *
 * Browsers send `sec-fetch-site` to loopback addresses (W3C, Fetch Metadata Request Headers). A request without it is no request
 * of a page, and is refused as well.
 *
 * @param hosts `127.0.0.1:4580`, `localhost:4580`
 */
export function refusalOf(asked: Asked, hosts: ReadonlySet<string>, isKnown: boolean): Refusal | undefined {
  const { method, path, header } = asked;
  const host = header('host') ?? '';
  if (!hosts.has(host) || asked.host !== host) return { status: 421, words: 'This address is not the console’s.' };
  if (method !== 'GET' && method !== 'POST') return { status: 405, words: 'The console takes GET and POST.' };
  const origin = header('origin');
  if (origin !== undefined && origin !== `http://${host}`) return otherSite;
  // The terminal opens the first address. Its token proves more than these headers do.
  if (asked.hasToken && method === 'GET' && path === '/') return undefined;
  const site = header('sec-fetch-site');
  const isOpened = site === 'none' && method === 'GET' && opened.has(path);
  if (site === 'none' && method === 'GET' && !isOpened && !path.startsWith('/api/')) return noPage;
  if (site !== 'same-origin' && !isOpened) return otherSite;
  if (method === 'POST' && origin === undefined) return otherSite;
  if (!isKnown) {
    return {
      status: 401,
      words: 'Open the address that the terminal shows. It works once. For a new one, start the console again.',
    };
  }
  if (method === 'POST' && !hasContentType(asked)) {
    return { status: 415, words: 'The body must be JSON, with the content type application/json.' };
  }
  return undefined;
}

const noPage: Refusal = {
  status: 404,
  words: 'No page of the console has this address. The first one has the address /.',
};
const otherSite: Refusal = { status: 403, words: 'Only the console’s own page may send this request.' };

/** Neither type can come from a form of another page. */
function hasContentType({ path, header }: Asked): boolean {
  const type = (header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (path === '/api/campaigns/upload')
    return type === 'application/octet-stream' && header(uploadHeader) !== undefined;
  return type === 'application/json';
}
