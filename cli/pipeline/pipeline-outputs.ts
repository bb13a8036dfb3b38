import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { outcomeQueueOutput, privateQueueOutput, sourceOfPascal } from '../../lib/config/source-names.ts';
import { OperatorError } from '../words/operator-error.ts';

/** The outputs of a pipeline that its users need. */
export interface PipelineOutputs {
  /** Lane to the URL of its command queue. */
  laneQueueUrls: ReadonlyMap<string, string>;
  outcomeTopicArn: string;
  qrBucketName: string;
  ingressQueues: readonly IngressQueueUrls[];
}

/** The stack does not exist, or is not a pipeline. */
export class PipelineNotFound extends OperatorError {
  override readonly name = 'PipelineNotFound';
}

/**
 * A stack's outputs, by name.
 * @throws PipelineNotFound; the service's error if the call fails
 */
export async function readOutputs(
  cloudFormation: Pick<CloudFormationClient, 'send'>,
  stackName: string,
): Promise<Record<string, string>> {
  const asked = new DescribeStacksCommand({ StackName: stackName });
  const stacks = await cloudFormation.send(asked).catch((error: unknown) => {
    if (!(error instanceof Error && error.message.includes('does not exist'))) throw error;
    throw new PipelineNotFound(
      `There is no stack ${stackName} in this account and region. Name another one with --stack, or deploy it first.`,
    );
  });
  const outputs = stacks.Stacks?.[0]?.Outputs ?? [];
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

/** The command that deploys a pipeline again. The stack's name ends in its stage, which has no dash. */
export const deployCommand = (stackName: string) => `npx cdk deploy --all -c stage=${stackName.split('-').at(-1)}`;

/** @throws PipelineNotFound if the stack has no such output */
export function outputNamed(name: string, outputs: Readonly<Record<string, string>>, stackName: string): string {
  const value = outputs[name];
  if (value !== undefined) return value;
  throw new PipelineNotFound(
    `The stack ${stackName} has no output ${name}: it is not a pipeline, or of an earlier release. Deploy it again: ` +
      deployCommand(stackName),
  );
}

/** The URLs of the outcome queues that these sources have, by source. */
export function outcomeQueuesOf(
  sources: Iterable<string>,
  outputs: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  return urlsOf(sources, outputs, outcomeQueueOutput);
}

/** The same for their private outcome queues, with the answers to `get`. */
export function privateQueuesOf(
  sources: Iterable<string>,
  outputs: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  return urlsOf(sources, outputs, privateQueueOutput);
}

function urlsOf(
  sources: Iterable<string>,
  outputs: Readonly<Record<string, string>>,
  outputOf: (source: string) => string,
): ReadonlyMap<string, string> {
  const found = [...sources].flatMap((source): [string, string][] => {
    const url = outputs[outputOf(source)];
    return url === undefined ? [] : [[source, url]];
  });
  return new Map(found);
}

/** A name in the spelling of outputs: `Campaign` for `campaign`. */
export const pascal = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** @throws PipelineNotFound if they are not the outputs of a pipeline */
export function pipelineOutputs(outputs: Readonly<Record<string, string>>, stackName: string): PipelineOutputs {
  const { OutcomeTopicArn: outcomeTopicArn, QrBucketName: qrBucketName } = outputs;
  // A lane's name is lower case: `CampaignQueueUrl` is one, `QrJobsQueueUrl` and `CampaignDeadLetterQueueUrl` are not.
  const lanes = Object.entries(outputs).flatMap(([key, url]): [string, string][] => {
    const name = /^([A-Z][a-z0-9]*)QueueUrl$/.exec(key)?.[1];
    return name === undefined ? [] : [[name.charAt(0).toLowerCase() + name.slice(1), url]];
  });
  if (outcomeTopicArn === undefined || qrBucketName === undefined || lanes.length === 0) {
    throw new PipelineNotFound(
      `The stack ${stackName} does not have the outputs of a pipeline. Name the pipeline's stack with --stack.`,
    );
  }
  return { laneQueueUrls: new Map(lanes), ingressQueues: ingressQueuesIn(outputs), outcomeTopicArn, qrBucketName };
}

/** A producer's ingress queue for one lane. */
export interface IngressQueueUrls {
  lane: string;
  source: string;
  url: string;
  deadLettersUrl: string;
}

/** `CampaignIngressQueueUrlCrm` is crm's on the lane campaign. */
function ingressQueuesIn(outputs: Readonly<Record<string, string>>): IngressQueueUrls[] {
  return Object.entries(outputs).flatMap(([key, url]) => {
    const [, lane = '', part = ''] = /^([A-Z][a-z0-9]*)IngressQueueUrl([A-Za-z0-9]+)$/.exec(key) ?? [];
    const deadLettersUrl = outputs[`${lane}IngressDeadLetterQueueUrl${part}`];
    if (deadLettersUrl === undefined) return [];
    return [{ lane: lane.charAt(0).toLowerCase() + lane.slice(1), source: sourceOfPascal(part), url, deadLettersUrl }];
  });
}
