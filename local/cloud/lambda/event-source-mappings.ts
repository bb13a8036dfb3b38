import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Deployment } from '../assembly/deployment.ts';
import type { Clock } from '../clock.ts';
import type { NoticeBoard } from '../notices.ts';
import { concurrencyWithoutMaximum, EventSourceMapping, eventSourceMappingProperties } from './event-source-mapping.ts';
import type { Functions } from './functions.ts';
import { QueuePoller } from './queue-poller.ts';

/**
 * Connects queues with functions as in a deployment. The mappings do not poll before they are started.
 * @param sqsOf a client with the function's role
 * @param onError called if the queue engine does not answer a mapping
 * @param waits whether a mapping with all invocations busy collects its next batch only after one is free
 */
export function connectMappings(
  deployment: Deployment,
  functions: Functions,
  sqsOf: (functionName: string) => SQSClient,
  clock: Clock,
  notices: NoticeBoard,
  onError: (error: unknown) => void,
  waits?: () => boolean,
): EventSourceMapping[] {
  const mappings: EventSourceMapping[] = [];
  for (const resource of deployment.resources('AWS::Lambda::EventSourceMapping')) {
    const warn = (why: string) => notices.add('warning', resource.type, why, `${resource.stack}/${resource.logicalId}`);
    const settings = deployment.properties(resource, eventSourceMappingProperties);
    // stream-mappings.ts connects those of streams.
    if (/^arn:[^:]+:dynamodb:/.test(settings.EventSourceArn)) continue;
    const queue = deployment.find('AWS::SQS::Queue', settings.EventSourceArn);
    const target = functions.find(settings.FunctionName);
    if (!queue || !target) {
      warn(queue ? 'its function is not in these stacks' : 'only queues of these stacks are polled');
      continue;
    }
    if (settings.FilterCriteria !== undefined) warn('the messages of a queue are not filtered here');
    if (settings.ScalingConfig?.MaximumConcurrency === undefined) {
      warn(`without a MaximumConcurrency it has ${concurrencyWithoutMaximum} batches at once`);
    }
    const poller = new QueuePoller(sqsOf(target.configuration.name), queue.ref);
    const { region } = deployment.place;
    mappings.push(
      new EventSourceMapping({ resource, queue, function: target, settings, poller, region, clock, onError, waits }),
    );
  }
  return mappings;
}
