import type { Configuration } from '../../lib/config/config-schema.ts';
import { budgetOf, plannedCalls } from '../../lib/config/rate-budget.ts';
import { configuredPipelines, plansOf } from './configured-pipeline.ts';

/**
 * Calls per second of an AppsFlyer account's budget that no pipeline of any stage plans to send. An operator's verb may use
 * them without slowing a lane. The result is at least 1, which the headroom of the budget covers.
 *
 * @param accountName the account's name in lib/config/config.ts
 */
export function spareCallsPerSecond(configuration: Configuration, accountName: string): number {
  const account = configuration.accounts[accountName];
  if (account === undefined) return 1;
  const planned = configuredPipelines(configuration)
    .filter(({ settings }) => settings.account === accountName)
    .map(plansOf)
    .map(({ plans, expiry }) => plannedCalls(plans, expiry).callsPerSecond);
  return Math.max(1, budgetOf(account).callsPerSecond - planned.reduce((sum, calls) => sum + calls, 0));
}
