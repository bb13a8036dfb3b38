import { campaignName } from '../campaign/settings.ts';
import { isRequestId } from '../contract/identity.ts';
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

export type Routing =
  | { route: Route }
  /** `detail` names the part of the path that breaks its rule, and the rule. It never has the part's value. */
  | { problem: ProblemName; allow?: readonly string[]; detail?: string };

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
  if (rest.length > longestPath) return malformed('The path is longer than any path of the HTTP API.');
  const segments = rest.split('/').map(decoded);
  if (!segments.every((one) => one !== undefined))
    return malformed('The path has percent-encoding that is no UTF-8. Encode each part of it once.');
  const found = placeOf(segments);
  if (found === undefined) return { problem: 'unknown-path' };
  const allow = methodsOf[found.route.operation];
  if (!allow.includes(method)) return { problem: 'method-not-allowed', allow };
  const fault = found.parts.map(([part, value]) => faultOf(part, value)).find((one) => one !== undefined);
  return fault === undefined ? { route: found.route } : malformed(fault);
}

const malformed = (detail: string): Routing => ({ problem: 'bad-request', detail });

/** The longest path that can be a route: a key of 1,000 characters, each of them as twelve. */
const longestPath = 12_500;

/**
 * A segment, decoded once. An encoded slash stays inside its segment. Undefined if the percent-encoding is malformed or is
 * not UTF-8.
 */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

type Part = keyof typeof rules;

/** A path of the HTTP API. Its parts may still break their rules. */
interface Place {
  route: Route;
  parts: readonly (readonly [Part, string])[];
}

const at = (route: Route, ...parts: Place['parts']): Place => ({ route, parts });

function placeOf([first, second, third, fourth, ...others]: string[]): Place | undefined {
  if (others.length > 0) return undefined;
  if (second === undefined) {
    if (first === 'commands') return at({ operation: 'commands' });
    return first === 'openapi.json' ? at({ operation: 'openapi' }) : undefined;
  }
  if (first === 'requests') {
    if (third !== undefined) return undefined;
    return at({ operation: 'request', requestId: second }, ['requestId', second]);
  }
  if (first !== 'links' || third === undefined) return undefined;
  if (second === 'by-key') {
    if (fourth === undefined) return undefined;
    // Blanks around a key do not count, as in a campaign's file.
    const route: Route = { operation: 'link-by-key', campaign: third, key: fourth.trim() };
    return at(route, ['campaign', third], ['key', fourth]);
  }
  if (fourth !== undefined && fourth !== 'qr') return undefined;
  const address = { onelinkId: second, shortlinkId: third };
  const route: Route = { operation: fourth === undefined ? 'link' : 'code', address };
  return at(route, ['onelinkId', second], ['shortlinkId', third]);
}

/** Characters of a key, as Unicode code points. */
const longestKey = 1_000;

/**
 * The rule of each part that a caller chooses. No part may be empty, `.` or `..`: some programs on the way make another path
 * of it.
 */
const rules = {
  requestId: {
    isKept: isRequestId,
    rule: 'The request ID in the path must have 1 to 128 printable ASCII characters without spaces.',
  },
  campaign: {
    isKept: (text: string) => campaignName.safeParse(text).success,
    rule: 'The campaign in the path must have 1 to 48 letters, digits, dots, dashes or underscores. It begins with a letter or a digit, and does not end in -rejected.',
  },
  key: {
    isKept: (text: string) => !/\p{Cc}/u.test(text) && isBetween(1, [...text.trim()].length, longestKey),
    rule: 'The key in the path must have 1 to 1,000 characters, and no control character such as a tab or a line break.',
  },
  onelinkId: {
    isKept: (text: string) => /^[A-Za-z0-9]{4,8}$/.test(text),
    rule: 'The template ID in the path must have 4 to 8 letters and digits.',
  },
  shortlinkId: {
    isKept: (text: string) => /^[A-Za-z0-9_-]{1,50}$/.test(text),
    rule: 'The short-link ID in the path must have 1 to 50 letters, digits, dashes or underscores.',
  },
} as const;

const isBetween = (least: number, value: number, most: number) => least <= value && value <= most;

function faultOf(part: Part, value: string): string | undefined {
  const { isKept, rule } = rules[part];
  if (!isKept(value)) return rule;
  return ['.', '..'].includes(value.trim()) ? `${rule} It must not be . or .. alone.` : undefined;
}
