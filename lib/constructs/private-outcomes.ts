import { Effect, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { PipelineSettings, ProducerSettings } from '../config/config-schema.ts';
import { pascalSource } from '../config/source-names.ts';
import { PrivateOutcomeQueue } from './outcome-queue.ts';
import { outcomeTopic } from './outcome-topic.ts';
import type { Surroundings } from './worker-function.ts';

/** The producers that may ask for the data of their links. */
export const privateProducersOf = ({ producers }: Pick<PipelineSettings, 'producers'>): ProducerSettings[] =>
  producers.filter(({ privateOutcomeQueue }) => privateOutcomeQueue);

export interface PrivateOutcomesProps {
  readonly rules: Surroundings;
  readonly producers: readonly ProducerSettings[];
  readonly retentionDays: number;
}

/**
 * The answers to `get`, which hold the data of links. They have a topic of their own, because operators may subscribe to the
 * topic of all outcomes. To this one, only the producers' private queues can be subscribed.
 */
export class PrivateOutcomes extends Construct {
  readonly topic: Topic;
  readonly queues: readonly PrivateOutcomeQueue[];

  constructor(scope: Construct, id: string, { rules, producers, retentionDays }: PrivateOutcomesProps) {
    super(scope, id);
    const topic = outcomeTopic(this, rules.serviceName, rules.key);
    this.topic = topic;
    this.queues = producers.map(
      (producer) =>
        new PrivateOutcomeQueue(this, `Of${pascalSource(producer.source)}`, { producer, topic, retentionDays, rules }),
    );
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'NoOtherSubscribers',
        effect: Effect.DENY,
        principals: [new StarPrincipal()],
        actions: ['sns:Subscribe'],
        resources: [topic.topicArn],
        conditions: { StringNotEquals: { 'sns:Endpoint': this.queues.map(({ queue }) => queue.queueArn) } },
      }),
    );
  }
}
