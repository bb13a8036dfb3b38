/**
 * What an error of SendMessageBatch means for its messages.
 *
 * - `again`: another attempt may succeed;
 * - `contents`: SQS refuses one of the messages for its contents;
 * - `hopeless`: no message can be sent.
 */
export interface SendFailure {
  kind: 'again' | 'contents' | 'hopeless';
  /** A short name, never with a value of a message. */
  reason: string;
  /** SQS may have the messages, because its answer was lost. */
  mayBeIn: boolean;
}

type ServiceError = Error & { code?: unknown; $metadata?: { httpStatusCode?: number } };

const throttled = /Throttl|OverLimit|TooManyRequests|SlowDown/;
const aboutContents = /InvalidMessageContents|BatchRequestTooLong|InvalidParameterValue/;

export function sendFailure(error: unknown): SendFailure {
  const { name = 'unknown', code, $metadata } = error instanceof Error ? (error as ServiceError) : {};
  const status = $metadata?.httpStatusCode;
  if (throttled.test(name) || status === 429) return { kind: 'again', reason: name, mayBeIn: false };
  if (status !== undefined && status >= 500) return { kind: 'again', reason: `${name} (${status})`, mayBeIn: true };
  if (status !== undefined && status >= 400) {
    return { kind: aboutContents.test(name) ? 'contents' : 'hopeless', reason: name, mayBeIn: false };
  }
  // There was no answer, or an unreadable one.
  const isNetwork = typeof code === 'string' || /^(TimeoutError|NetworkingError)$/.test(name);
  if (!isNetwork) return { kind: 'hopeless', reason: name, mayBeIn: false };
  const reason = typeof code === 'string' ? code : name;
  return { kind: 'again', reason, mayBeIn: !/REFUSED|NOTFOUND|EAI_/.test(reason) };
}
