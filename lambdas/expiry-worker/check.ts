import type { Decision } from '../domain/contract/outcome.ts';
import type { QuotaTally } from '../domain/control/quota-tally.ts';
import type { Renewals } from '../domain/control/renewals.ts';
import type { LinkRecord } from '../domain/link/ledger-record.ts';
import { linkOf } from '../domain/link/link-state.ts';
import type { Removal } from '../domain/link/removal.ts';
import type { ExpiryWorkerEnvironment } from './env.ts';
import type { ExpiryWorkerPorts } from './ports.ts';

/** The shared context of one batch. */
export interface Batch {
  settings: ExpiryWorkerEnvironment;
  ports: ExpiryWorkerPorts;
  hasQuota: boolean;
  tally: QuotaTally;
  renewals: Renewals;
}

/** One delivery of a link's expiry check. */
export interface Check extends Batch {
  removal: Removal;
  receiveCount: number;
  nowSeconds: number;
}

/** The result of a check: the decision to publish, and what to write first if the link has expired. */
export interface Finding {
  record: LinkRecord;
  decision: Decision;
  /** Set if the link has expired: the worker adds its history line, and removes its image and its record. */
  over?: { checked: LinkRecord | undefined };
}

export function overOf(record: LinkRecord, checked?: LinkRecord): Finding {
  return { record, decision: { outcome: 'expired', link: linkOf(record) }, over: { checked } };
}

export function renewedOf(record: LinkRecord): Finding {
  return { record, decision: { outcome: 'renewed', link: linkOf(record) } };
}

export function expiringSoonOf(record: LinkRecord, isRefused: boolean): Finding {
  const reason = isRefused ? 'refused-by-api' : 'quota-reserve-reached';
  return { record, decision: { outcome: 'expiring-soon', reason, link: linkOf(record) } };
}
