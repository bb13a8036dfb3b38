import type { Caller } from '../domain/acts/record.ts';
import { type Proof, proofRequest } from '../domain/acts/request.ts';

/** STS did not answer. */
export class StsUnreachable extends Error {
  override readonly name = 'StsUnreachable';
}

const timeoutMilliseconds = 3_000;
const attempts = 2;

/**
 * Asks STS who signed a request. The caller has signed it, and everything but the signature, its date and its session token is
 * made here. So STS's answer names the caller, and no field of the caller's does.
 */
export class CallerIdentity {
  readonly #url: string;
  readonly #fetch: typeof fetch;

  /** @param url STS in the region for which callers sign */
  constructor(url: string, send: typeof fetch = fetch) {
    this.#url = url;
    this.#fetch = send;
  }

  /**
   * @param actHeader the value that the caller must have signed
   * @returns undefined if STS does not accept the signature
   * @throws StsUnreachable if STS cannot be reached or fails
   */
  async caller({ authorization, date, sessionToken }: Proof, actHeader: string): Promise<Caller | undefined> {
    const headers = {
      authorization,
      'content-type': proofRequest.contentType,
      'x-amz-date': date,
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
      [proofRequest.actHeader]: actHeader,
      accept: 'application/xml',
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.#fetch(new URL(proofRequest.path, this.#url), {
          method: proofRequest.method,
          headers,
          body: proofRequest.body,
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMilliseconds),
        });
        const text = await answer.text();
        if (answer.status === 200) return callerIn(text);
        if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return undefined;
      } catch (error) {
        if (attempt === attempts) throw new StsUnreachable(error instanceof Error ? error.name : 'unknown');
      }
      if (attempt === attempts) throw new StsUnreachable('an error of the service');
    }
  }
}

/** @throws Error if the answer has not the three fields, once each */
function callerIn(xml: string): Caller {
  const field = (name: string) => {
    const [found, ...others] = xml.matchAll(new RegExp(`<${name}>([^<>]{1,2048})</${name}>`, 'g'));
    if (found?.[1] === undefined || others.length > 0) throw new Error(`an answer without one ${name}`);
    return decoded(found[1]);
  };
  return { arn: field('Arn'), userId: field('UserId'), account: field('Account') };
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const decoded = (text: string) =>
  text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '');
