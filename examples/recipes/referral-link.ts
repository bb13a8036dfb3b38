import { setTimeout as sleep } from 'node:timers/promises';

export interface HttpApi {
  /** The stack output `HttpApiUrl`. */
  url: string;
  /** A key that an operator has made with `onelink keys create`. */
  key: string;
}

/** The parts of an answer that this needs: of a link, or of a problem. */
interface Answer {
  link?: { shortUrl?: string };
  type?: string;
}

/** A customer who has tapped does not wait for a paused lane. */
const [attempts, patienceSeconds] = [5, 10];

/**
 * The link by which a customer invites others. The same customer gets the same link, however often this is called.
 *
 * Store it with the customer. The pipeline remembers a key for 75 days.
 *
 * @param customer the customer's number. The link shows it to everybody who has the link
 * @returns undefined if the link is on its way: ask again later
 * @throws Error if the HTTP API refuses the call
 */
export async function referralLink(customer: string, { url, key }: HttpApi): Promise<string | undefined> {
  const address = `${url}/v1/links/by-key/referral/${encodeURIComponent(customer)}`;
  const body = JSON.stringify({
    onelinkId: 'A1b3',
    data: { pid: 'referral', c: 'invite_a_friend', deep_link_value: 'invite', af_sub1: customer },
    ttl: '90d',
    renewTtl: true,
  });
  const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', Prefer: 'wait=10' };
  for (let attempt = 1; ; attempt++) {
    const call = { method: 'PUT', headers, body, signal: AbortSignal.timeout(35_000) };
    const response = await fetch(address, call).catch(() => undefined);
    const answer = (await response?.json().catch(() => undefined)) as Answer | undefined;
    if (response?.ok && answer !== undefined) return answer.link?.shortUrl;
    // A lost answer, a busy service, or an earlier call that has not ended. The same call again is carried out once.
    const { ok = true, status = 0 } = response ?? {};
    const isTransient = ok || status === 429 || status >= 500 || answer?.type?.endsWith('#in-progress');
    const seconds = Number(response?.headers.get('retry-after')) || 2 ** attempt / 4;
    if (!isTransient || attempt === attempts || seconds > patienceSeconds) {
      throw new Error(`the referral link of a customer: ${answer?.type ?? response?.status ?? 'no answer'}`);
    }
    await sleep(1_000 * seconds * (1 + Math.random() / 2));
  }
}
