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

const throttled = /Throttl|OverLimit|TooManyRequests|SlowDown/;
const aboutContents = /InvalidMessageContents|BatchRequestTooLong|InvalidParameterValue/;

export function sendFailure(error: unknown): SendFailure {
  const { name, code, status } = partsOf(error);
  if (throttled.test(name) || status === 429) return { kind: 'again', reason: name, mayBeIn: false };
  if (status !== undefined && status >= 500) return { kind: 'again', reason: `${name} (${status})`, mayBeIn: true };
  if (status !== undefined && status >= 400) {
    return { kind: aboutContents.test(name) ? 'contents' : 'hopeless', reason: name, mayBeIn: false };
  }
  // There was no answer, or an unreadable one.
  const network = code ?? (/^(TimeoutError|NetworkingError)$/.test(name) ? name : undefined);
  if (network !== undefined) return { kind: 'again', reason: network, mayBeIn: !/REFUSED|NOTFOUND|EAI_/.test(network) };
  return { kind: 'hopeless', reason: name, mayBeIn: false };
}

function partsOf(error: unknown): { name: string; code: string | undefined; status: number | undefined } {
  if (!(error instanceof Error)) return { name: 'unknown', code: undefined, status: undefined };
  const code: unknown = Reflect.get(error, 'code');
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown = typeof metadata === 'object' && metadata !== null && Reflect.get(metadata, 'httpStatusCode');
  return {
    name: error.name,
    code: typeof code === 'string' ? code : undefined,
    status: typeof status === 'number' ? status : undefined,
  };
}
