import type { LinkRecord } from '../../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../../lambdas/domain/link/link-id.ts';
import { compare, type Difference, type Found } from './comparison.ts';
import { find, type LinkCheckPorts } from './link-check.ts';

/** A link in the ledger and at the API, at one moment. */
export interface LookUp {
  result: 'equal' | 'renewed-by-clicks' | 'different' | 'unread' | 'unknown' | 'not-in-ledger';
  differences: Difference[];
  record: LinkRecord | undefined;
  /** Undefined if the API gave no usable answer. */
  found: Found | undefined;
}

/**
 * Reads a link on both sides. The API's side is one free GET.
 *
 * @throws OperatorError if the API refuses the account
 */
export async function lookUp(address: LinkAddress, ports: LinkCheckPorts): Promise<LookUp> {
  const { ledger, secret, templates, clock } = ports;
  const [record, found] = await Promise.all([ledger.link(address), find(address, ports)]);
  const nowSeconds = Math.floor(clock.wallMilliseconds() / 1000);
  const comparison =
    record === undefined || found === undefined ? undefined : compare(record, found, { secret, templates, nowSeconds });
  return {
    result: comparison?.result ?? (found === undefined ? 'unread' : found === 'absent' ? 'unknown' : 'not-in-ledger'),
    differences: comparison?.result === 'different' ? comparison.differences : [],
    record,
    found,
  };
}

/** One sentence about each result. */
export const lookUpWords = {
  equal: 'Both sides have the same.',
  'renewed-by-clicks': 'Both sides have the same. Clicks have extended the link’s life at the API.',
  different: 'They differ.',
  unread: 'The API gave no usable answer. Try again later, or run: onelink doctor',
  unknown:
    'Neither side has this link. It never existed, or it has ended. To search the history of ended links, run: onelink trace',
  'not-in-ledger': 'The ledger does not have this link. This pipeline did not make it.',
} as const satisfies Record<LookUp['result'], string>;
