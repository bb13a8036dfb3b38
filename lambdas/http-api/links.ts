import { dataAsText } from '../domain/contract/link-data.ts';
import { requestKey } from '../domain/contract/request-key.ts';
import type { LinkAnswer } from '../domain/http/answers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import { codeOfLink, codePath } from '../domain/http/request-answer.ts';
import type { HttpProducer } from '../domain/http/rules.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import type { ApiAnswer, LinkAtApi } from '../domain/onelink/api-answer.ts';
import { isoSeconds } from '../domain/work/clock.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import type { HttpApiPorts } from './ports.ts';
import { onlyThese } from './query.ts';
import type { Trip } from './trip.ts';

/** How long a call asks a busy reader again. */
const mostBusyMilliseconds = 5_000;
/** A busy reader is asked again after 50 ms, and up to so many more. */
const retryMilliseconds = 100;

/** `GET /links/{onelinkId}/{shortlinkId}`: the link by its record, with data and expiry as the OneLink API has them. */
export async function readLink(
  call: Call,
  own: readonly HttpProducer[],
  address: LinkAddress,
  trip: Trip,
  ports: HttpApiPorts,
): Promise<Answer> {
  onlyThese(call, ['source']);
  const { producer, admission } = trip.enter(call, own);
  const [link] = await Promise.all([ownLink(address, producer.source, ports), admission.check()]);
  const key = { source: producer.source, requestId: link.requestId };
  const [read, records] = await Promise.all([readAtApi(address, ports), ports.records.find([key])]);
  if (read.meaning === 'absent') throw new HttpProblem('unknown-link');
  if (read.meaning !== 'ok') throw new HttpProblem('onelink-unavailable', { retryAfter: 5 });
  const isAsked = records.get(requestKey(key))?.qr === true;
  return { status: 200, body: linkBody(link, read.value, isAsked, call) };
}

/** The record of the caller's own link. @throws HttpProblem if there is none */
export async function ownLink(
  address: LinkAddress,
  source: string,
  { ledger }: Pick<HttpApiPorts, 'ledger'>,
): Promise<LinkRecord> {
  const link = await ledger.link(address);
  // Another producer's link is as unknown as one that does not exist.
  if (link === undefined || link.source !== source || link.state === 'deleted') throw new HttpProblem('unknown-link');
  return link;
}

function linkBody(link: LinkRecord, held: LinkAtApi, isAsked: boolean, call: Pick<Call, 'root'>): LinkAnswer {
  const { address, requestId, shortUrl, version, keepUntil } = link;
  const qr = codeOfLink(requestId, link, isAsked, codePath(call, address));
  return {
    ...address,
    shortUrl,
    requestId,
    version,
    ...(held.expiresAt !== undefined && { expiresAt: isoSeconds(held.expiresAt) }),
    ...(keepUntil !== undefined && { keepUntil: isoSeconds(keepUntil) }),
    data: dataAsText(held.data),
    ...(qr !== undefined && { qr }),
  };
}

async function readAtApi(
  address: LinkAddress,
  { reader, clock, random }: HttpApiPorts,
): Promise<ApiAnswer<LinkAtApi> | { meaning: 'failed' }> {
  const from = clock.monotonicMilliseconds();
  for (;;) {
    const answer = await reader.read(address);
    if (answer === 'failed') return { meaning: 'failed' };
    if (answer !== 'busy') return answer;
    if (clock.monotonicMilliseconds() - from >= mostBusyMilliseconds)
      throw new HttpProblem('reads-busy', { retryAfter: 2 });
    await clock.sleep(50 + random() * retryMilliseconds);
  }
}
