import type { LinkRecord } from '../../lambdas/domain/link/ledger-record.ts';
import type { LinkAddress } from '../../lambdas/domain/link/link-id.ts';
import type { DeployedPipeline } from './deployed-pipeline.ts';
import { callsAtOnce, limitedCalls } from './limited-calls.ts';

/** The ledger for a verb that checks hundreds of links at once. It reads no more than the client has sockets for. */
export function readLedger({ ledger }: Pick<DeployedPipeline, 'ledger'>): {
  link(address: LinkAddress): Promise<LinkRecord | undefined>;
} {
  return { link: limitedCalls(callsAtOnce, (address: LinkAddress) => ledger.link(address)) };
}
