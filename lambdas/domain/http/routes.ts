import { campaignName } from '../campaign/settings.ts';
import type { LinkAddress } from '../link/link-id.ts';
import type { ProblemName } from './problems.ts';

/** What a call asks for. */
export type Route =
  | { operation: 'commands' }
  | { operation: 'link-by-key'; campaign: string; key: string }
  | { operation: 'request'; requestId: string }
  | { operation: 'link' | 'code'; address: LinkAddress }
  | { operation: 'openapi' };

export type Operation = Route['operation'];

const methodsOf: Readonly<Record<Operation, readonly string[]>> = {
  commands: ['POST'],
  'link-by-key': ['PUT'],
  request: ['GET', 'HEAD'],
  link: ['GET', 'HEAD'],
  code: ['GET', 'HEAD'],
  openapi: ['GET', 'HEAD'],
};

export type Routing = { route: Route } | { problem: ProblemName; allow?: readonly string[] };

/** The two parts of the HTTP API. API Gateway checks the callers of each in its own way: by a key, or by a signature. */
export type ApiPath = '/v1' | '/iam/v1';

/** Under which of the two the path is, and the rest of the path. */
export function splitPath(path: string): { under: ApiPath; rest: string } | undefined {
  for (const under of ['/v1', '/iam/v1'] as const)
    if (path.startsWith(`${under}/`)) return { under, rest: path.slice(under.length + 1) };
  return undefined;
}

/**
 * What a call asks for.
 *
 * @param rest the path after `/v1/`, percent-encoded as the caller sent it
 */
export function routeOf(method: string, rest: string): Routing {
  const segments = segmentsOf(rest);
  if (!Array.isArray(segments)) return { problem: segments };
  const route = routeAt(segments);
  if (route === undefined) return { problem: 'unknown-path' };
  const allow = methodsOf[route.operation];
  return allow.includes(method) ? { route } : { problem: 'method-not-allowed', allow };
}

/** The longest path that can be a route: a key of 1,000 characters, each of them as twelve. */
const longestPath = 12_500;

/**
 * The segments of a path, each decoded once. A segment that is empty, `.` or `..` makes another path for some programs on
 * the way, so no path has one. An encoded slash stays inside its segment.
 */
function segmentsOf(rest: string): string[] | ProblemName {
  if (rest.length > longestPath) return 'unknown-path';
  const segments: string[] = [];
  for (const written of rest.split('/')) {
    const segment = decoded(written);
    if (segment === undefined || /\p{Cc}/u.test(segment)) return 'bad-request';
    if (segment === '' || segment === '.' || segment === '..') return 'unknown-path';
    segments.push(segment);
  }
  return segments;
}

/** Undefined if the percent-encoding is malformed or is not UTF-8. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

const requestIdForm = /^[\x21-\x7e]{1,128}$/;

function routeAt([first, second, third, fourth, ...others]: string[]): Route | undefined {
  if (others.length > 0) return undefined;
  if (second === undefined) {
    if (first === 'commands') return { operation: 'commands' };
    return first === 'openapi.json' ? { operation: 'openapi' } : undefined;
  }
  if (first === 'requests')
    return third === undefined && requestIdForm.test(second) ? { operation: 'request', requestId: second } : undefined;
  if (first !== 'links' || third === undefined) return undefined;
  if (second === 'by-key') {
    // A key may have any characters, and blanks around it do not count, as in a campaign's file.
    const key = fourth?.trim() ?? '';
    if (key === '' || key.length > longestKey || !campaignName.safeParse(third).success) return undefined;
    return { operation: 'link-by-key', campaign: third, key };
  }
  const address = { onelinkId: second, shortlinkId: third };
  if (!/^[A-Za-z0-9]{4,8}$/.test(second) || !/^[A-Za-z0-9_-]{1,50}$/.test(third)) return undefined;
  if (fourth === undefined) return { operation: 'link', address };
  return fourth === 'qr' ? { operation: 'code', address } : undefined;
}

/** Characters of a key. */
const longestKey = 1_000;
