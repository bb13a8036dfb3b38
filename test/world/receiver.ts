import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { serverOnLoopback } from './loopback.ts';

/** One request that a receiver got. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * A receiver of notifications on this machine. It visits the `SubscribeURL` of each confirmation, unless `confirms` is false.
 *
 * @param answer answers each notification; default: 200
 */
export async function givenReceiver(
  atEnd: (close: () => void) => void,
  {
    answer = (response) => void response.writeHead(200).end(),
    confirms = true,
  }: { answer?: (response: ServerResponse, nth: number) => void; confirms?: boolean } = {},
) {
  const notifications: Received[] = [];
  const confirmations: Received[] = [];
  const { origin } = await serverOnLoopback(async (request, response) => {
    const received = { path: request.url ?? '', headers: request.headers, text: (await buffer(request)).toString() };
    if (request.headers['x-amz-sns-message-type'] === 'Notification') {
      notifications.push(received);
      return answer(response, notifications.length);
    }
    confirmations.push(received);
    response.writeHead(200).end();
    const isNew = request.headers['x-amz-sns-message-type'] === 'SubscriptionConfirmation';
    if (confirms && isNew) await fetch(JSON.parse(received.text).SubscribeURL);
  }, atEnd);
  return { origin, port: Number(new URL(origin).port), notifications, confirmations };
}
