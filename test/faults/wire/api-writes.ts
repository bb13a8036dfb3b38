import { nameOf, type WireRequest } from './wire-request.ts';

/** One write that the proxy forwarded to the OneLink API, and its status. No status if the connection broke. */
export interface ApiWrite {
  operation: 'create' | 'update' | 'delete';
  shortlinkId: string;
  /** The command's requestId, which the tests write into the data. A delete has no data. */
  requestId: string | undefined;
  status: number | undefined;
  /** The function that sent it. */
  by: string | undefined;
}

/** The data of a command. Tests write the requestId into it, to distinguish writes to the same link. */
export const dataOf = (requestId: string): Record<string, string> => ({ pid: 'sms', c: 'spring', af_sub1: requestId });

/** The link that a path of the API names: its last step in version 2.0, its query in version 1.0. */
export function linkIn(path: string): string | undefined {
  const { pathname, searchParams } = new URL(path, 'http://127.0.0.1');
  return searchParams.get('id') ?? /\/shortlinks\/\w+\/([\w-]+)/.exec(pathname)?.[1];
}

/** @returns undefined when the request is no write to the API */
export function apiWriteOf(request: WireRequest, status: number | undefined, by?: string): ApiWrite | undefined {
  const operation = nameOf(request).replace('onelink ', '');
  if (operation !== 'create' && operation !== 'update' && operation !== 'delete') return undefined;
  const body = (request.body.length === 0 ? {} : JSON.parse(request.body.toString())) as {
    shortlink_id?: string;
    data?: Record<string, string>;
  };
  const shortlinkId = body.shortlink_id ?? linkIn(request.path) ?? '';
  return { operation, shortlinkId, requestId: body.data?.af_sub1, status, by };
}
