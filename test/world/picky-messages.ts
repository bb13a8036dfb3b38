import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';

/** What AWS does with characters that a message must not hold. AWS documents the one on one page and the other on another. */
export type OnIllegalCharacters = 'refuse' | 'replace';

/** All characters except #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF. Lone surrogates match. */
const illegal = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Makes a client of the local engines as strict as SQS and SNS, for bodies and attributes. */
export function makePicky(client: SQSClient | SNSClient, on: OnIllegalCharacters): void {
  // Both stacks have the same form, but TypeScript cannot call the union of their types.
  (client as SQSClient).middlewareStack.add(
    (next) => (step) => next({ ...step, input: judged(step.input, on) as typeof step.input }),
    { step: 'initialize', name: 'pickyMessages', override: true },
  );
}

function judged(value: unknown, on: OnIllegalCharacters): unknown {
  if (typeof value === 'string') {
    if (on === 'replace') return value.replaceAll(illegal, '\ufffd');
    if (value.search(illegal) === -1) return value;
    throw Object.assign(new Error('Invalid characters found'), { name: 'InvalidMessageContents', $fault: 'client' });
  }
  if (Array.isArray(value)) return value.map((item) => judged(item, on));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, judged(item, on)]));
}
