import { CreateTopicCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { z } from 'zod';
import type { Deployment } from '../assembly/deployment.ts';
import type { NoticeBoard } from '../notices.ts';

/** The properties of `AWS::SNS::Topic` that are implemented. */
export const topicProperties = z.looseObject({ TopicName: z.string().optional(), DisplayName: z.string().optional() });

const flag = z.union([z.boolean(), z.stringbool()]).optional();

/** The properties of `AWS::SNS::Subscription` that are implemented, for an SQS queue. */
export const subscriptionProperties = z.looseObject({
  TopicArn: z.string(),
  Protocol: z.string(),
  Endpoint: z.string().optional(),
  FilterPolicy: z.record(z.string(), z.unknown()).optional(),
  FilterPolicyScope: z.string().optional(),
  RawMessageDelivery: flag,
});

/**
 * Creates the topics and subscriptions of a deployment. Returns the subscriptions to anything but a queue.
 * @param delivers whether the queue's policy lets the topic send
 */
export async function createTopics(
  deployment: Deployment,
  sns: SNSClient,
  notices: NoticeBoard,
  delivers: (topicArn: string, queueArn: string) => Promise<boolean>,
) {
  for (const resource of deployment.resources('AWS::SNS::Topic')) {
    const { DisplayName } = deployment.properties(resource, topicProperties);
    await sns.send(
      new CreateTopicCommand({
        Name: resource.name,
        ...(DisplayName !== undefined && { Attributes: { DisplayName } }),
      }),
    );
  }
  const undelivered: { topicArn: string; protocol: string; endpoint: string }[] = [];
  for (const resource of deployment.resources('AWS::SNS::Subscription')) {
    const properties = deployment.properties(resource, subscriptionProperties);
    const { TopicArn, Protocol, Endpoint = '', FilterPolicy, FilterPolicyScope, RawMessageDelivery } = properties;
    if (Protocol !== 'sqs') {
      notices.add('warning', resource.type, `${Protocol} deliveries are not implemented`, resource.where);
      undelivered.push({ topicArn: TopicArn, protocol: Protocol, endpoint: Endpoint });
      continue;
    }
    // SNS takes such a subscription, and drops each of its messages.
    if (!(await delivers(TopicArn, Endpoint))) continue;
    const Attributes = {
      ...(FilterPolicy && { FilterPolicy: JSON.stringify(FilterPolicy) }),
      ...(FilterPolicyScope && { FilterPolicyScope }),
      ...(RawMessageDelivery && { RawMessageDelivery: 'true' }),
    };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
  }
  return undelivered;
}
