import { type App, BOOTSTRAP_QUALIFIER_CONTEXT, Tags } from 'aws-cdk-lib';
import type { Configuration } from '../config/config-schema.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { serviceNameOf } from '../config/landing-zone.ts';
import { planPipeline } from '../config/rate/pipeline-plan.ts';
import { describe } from '../config/rate/plan-table.ts';
import { policyFaults } from '../constructs/policy-limits.ts';
import { applyIamRules } from './landing-zone.ts';
import { PipelineStack } from './pipeline-stack.ts';
import { StateStack } from './state-stack.ts';

/**
 * Adds two stacks for each pipeline of a stage: `<pipeline>-<stage>-State`, which stays, and `<pipeline>-<stage>`.
 *
 * @param anywhere leaves AWS account and region to the deployment, whatever the stage demands, and makes all of the state anew
 * @param first leaves the stacks and the ledger without protection against deletion, so that a first deployment that failed can be
 * repeated. The next deployment without it protects them.
 * @returns the rate plans, for the operator to read.
 * @throws ConfigurationError when the stage exceeds a limit of AWS.
 */
export function addStage(
  app: App,
  { accounts, stages }: Configuration,
  stageName: string,
  { anywhere = false, first = false }: { anywhere?: boolean; first?: boolean } = {},
): string[] {
  const stage = stages[stageName];
  if (!stage) throw new Error(`stage: must be one of the configured stages; got ${stageName}`);
  const env = stage.aws && !anywhere ? { env: { account: stage.aws.account, region: stage.aws.region } } : {};
  const zone = stage.landingZone ?? {};
  if (zone.bootstrapQualifier !== undefined) app.node.setContext(BOOTSTRAP_QUALIFIER_CONTEXT, zone.bootstrapQualifier);
  const made = stage.pipelines.map((configured) => {
    const { existing, ...anew } = configured;
    const settings = anywhere ? anew : configured;
    const serviceName = serviceNameOf(stageName, stage, settings);
    const isProtected = stage.removalPolicy === 'retain' && !first;
    const ofStack = {
      ...env,
      // CloudFormation passes them on to what it can tag, also if the CDK cannot.
      tags: stage.tags,
      // Indentation would be a quarter of the template, and counts against CloudFormation's limit.
      suppressTemplateIndentation: true,
      // The state stays in any case. Deleting the other stack deletes its queues and their messages. The CDK sets it before it
      // executes the change set, and cannot delete a stack with it whose creation failed.
      terminationProtection: isProtected,
    };
    const state = new StateStack(app, `${serviceName}-State`, {
      ...ofStack,
      description: `State of ${serviceName}: ledger, archive, QR images and secrets`,
      settings,
      removalPolicy: stage.removalPolicy,
      landingZone: zone,
      deletionProtection: isProtected,
    });
    return { serviceName, settings, ofStack, state };
  });
  const plans: string[] = [];
  for (const { serviceName, settings, ofStack, state } of made) {
    const account = accounts[settings.account];
    if (!account) throw new Error(`account: must be one of the accounts; got ${settings.account}`);
    const siblings = made
      .filter((other) => other.state !== state && other.settings.account === settings.account)
      .map((other) => ({ state: other.state, lanes: Object.keys(other.settings.lanes) }));
    const stack = new PipelineStack(app, serviceName, {
      ...ofStack,
      description: `OneLink short links at campaign scale: ${serviceName}`,
      serviceName,
      settings,
      account,
      stage,
      state,
      siblings,
    });
    for (const one of [state, stack]) {
      for (const [key, value] of Object.entries(stage.tags)) Tags.of(one).add(key, value);
      applyIamRules(one, zone);
    }
    plans.push(describe(serviceName, account, planPipeline(account, settings), settings));
  }
  const faults = policyFaults(app);
  if (faults.length > 0) throw new ConfigurationError(faults, 'its stages');
  return plans;
}
