import { nameOf, type WireRequest } from '../wire/wire-request.ts';

/** The part of a delay that remains. A returned command would otherwise wait ten seconds at first, and then longer. */
const share = 0.1;
const longestSeconds = 2;

/**
 * Shortens the delay of returned messages to a tenth, at least one second and at most two. Only here do the tests change a
 * function's request.
 */
export function soonerReturns(request: WireRequest): Buffer {
  if (nameOf(request) !== 'sqs ChangeMessageVisibilityBatch') return request.body;
  const asked = JSON.parse(request.body.toString()) as { Entries: { VisibilityTimeout: number }[] };
  const Entries = asked.Entries.map((entry) => ({
    ...entry,
    VisibilityTimeout: Math.max(1, Math.min(longestSeconds, Math.round(entry.VisibilityTimeout * share))),
  }));
  return Buffer.from(JSON.stringify({ ...asked, Entries }));
}
