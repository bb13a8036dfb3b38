/** The six operations of OneLink API v2.0. */
export const operations = ['create', 'read', 'update', 'delete', 'qr', 'quota'] as const;
export type Operation = (typeof operations)[number];

/** One call of the API, as far as its request line shows it. */
export interface Call {
  readonly operation: Operation;
  /** The template's ID. For the quota operation, the account's. */
  readonly onelinkId: string;
  /** Empty for quota, and for create (its body may have the ID). */
  readonly shortlinkId: string;
  readonly query: URLSearchParams;
}

type Route = { call: Call } | { allow: string };

const resource = /^\/api\/v2\.0\/shortlinks\/([^/]+)(?:\/([^/]+)(\/qr)?)?$/;
const quota = /^\/api\/v2\.0\/shortlinks-quota\/([^/]+)$/;
const noQuery = new URLSearchParams();

/** The call of a method and a path. For an unsupported method, the methods allowed. For an unknown path, undefined. */
export function route(method: string, path: string, query: string): Route | undefined {
  const match = resource.exec(path);
  if (match === null) {
    const account = quota.exec(path)?.[1];
    if (account === undefined) return undefined;
    return method === 'GET' ? asRoute('quota', account, '', '') : { allow: 'GET' };
  }
  const [, onelinkId = '', shortlinkId = '', qr] = match;
  if (shortlinkId === '') return method === 'POST' ? asRoute('create', onelinkId, '', '') : { allow: 'POST' };
  if (qr !== undefined) return method === 'GET' ? asRoute('qr', onelinkId, shortlinkId, query) : { allow: 'GET' };
  if (method === 'GET') return asRoute('read', onelinkId, shortlinkId, '');
  if (method === 'PUT') return asRoute('update', onelinkId, shortlinkId, '');
  if (method === 'DELETE') return asRoute('delete', onelinkId, shortlinkId, '');
  return { allow: 'GET, PUT, DELETE' };
}

function asRoute(operation: Operation, onelinkId: string, shortlinkId: string, query: string): Route {
  return {
    call: {
      operation,
      onelinkId: decoded(onelinkId),
      shortlinkId: decoded(shortlinkId),
      query: query === '' ? noQuery : new URLSearchParams(query),
    },
  };
}

/** A path segment without its percent-encoding. A badly encoded segment stays unchanged and matches nothing. */
export function decoded(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
