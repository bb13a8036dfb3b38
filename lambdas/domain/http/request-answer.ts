import { codeFailure } from '../campaign/results.ts';
import type { LinkRecord, RequestRecord } from '../link/ledger-record.ts';
import type { LinkAddress } from '../link/link-id.ts';
import type { AnsweredCode, RequestAnswer, RequestState } from './answers.ts';
import { pointed } from './pointers.ts';
import type { HttpRecord } from './record.ts';

/** What the ledger knows of a request. */
export interface KnownRequest {
  request?: RequestRecord | undefined;
  http?: HttpRecord | undefined;
  /** Whether the command is known to ask for a QR code. The HTTP record shows it too. */
  asksForCode?: boolean;
  /** The record of the link that the outcome names. */
  link?: LinkRecord | undefined;
}

/** The paths under which the caller reads, `/{stage}/v1`. */
export interface Paths {
  root: string;
}

export const requestPath = ({ root }: Paths, requestId: string) => `${root}/requests/${encodeURIComponent(requestId)}`;
export const linkPath = ({ root }: Paths, { onelinkId, shortlinkId }: LinkAddress) =>
  `${root}/links/${onelinkId}/${shortlinkId}`;
export const codePath = (paths: Paths, address: LinkAddress) => `${linkPath(paths, address)}/qr`;

/** What became of a request, by the ledger. Undefined if the ledger knows nothing of it. */
export function requestAnswer(requestId: string, known: KnownRequest, paths: Paths): RequestAnswer | undefined {
  const { request, http } = known;
  const common = { requestId, href: requestPath(paths, requestId) };
  if (request !== undefined) {
    const { outcome } = request;
    const { decidedAt, reason, faults = [], link } = outcome;
    const qr = codeAnswer(known, paths);
    return {
      ...common,
      status: 'done',
      since: decidedAt,
      ...(reason !== undefined && { reason }),
      ...(faults.length > 0 && { errors: pointed(faults) }),
      outcome,
      ...(link !== undefined && { link }),
      ...(qr !== undefined && { qr }),
    };
  }
  if (http === undefined) return undefined;
  const { waiting, claimedAt } = http;
  const status: RequestState = waiting?.state ?? 'queued';
  const { reason, faults = [] } = waiting ?? {};
  return {
    ...common,
    status,
    since: new Date(waiting?.at ?? claimedAt).toISOString(),
    ...(reason !== undefined && { reason }),
    ...(faults.length > 0 && { errors: pointed(faults) }),
  };
}

/** The QR code of a request. Undefined if it has none. */
function codeAnswer({ request, http, link, asksForCode }: KnownRequest, paths: Paths): AnsweredCode | undefined {
  const outcome = request?.outcome;
  if (outcome?.link === undefined) return undefined;
  const href = codePath(paths, outcome.link);
  if (outcome.qr !== undefined) return { href, state: 'ready', mediaType: mediaTypeOf(outcome.qr.key) };
  if (outcome.outcome === 'qr-failed') return { href, state: 'failed', reason: outcome.reason ?? 'unknown' };
  // Of the other outcomes, a code follows only that of a create.
  if (outcome.outcome !== 'created') return undefined;
  return codeOfLink(outcome.requestId ?? '', link, asksForCode === true || http?.qr === true, href);
}

/**
 * The QR code of a link that a create has made.
 *
 * @param isAsked whether the create has asked for a code
 */
export function codeOfLink(
  requestId: string,
  link: LinkRecord | undefined,
  isAsked: boolean,
  href: string,
): AnsweredCode | undefined {
  if (link?.qrKey !== undefined && link.requestId === requestId)
    return { href, state: 'ready', mediaType: mediaTypeOf(link.qrKey) };
  // Only a failure of this request proves that it has asked for a code.
  if (!isAsked && link?.qrFailure?.requestId !== requestId) return undefined;
  const reason = codeFailure(requestId, link);
  return reason === undefined ? { href, state: 'pending' } : { href, state: 'failed', reason };
}

export const mediaTypeOf = (key: string) => (key.endsWith('.png') ? 'image/png' : 'image/jpeg');

/** Whether nothing of the request's answer will change by waiting. */
export function isSettled({ status, qr }: Pick<RequestAnswer, 'status' | 'qr'>): boolean {
  return status === 'done' ? qr?.state !== 'pending' : status !== 'queued';
}
