import { type App, Tags } from 'aws-cdk-lib';
import type { Configuration } from '../config/config-schema.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { describe, planPipeline } from '../config/rate-budget.ts';
import { policyFaults } from '../constructs/policy-limits.ts';
import { PipelineStack } from './pipeline-stack.ts';
import { StateStack } from './state-stack.ts';

/** The configuration does not have the requested stage. */
export class NoSuchStage extends Error {
  override readonly name = 'NoSuchStage';
}

/**
 * Adds two stacks for each pipeline of each stage: `<pipeline>-<stage>-State`, which stays, and `<pipeline>-<stage>`.
 *
 * @param only adds one stage. Without it, all stages are added.
 * @returns the rate plans, for the operator to read.
 * @throws NoSuchStage when the configuration has no such stage; ConfigurationError when it exceeds a limit of AWS.
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
      // The state stays in any case. Deleting the other stack deletes its queues and their messages.
      const terminationProtection = stage.removalPolicy === 'retain';
      const state = new StateStack(app, `${serviceName}-State`, {
        description: `State of ${serviceName}: ledger, archive, QR images and secrets`,
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
      const plan = planPipeline(account, settings);
      plans.push(describe(serviceName, account, plan, settings));
    }
  }
  const faults = policyFaults(app);
  if (faults.length > 0) throw new ConfigurationError(faults, 'its stages');
  return plans;
}
