import type { PipelineSettings, ProducerSettings } from './config-schema.ts';
import { isDirect } from './principals.ts';
import { got } from './shape-faults.ts';

/** A producer that may use the HTTP API, with the defaults of what its setting leaves out. */
export interface HttpProducer {
  readonly source: string;
  /** Whether it may have keys, for `/v1`. */
  readonly keys: boolean;
  /** Whether its roles and users may sign their requests, for `/iam/v1`. */
  readonly iam: boolean;
  /** The rate that its usage plan allows. Twice as many are allowed in one second. */
  readonly requestsPerSecond: number;
}

/** Enough for a form with people behind it. A key that leaks sends no campaign. */
const defaultRequestsPerSecond = 20;

/** The producers that may use the HTTP API. Without any, the pipeline has none. */
export function httpProducersOf({ producers }: Pick<PipelineSettings, 'producers'>): HttpProducer[] {
  return producers.flatMap(({ source, http }) => {
    if (http === undefined) return [];
    const { keys = true, iam = false, requestsPerSecond = defaultRequestsPerSecond } = http;
    return [{ source, keys, iam, requestsPerSecond }];
  });
}

/**
 * The Lambda environments that the HTTP API reserves: none if no producer has it. The authorizer has as many as the function.
 * API Gateway caches its answers, but calls that begin together with a key that is not cached invoke it once each.
 */
export function httpConcurrencyOf(settings: Pick<PipelineSettings, 'producers' | 'http'>): number {
  const all = httpProducersOf(settings);
  if (all.length === 0) return 0;
  return settings.http.concurrency * (all.some(({ keys }) => keys) ? 2 : 1);
}

/** The roles and users of a producer that may sign requests: `/iam/v1` knows a caller by its unique ID alone. */
export const signersOf = ({ principals }: Pick<ProducerSettings, 'principals'>) =>
  principals.filter(isDirect).filter(({ senderId }) => senderId !== undefined);

/** A fault of a producer's `http`, or of the addresses for outcomes, with its path below the pipeline's settings. */
export function httpFaults({ producers }: Pick<PipelineSettings, 'producers'>): [path: string, message: string][] {
  const faults: [path: string, message: string][] = [];
  const urls = new Map<string, string>();
  for (const [index, { source, http, outcomeUrl, principals }] of producers.entries()) {
    const { keys = true, iam = false } = http ?? {};
    if (http !== undefined && !keys && !iam) {
      const remedy = 'or remove `http`, and the producer has no HTTP API';
      faults.push([`producers[${index}].http`, `must allow keys or iam, ${remedy}; ${got(http)}`]);
    }
    if (iam && signersOf({ principals }).length === 0) {
      const remedy = 'Give one of its principals a `senderId`';
      const because = 'only the unique ID of a role or user shows who has signed a request';
      faults.push([
        `producers[${index}].http.iam`,
        `needs a role or user with a senderId, because ${because}. ${remedy}; got true`,
      ]);
    }
    if (outcomeUrl === undefined) continue;
    const other = urls.get(outcomeUrl);
    urls.set(outcomeUrl, source);
    if (other !== undefined) {
      const because = 'because SNS has one subscription for an address';
      faults.push([
        `producers[${index}].outcomeUrl`,
        `must not be ${other}'s as well, ${because}; ${got(outcomeUrl, 'outcomeUrl')}`,
      ]);
    }
  }
  return faults;
}
