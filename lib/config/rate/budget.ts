import type { AccountSettings } from '../config-schema.ts';
import { floor } from './rounding.ts';

/**
 * What one AppsFlyer account allows, and how much of it we may use. It is not published whether QR calls also count against
 * the calls per second. We assume so.
 */
export type AccountLimits = Pick<AccountSettings, keyof Budget | 'headroom' | 'leftToOthers' | 'api'>;

export interface Budget {
  readonly callsPerSecond: number;
  readonly qrCallsPerSecond: number;
}

/** The calls per second that all pipelines on the account may send together. */
export function budgetOf(limits: AccountLimits): Budget {
  const usable = limits.headroom * (1 - limits.leftToOthers);
  return {
    callsPerSecond: floor(limits.callsPerSecond * usable),
    qrCallsPerSecond: floor(limits.qrCallsPerSecond * usable),
  };
}
