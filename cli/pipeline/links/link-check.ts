import type { Templates } from '../../../lambdas/domain/contract/producer.ts';
import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import type { ApiAnswer, LinkAtApi } from '../../../lambdas/domain/onelink/api-answer.ts';
import type { Clock } from '../../../lambdas/domain/work/clock.ts';
import { OperatorError } from '../../words/operator-error.ts';
import { type Comparison, compare, type Difference, type Found } from './comparison.ts';

/** The result of checking one link. */
export type LinkCheck =
  | Exclude<Comparison, { result: 'different' }>
  | { result: 'different'; record: LinkRecord; differences: Difference[] }
  /** A change holds the link's lease at this moment. */
  | { result: 'being-changed' }
  /** Its record was removed (expired, deleted) after the scan. */
  | { result: 'gone' }
  /** The API gave no usable answer. */
  | { result: 'unread' };

export interface LinkCheckPorts {
  ledger: { link(address: LinkAddress): Promise<LinkRecord | undefined> };
  api: { read(address: LinkAddress): Promise<ApiAnswer<LinkAtApi>> };
  /** The link-ID secret, which keys the digests. */
  secret: string;
  templates: Templates;
  clock: Clock;
}

/**
 * Compares a link in the ledger and at the API. It compares again before it reports a difference, because a change under
 * way may explain the first one.
 *
 * @throws OperatorError if the API refuses the account
 */
export async function checkLink(address: LinkAddress, ports: LinkCheckPorts): Promise<LinkCheck> {
  const first = await compareOnce(address, ports);
  return first.result === 'different' ? compareOnce(address, ports) : first;
}

async function compareOnce(address: LinkAddress, ports: LinkCheckPorts): Promise<LinkCheck> {
  const record = await ports.ledger.link(address);
  if (record === undefined) return { result: 'gone' };
  if (record.lease !== undefined && record.lease.until * 1000 >= ports.clock.wallMilliseconds()) {
    return { result: 'being-changed' };
  }
  const found = await find(address, ports);
  if (found === undefined) return { result: 'unread' };
  const nowSeconds = Math.floor(ports.clock.wallMilliseconds() / 1000);
  const comparison = compare(record, found, { ...ports, nowSeconds });
  return comparison.result === 'different' ? { ...comparison, record } : comparison;
}

/** The waits before the second and the third GET. */
const retryMilliseconds = [500, 1_000];

/**
 * What the API has at an address, by up to three free GETs; undefined if none got a usable answer.
 *
 * @throws OperatorError if the API refuses the account
 */
export async function find(
  address: LinkAddress,
  { api, clock }: Pick<LinkCheckPorts, 'api' | 'clock'>,
): Promise<Found | undefined> {
  for (let attempt = 0; ; attempt++) {
    const answer = await api.read(address);
    switch (answer.meaning) {
      case 'ok':
        return answer.value;
      case 'absent':
        return 'absent';
      case 'permanent':
        return 'foreign';
      case 'account-blocked':
        throw new OperatorError(
          `The OneLink API refuses the account: ${answer.fault.message} [${answer.fault.rule}]. Put the token that AppsFlyer ` +
            'issued into the secret that the output ApiTokenSecretArn names.',
        );
    }
    const wait = retryMilliseconds[attempt];
    if (wait === undefined) return undefined;
    await clock.sleep(wait);
  }
}
