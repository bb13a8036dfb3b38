/** The versions of the OneLink API that the emulator serves, on one store of links. */
export const apiVersions = ['v2.0', 'v1.0'] as const;
export type ApiVersion = (typeof apiVersions)[number];

/** The operations of OneLink API v2.0. Version 1.0 has the first four. */
export const operations = ['create', 'read', 'update', 'delete', 'qr', 'quota'] as const;
export type Operation = (typeof operations)[number];

/** One call of the API, as far as its request line shows it. */
export interface Call {
  readonly api: ApiVersion;
  readonly operation: Operation;
  /** The template's ID. For the quota operation, the account's. */
  readonly onelinkId: string;
  /** Empty for quota, and for a create of v2.0 (its body may have the ID). Version 1.0: the `id` of the query, or empty. */
  readonly shortlinkId: string;
  readonly query: URLSearchParams;
}

type Route = { call: Call } | { allow: string };

const resource = /^\/api\/v2\.0\/shortlinks\/([^/]+)(?:\/([^/]+)(\/qr)?)?$/;
const quota = /^\/api\/v2\.0\/shortlinks-quota\/([^/]+)$/;
const v1Resource = /^\/shortlink\/v1\/([^/]+)$/;
const v1Operations: Readonly<Record<string, Operation>> = {
  POST: 'create',
  GET: 'read',
  PUT: 'update',
  DELETE: 'delete',
};
const noQuery = new URLSearchParams();

/** The version of a path. Undefined for a path outside the API, such as a click's. */
export function versionOf(path: string): ApiVersion | undefined {
  if (path.startsWith('/api/')) return 'v2.0';
  return path.startsWith('/shortlink/v1/') ? 'v1.0' : undefined;
}

/** The call of a method and a path. For an unsupported method, the methods allowed. For an unknown path, undefined. */
export function route(method: string, path: string, query: string): Route | undefined {
  const v1OnelinkId = v1Resource.exec(path)?.[1];
  if (v1OnelinkId !== undefined) return v1Route(method, v1OnelinkId, query);
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

function v1Route(method: string, onelinkId: string, queryText: string): Route {
  const operation = Object.hasOwn(v1Operations, method) ? v1Operations[method] : undefined;
  if (operation === undefined) return { allow: Object.keys(v1Operations).join(', ') };
  const query = new URLSearchParams(queryText);
  return { call: { api: 'v1.0', operation, onelinkId: decoded(onelinkId), shortlinkId: query.get('id') ?? '', query } };
}

function asRoute(operation: Operation, onelinkId: string, shortlinkId: string, query: string): Route {
  return {
    call: {
      api: 'v2.0',
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
