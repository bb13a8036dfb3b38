import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { producersOf } from '../domain/http/callers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import { routeOf } from '../domain/http/routes.ts';
import type { HttpProducer, HttpRules } from '../domain/http/rules.ts';
import type { Deadline } from '../domain/work/delivery.ts';
import { nameOfError } from '../domain/work/observer.ts';
import { type Answer, problemAnswer, proxyResult } from './answer.ts';
import { type Call, callOf, placeOf } from './call.ts';
import { CampaignNotes } from './campaign-notes.ts';
import { readCode } from './codes.ts';
import { commandApi } from './commands.ts';
import type { HttpApiEnvironment } from './env.ts';
import { putLinkByKey } from './link-by-key.ts';
import { readLink } from './links.ts';
import { httpApiMetric } from './names.ts';
import type { HttpApiPorts } from './ports.ts';
import { readRequest } from './requests.ts';
import { Trip } from './trip.ts';

/**
 * The HTTP API answers one call:
 *
 *     call ─▶ caller ─▶ path and method ─▶ rate ─▶ commands, link by key, request, link, code, openapi.json
 *                └──────────┴───────────────┴─◀ problem (RFC 9457)
 *
 * Every step before a command is sent may fail without an effect. Every step after it may be repeated.
 */
export function httpApi(
  settings: HttpApiEnvironment,
  rules: HttpRules,
  ports: HttpApiPorts,
): (event: APIGatewayProxyEvent, deadline: Deadline) => Promise<APIGatewayProxyResult> {
  const commands = commandApi(settings, rules, ports);
  const notes = new CampaignNotes(settings, ports);
  const answerTo = async (call: Call, trip: Trip): Promise<Answer> => {
    const own = producersOf(call.under, call.identity, rules.producers);
    const [answer] = await Promise.allSettled([routed(call, own, trip)]);
    // Every call counts, also one that ends before its own look at the rate.
    await trip.count(own);
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  };
  const routed = async (call: Call, own: readonly HttpProducer[], trip: Trip): Promise<Answer> => {
    const routing = routeOf(call.method, call.rest);
    if ('problem' in routing) {
      const { problem, allow, detail } = routing;
      throw new HttpProblem(problem, {
        ...(allow !== undefined && { headers: { Allow: allow.join(', ') } }),
        ...(detail !== undefined && { detail }),
      });
    }
    const { route } = routing;
    trip.operation = route.operation;
    switch (route.operation) {
      case 'commands':
        return commands.post(call, own, trip);
      case 'link-by-key':
        return putLinkByKey(call, own, route, trip, commands, notes, ports);
      case 'request':
        return readRequest(call, own, route.requestId, trip, ports);
      case 'link':
        return readLink(call, own, route.address, trip, ports);
      case 'code':
        return readCode(settings, call, own, route.address, trip, commands.sending, ports);
      case 'openapi':
        return { status: 200, headers: { 'Content-Type': 'application/json' }, body: ports.openapi() };
    }
  };

  return async (event, deadline) => {
    const place = placeOf(event);
    const trip = new Trip(ports);
    let answer: Answer;
    try {
      answer = await answerTo(callOf(event, deadline), trip);
    } catch (error) {
      const problem = error instanceof HttpProblem ? error : failure(error, ports);
      answer = problemAnswer(problem, place);
      if (answer.status >= 500 && problem.problem !== 'lane-paused') ports.observer.count(httpApiMetric.requestFailed);
    }
    trip.end(answer.status);
    return proxyResult(answer, place);
  };
}

const errorsOfCode = [TypeError, RangeError, ReferenceError, SyntaxError];

/** An error of a service behind the HTTP API, or of its code. Every call can be repeated. */
function failure(error: unknown, { observer }: HttpApiPorts): HttpProblem {
  observer.warn('a call failed', { error: nameOfError(error) });
  const isOfCode = errorsOfCode.some((kind) => error instanceof kind);
  return new HttpProblem(isOfCode ? 'internal-error' : 'unavailable', { retryAfter: 2 });
}
