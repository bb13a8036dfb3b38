import type { AccountSettings, Configuration, PipelineSettings } from '../../lib/config/config-schema.ts';
import { type PipelinePlan, planPipeline } from '../../lib/config/rate-budget.ts';

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

/** The planned sizes of a pipeline's functions. */
export function plansOf({ account, settings }: Pick<ConfiguredPipeline, 'account' | 'settings'>): PipelinePlan {
  return planPipeline(account, settings);
}
