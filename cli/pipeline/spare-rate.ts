import type { Configuration } from '../../lib/config/config-schema.ts';
import { budgetOf, planExpiry, planLanes, plannedCalls } from '../../lib/config/rate-budget.ts';
import { configuredPipelines } from './configured-pipeline.ts';

/**
 * Calls per second of an AppsFlyer account's budget that no pipeline of any stage plans to send: what an operator's tool
 * may take without slowing anybody down. At least 1: the headroom of the budget bears it.
 *
 * @param accountName as lib/config/config.ts calls it
 */
export function spareCallsPerSecond(configuration: Configuration, accountName: string): number {
  const account = configuration.accounts[accountName];
  if (account === undefined) return 1;
  const planned = configuredPipelines(configuration)
    .filter(({ settings }) => settings.account === accountName)
    .map(({ settings: { lanes, expiryRateShare } }) => {
      const { plan } = planExpiry(account, expiryRateShare);
      return plannedCalls(planLanes(account, lanes).plans, plan).callsPerSecond;
    });
  return Math.max(1, budgetOf(account).callsPerSecond - planned.reduce((sum, calls) => sum + calls, 0));
}
