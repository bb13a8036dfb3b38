import { type App, Tags } from 'aws-cdk-lib';
import type { Configuration } from '../config/config-schema.ts';
import { describe, planExpiry, planLanes } from '../config/rate-budget.ts';
import { PipelineStack } from './pipeline-stack.ts';
import { StateStack } from './state-stack.ts';

/** Somebody asked for a stage that the configuration does not have. */
export class NoSuchStage extends Error {
  override readonly name = 'NoSuchStage';
}

/**
 * Two stacks for each pipeline of each stage: `<pipeline>-<stage>-State`, which stays, and `<pipeline>-<stage>`.
 *
 * @param only the one stage wanted; without it, all of them.
 * @returns the rate plans, to be read by the operator.
 * @throws NoSuchStage when there is no such stage.
 */
export function addStages(app: App, configuration: Configuration, only?: string): string[] {
  const { accounts, stages } = configuration;
  if (only !== undefined && !Object.hasOwn(stages, only)) {
    throw new NoSuchStage(
      `-c stage: must be one of the configured stages (${Object.keys(stages).join(', ')}); got ${only}`,
    );
  }
  const plans: string[] = [];
  for (const [stageName, stage] of Object.entries(stages)) {
    if (only !== undefined && stageName !== only) continue;
    for (const settings of stage.pipelines) {
      const serviceName = `${settings.name}-${stageName}`;
      const account = accounts[settings.account];
      if (!account) throw new Error(`account: must be one of the accounts; got ${settings.account}`);
      // The state stays either way; the other stack's queues, and what waits in them, go with it.
      const terminationProtection = stage.removalPolicy === 'retain';
      const state = new StateStack(app, `${serviceName}-State`, {
        description: `What ${serviceName} must not lose`,
        settings,
        removalPolicy: stage.removalPolicy,
        terminationProtection,
      });
      const stack = new PipelineStack(app, serviceName, {
        description: `OneLink short links at campaign scale: ${serviceName}`,
        serviceName,
        settings,
        account,
        stage,
        state,
        terminationProtection,
      });
      for (const [key, value] of Object.entries(stage.tags)) {
        Tags.of(state).add(key, value);
        Tags.of(stack).add(key, value);
      }
      const { plan: expiry } = planExpiry(account, settings.expiryRateShare);
      plans.push(describe(serviceName, account, planLanes(account, settings.lanes).plans, expiry));
    }
  }
  return plans;
}
