import { requestKey } from '../domain/contract/request-key.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import { isSettled, requestAnswer } from '../domain/http/request-answer.ts';
import type { HttpProducer } from '../domain/http/rules.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import { laterHeaders } from './outcome-answer.ts';
import type { HttpApiPorts } from './ports.ts';
import { onlyThese } from './query.ts';
import type { Trip } from './trip.ts';

/** `GET /requests/{requestId}`: what became of a request of the caller's source, whichever way it came. */
export async function readRequest(
  call: Call,
  own: readonly HttpProducer[],
  requestId: string,
  trip: Trip,
  { ledger, records }: HttpApiPorts,
): Promise<Answer> {
  onlyThese(call, ['source']);
  const { producer, admission } = trip.enter(call, own);
  trip.requestId = requestId;
  const key = { source: producer.source, requestId };
  const [requests, claims] = await Promise.all([ledger.requests([key]), records.find([key]), admission.check()]);
  const [request, http] = [requests.get(requestKey(key)), claims.get(requestKey(key))];
  const address = request?.outcome.link;
  const link = address === undefined ? undefined : await ledger.link(address);
  const body = requestAnswer(requestId, { request, http, link }, call);
  if (body === undefined) throw new HttpProblem('unknown-request');
  if (isSettled(body) && body.status === 'done') return { status: 200, body };
  const { 'Retry-After': seconds = '2' } = laterHeaders(body);
  return { status: 200, ...(body.status !== 'rejected' && { headers: { 'Retry-After': seconds } }), body };
}
