import { hash } from 'node:crypto';
import { requestKey } from '../domain/contract/request-key.ts';
import type { RequestAnswer } from '../domain/http/answers.ts';
import { matchesNone } from '../domain/http/headers.ts';
import { HttpProblem } from '../domain/http/problem.ts';
import { codeDetail } from '../domain/http/reasons.ts';
import { mediaTypeOf } from '../domain/http/request-answer.ts';
import type { HttpProducer } from '../domain/http/rules.ts';
import type { LinkAddress } from '../domain/link/link-id.ts';
import { dialectLimits } from '../domain/onelink/dialect.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import type { HttpApiEnvironment } from './env.ts';
import { ownLink } from './links.ts';
import type { HttpApiPorts } from './ports.ts';
import { onlyThese } from './query.ts';
import type { Progress, Sending } from './sending.ts';
import type { Trip } from './trip.ts';

/** Seconds in which most codes are made. */
const askAgainAfter = 2;
/** Lambda answers with at most 6 MB (quotas of Lambda), and base64 makes four bytes of three. */
const mostImageBytes = 4_000_000;

const noCodes = 'The account uses version 1.0 of the OneLink API, which makes no QR codes.';

/** `GET /links/{onelinkId}/{shortlinkId}/qr` */
export async function readCode(
  settings: Pick<HttpApiEnvironment, 'API_DIALECT'>,
  call: Call,
  own: readonly HttpProducer[],
  address: LinkAddress,
  trip: Trip,
  sending: Pick<Sending, 'isUnderWay'>,
  ports: HttpApiPorts,
): Promise<Answer> {
  onlyThese(call, ['source']);
  const { producer, admission } = trip.enter(call, own);
  const [link] = await Promise.all([ownLink(address, producer.source, ports), admission.check()]);
  const { qrKey, qrFailure, requestId } = link;
  if (qrKey === undefined) {
    if (!dialectLimits[settings.API_DIALECT].hasQr) throw new HttpProblem('no-code', { detail: noCodes });
    const asked = await ports.records.lastCode(producer.source, address);
    if (asked !== undefined && (await sending.isUnderWay({ source: producer.source, requestId: asked })))
      throw new HttpProblem('code-not-ready', { retryAfter: askAgainAfter });
    if (qrFailure !== undefined)
      throw new HttpProblem('code-failed', { reason: qrFailure.reason, detail: codeDetail(qrFailure.reason) });
    // Of a create, only the record of a command that came by the HTTP API shows that it asks for a code.
    const key = { source: producer.source, requestId };
    const isAsked = (await ports.records.find([key])).get(requestKey(key))?.qr === true;
    throw new HttpProblem(isAsked ? 'code-not-ready' : 'no-code', { retryAfter: askAgainAfter });
  }
  const bytes = await ports.codes.read(qrKey);
  // The link has ended in this instant, and its image with it.
  if (bytes === undefined) throw new HttpProblem('unknown-link');
  if (bytes.length > mostImageBytes) throw new Error('the image is larger than an answer may be');
  const etag = `"${hash('sha256', bytes, 'hex').slice(0, 32)}"`;
  if (matchesNone(call.header('if-none-match'), etag)) return { status: 304, headers: { ETag: etag } };
  return { status: 200, headers: { 'Content-Type': mediaTypeOf(qrKey), ETag: etag }, body: { bytes } };
}

/** The answer with the image of its QR code, if the call has waited for it. */
export async function withImage(
  answer: Answer,
  { known }: Pick<Progress, 'known'>,
  { codes }: Pick<HttpApiPorts, 'codes'>,
): Promise<Answer> {
  const body = answer.body as RequestAnswer;
  const key = known.request?.outcome.qr?.key ?? known.link?.qrKey;
  if (body.qr?.state !== 'ready' || key === undefined) return answer;
  const bytes = await codes.read(key);
  if (bytes === undefined || bytes.length > mostImageBytes) return answer;
  const qr = { ...body.qr, base64: Buffer.from(bytes).toString('base64') };
  return { ...answer, body: { ...body, qr } };
}
