import { nameOf, type WireRequest } from '../wire/wire-request.ts';

/** Of a delay's length; a returned command would otherwise wait ten seconds at first, then longer and longer. */
const share = 0.1;
const longestSeconds = 2;

/**
 * Lets returned messages come back sooner than the workers ask for: after a tenth of the delay, at least a second and at most
 * two. This is the one place where the tests change what a function says.
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
