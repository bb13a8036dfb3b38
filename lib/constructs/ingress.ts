import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { ForwarderVariables } from '../../lambdas/forwarder/env.ts';
import type { IngressQueueSettings } from '../config/principals.ts';
import { type ForwarderPlan, planForwarder } from '../config/rate/reserved-concurrency.ts';
import { pascalSource } from '../config/source-names.ts';
import { type Lane, pascal } from './lane.ts';
import type { PipelineParts } from './pipeline-parts.ts';
import { admitPrincipals } from './queue-senders.ts';
import { consume } from './queue-worker.ts';
import { WorkQueue } from './work-queue.ts';
import { allow, workerFunction } from './worker-function.ts';

/**
 * SQS counts attributes, and takes 1 MiB (1,048,576 bytes) with them. The forwarder adds less than 1 KiB. So what an
 * ingress queue takes, its lane's queue takes as well.
 */
const maxMessageBytes = 1_047_552;

/** A batch has 6 MB at most (Lambda). */
const memoryMegabytes = 512;

export interface IngressProps extends PipelineParts {
  readonly lanes: readonly Lane[];
  readonly queues: readonly IngressQueueSettings[];
  /** The unique IDs of the roles that vouch for a message's first sender, with commas between them. */
  readonly ownSenders: string;
}

/** One producer's way to one lane. */
export interface IngressQueue {
  readonly lane: string;
  readonly source: string;
  readonly work: WorkQueue;
  readonly mapping: EventSourceMapping;
}

/** Ingress queues → forwarder → lanes' queues, for producers whose messages do not show who sent them. */
export class Ingress extends Construct {
  readonly queues: readonly IngressQueue[];
  readonly forwarder: LambdaFunction;

  constructor(scope: Construct, id: string, props: IngressProps) {
    super(scope, id);
    const { settings, surroundings } = props;
    const made = props.queues.map((one) => {
      const lane = props.lanes.find(({ name }) => name === one.lane);
      if (lane === undefined) throw new Error(`${one.source}: must use a lane of the pipeline; got ${one.lane}`);
      const plan = planForwarder(lane.settings);
      const work = new WorkQueue(this, `${pascal(one.lane)}${pascalSource(one.source)}`, {
        rules: surroundings,
        retentionDays: settings.commandRetentionDays,
        visibilityTimeoutSeconds: plan.visibilityTimeoutSeconds,
        maxMessageBytes,
      });
      admitPrincipals(work.queue, one);
      return { lane, source: one.source, work, plan };
    });
    const lanes = [...new Set(made.map(({ lane }) => lane))];
    const variables: ForwarderVariables = {
      LANE_QUEUE_URLS: JSON.stringify(Object.fromEntries(lanes.map((one) => [one.name, one.commands.queue.queueUrl]))),
      INGRESS_QUEUES: JSON.stringify(
        made.map(({ lane, source, work, plan }) => ({
          url: work.queue.queueUrl,
          source,
          lane: lane.name,
          mostReturned: plan.mostReturnedMessages,
        })),
      ),
      OWN_SENDERS: props.ownSenders,
      DEDUPLICATION_WINDOW_DAYS: String(settings.deduplicationWindowDays),
    };
    this.forwarder = workerFunction(this, {
      ...surroundings,
      job: 'forwarder',
      description: 'Passes messages of ingress queues on to their lanes, each with its source',
      memoryMegabytes,
      timeoutSeconds: Math.max(...made.map(({ plan }) => plan.timeoutSeconds)),
      concurrency: made.reduce((sum, { plan }) => sum + plan.concurrency, 0),
      variables,
      permissions: [
        consume(...made.map(({ work }) => work.queue)),
        allow(['sqs:SendMessage'], ...lanes.map(({ commands }) => commands.queue.queueArn)),
      ],
    });
    this.queues = made.map(({ lane, source, work, plan }) => ({
      lane: lane.name,
      source,
      work,
      mapping: this.#mapping(`${pascal(lane.name)}${pascalSource(source)}Mapping`, work, plan),
    }));
  }

  #mapping(id: string, { queue }: WorkQueue, { batchSize, windowSeconds, concurrency }: ForwarderPlan) {
    return new EventSourceMapping(this, id, {
      target: this.forwarder,
      eventSourceArn: queue.queueArn,
      batchSize,
      ...(windowSeconds > 0 && { maxBatchingWindow: Duration.seconds(windowSeconds) }),
      maxConcurrency: concurrency,
      reportBatchItemFailures: true,
    });
  }
}
