import { type PageName, pageNames } from '../../cli/console/contract/session.ts';

/** The place in the console that an address names. It never holds a short URL or a link ID. */
export interface Route {
  page: PageName;
  /** What follows the page: `['crm', 'spring']`. */
  path: string[];
  /** Filters: `by=Ada`. */
  query: Record<string, string>;
}

export const home: Route = { page: 'overview', path: [], query: {} };

/** The place that a hash such as `#/campaigns/crm/spring?row=failed` names. An unknown page is the overview. */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [name, ...rest] = path.split('/').map(decoded);
  const page = pageNames.find((one) => one === name);
  if (page === undefined) return home;
  return {
    page,
    path: rest.filter((part) => part !== ''),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** `#/campaigns/crm/spring` */
export function hashOf(
  page: PageName,
  path: readonly string[] = [],
  query: Readonly<Record<string, string>> = {},
): string {
  const filters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `#/${[page, ...path].map(encodeURIComponent).join('/')}${filters === '' ? '' : `?${filters}`}`;
}

/** An address that somebody has cut off can end within an escape. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
