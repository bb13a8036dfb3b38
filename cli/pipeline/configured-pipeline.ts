import type { AccountSettings, Configuration, PipelineSettings } from '../../lib/config/config-schema.ts';
import { planExpiry, planLanes, planReader } from '../../lib/config/rate-budget.ts';

/** A pipeline of one stage in the configuration. */
export interface ConfiguredPipeline {
  stage: string;
  /** `<pipeline>-<stage>`, the name from lib/stacks/stages.ts. */
  stackName: string;
  settings: PipelineSettings;
  account: AccountSettings;
}

export function configuredPipelines({ stages, accounts }: Configuration): ConfiguredPipeline[] {
  return Object.entries(stages).flatMap(([stage, { pipelines }]) =>
    pipelines.flatMap((settings) => {
      const account = accounts[settings.account];
      return account === undefined ? [] : [{ stage, stackName: `${settings.name}-${stage}`, settings, account }];
    }),
  );
}

/** The planned workers of a pipeline's lanes, and of its expired links, and the planned reader. */
export function plansOf({ account, settings }: Pick<ConfiguredPipeline, 'account' | 'settings'>) {
  const { plans } = planLanes(account, settings.lanes);
  const { plan: expiry } = planExpiry(account, settings.expiryRateShare);
  const { plan: reader } = planReader(account, settings.readRateShare);
  return { plans, expiry, reader };
}
