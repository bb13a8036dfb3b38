import { nameOf, type WireRequest } from './wire-request.ts';

/** One write that was forwarded to the OneLink API, and the status it got; none when the connection broke. */
export interface ApiWrite {
  operation: 'create' | 'update' | 'delete';
  shortlinkId: string;
  /** The request it was made for, as the tests mark the data of each; a delete carries none. */
  requestId: string | undefined;
  status: number | undefined;
  /** The function that sent it. */
  by: string | undefined;
}

/** Tests put the request's ID into the data, so that a write can be told from another one to the same link. */
export const markOf = (requestId: string) => ({ af_sub1: requestId });

/** @returns undefined when the request is no write to the API */
export function apiWriteOf(request: WireRequest, status: number | undefined, by?: string): ApiWrite | undefined {
  const operation = nameOf(request).replace('onelink ', '');
  if (operation !== 'create' && operation !== 'update' && operation !== 'delete') return undefined;
  const body = (request.body.length === 0 ? {} : JSON.parse(request.body.toString())) as {
    shortlink_id?: string;
    data?: Record<string, string>;
  };
  const shortlinkId = body.shortlink_id ?? request.path.split('/').at(-1) ?? '';
  return { operation, shortlinkId, requestId: body.data?.af_sub1, status, by };
}
