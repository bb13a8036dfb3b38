import { uniqueId } from '../contract/sender.ts';
import { HttpProblem } from './problem.ts';
import type { ApiPath } from './routes.ts';
import type { HttpProducer } from './rules.ts';

/** Who calls, as API Gateway reports it. */
export interface CallIdentity {
  /** The source of the caller's key, from the authorizer. */
  source?: string | undefined;
  /** The ID of the role or user that signed the call: `AROA…:session`. */
  user?: string | undefined;
}

/**
 * The producers for which a caller may act. A key belongs to one. The configuration may give a role to several.
 *
 * @throws HttpProblem if there is none
 */
export function producersOf(
  under: ApiPath,
  { source, user }: CallIdentity,
  producers: readonly HttpProducer[],
): readonly HttpProducer[] {
  const sender = uniqueId(user);
  const own = producers.filter((producer) =>
    under === '/v1' ? producer.keys && producer.source === source : producer.senders.includes(sender),
  );
  if (own.length === 0) throw new HttpProblem('access-denied');
  return own;
}

/**
 * The producer of a call that names a source, or none.
 *
 * @throws HttpProblem if it is not the caller's, or if the caller has several and names none
 */
export function producerNamed(own: readonly HttpProducer[], source: string | undefined): HttpProducer {
  const [first, ...others] = own;
  const named = source === undefined && others.length === 0 ? first : own.find((one) => one.source === source);
  if (named === undefined) throw new HttpProblem('other-source');
  return named;
}
