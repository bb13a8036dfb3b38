import { statSync } from 'node:fs';
import { type App, CfnResource, Stack } from 'aws-cdk-lib';
import { ConfigurationError } from '../config/configuration-error.ts';
import { policyFaults } from '../constructs/policy-limits.ts';
import { StageRefused } from './chosen-stage.ts';
import { OneLinkPipeline } from './pipeline.ts';

/** AWS CloudFormation quotas, of one template: its resources, and its bytes in S3. CloudFormation's own error states the bytes. */
const most = { resources: 500, bytes: 1_000_000 };

/**
 * Synthesises a CDK app, unless AWS would refuse what it makes. An app that calls this has `autoSynth: false`.
 *
 * @throws ConfigurationError with the policies and templates of pipelines that exceed a limit of AWS
 */
export function synthesize(app: App): void {
  const pipelines = app.node.findAll().filter((one) => one instanceof OneLinkPipeline);
  // The CDK refuses too many resources as well, but with a stack trace, and without the setting that makes them.
  refuse([...policyFaults(app), ...pipelines.flatMap((one) => templateFaults(one, 'resources', resourcesOf(one)))]);
  const assembly = app.synth();
  const bytesOf = (one: OneLinkPipeline) =>
    statSync(assembly.getStackArtifact(Stack.of(one).artifactId).templateFullPath).size;
  refuse(pipelines.flatMap((one) => templateFaults(one, 'bytes', bytesOf(one))));
}

/**
 * Ends the process of a CDK app with the faults of a configuration, without a stack trace. Any other error is thrown again.
 *
 * @param file of the configuration, if known: a construct does not know it
 */
export function endWithFaults(error: unknown, file?: string): void {
  if (!(error instanceof ConfigurationError) && !(error instanceof StageRefused)) throw error;
  const isOfFile = error instanceof ConfigurationError && file !== undefined;
  const { message } = isOfFile ? new ConfigurationError(error.faults, file) : error;
  // Without this exit, an app with `autoSynth` would synthesise what it has made so far, and fail with a stack trace.
  process.stderr.write(`${message}\n`, () => process.exit(1));
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0) throw new ConfigurationError(faults, 'its stages');
}

function resourcesOf(pipeline: OneLinkPipeline): number {
  const stack = Stack.of(pipeline);
  return stack.node.findAll().filter((one) => CfnResource.isCfnResource(one) && one.stack === stack).length;
}

function templateFaults(pipeline: OneLinkPipeline, what: keyof typeof most, got: number): string[] {
  if (got <= most[what]) return [];
  const [limit, found] = [most[what], got].map((count) => count.toLocaleString('en'));
  const rule = `the template of ${Stack.of(pipeline).node.path} may have ${limit} ${what} at most (CloudFormation); got ${found}`;
  const { lanes, outcomeQueues, privateOutcomes, ingress } = pipeline;
  const parts = [
    `${lanes.length} lanes`,
    `${outcomeQueues.length} outcomeQueue`,
    `${privateOutcomes?.queues.length ?? 0} privateOutcomeQueue`,
    `${ingress?.queues.length ?? 0} ingress queues (principals with an account or a service)`,
  ].join(', ');
  const remedy = 'Give fewer producers a queue, or move some producers or lanes to another pipeline of the stage.';
  return [`producers: ${rule}. It has ${parts}. ${remedy}`];
}
