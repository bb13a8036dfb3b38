import { quotaCallsOf } from '../../lib/config/account-faults.ts';
import type { AccountSettings, Configuration, PipelineSettings } from '../../lib/config/config-schema.ts';
import { serviceNameOf } from '../../lib/config/landing-zone.ts';
import { type PipelinePlan, planPipeline } from '../../lib/config/rate/pipeline-plan.ts';

/** A pipeline of one stage in the configuration. */
export interface ConfiguredPipeline {
  stage: string;
  /** `<pipeline>-<stage>`, after the prefix of the landing zone. */
  stackName: string;
  settings: PipelineSettings;
  account: AccountSettings;
  /** A key of the customer encrypts its data (`landingZone.key`). */
  isKeyed?: true;
}

export function configuredPipelines({ stages, accounts }: Configuration): ConfiguredPipeline[] {
  return Object.entries(stages).flatMap(([name, stage]) =>
    stage.pipelines.flatMap((settings) => {
      const account = accounts[settings.account];
      if (account === undefined) return [];
      const keyed = stage.landingZone?.key === undefined ? {} : { isKeyed: true as const };
      return [{ stage: name, stackName: serviceNameOf(name, stage, settings), settings, account, ...keyed }];
    }),
  );
}

/** The planned sizes of a pipeline's functions. */
export function plansOf({ account, settings }: Pick<ConfiguredPipeline, 'account' | 'settings'>): PipelinePlan {
  return planPipeline(account, settings);
}

/** The calls of a month. `shareCalls` only if the pipeline has a share of the account's quota (`monthlyQuotaShare`). */
export interface QuotaContract {
  monthlyQuotaCalls: number;
  shareCalls?: number;
}

export function quotaContractOf({
  account,
  settings,
}: Pick<ConfiguredPipeline, 'account' | 'settings'>): QuotaContract {
  const { monthlyQuotaCalls } = account;
  if (settings.monthlyQuotaShare === undefined) return { monthlyQuotaCalls };
  return { monthlyQuotaCalls, shareCalls: quotaCallsOf(account, settings) };
}
