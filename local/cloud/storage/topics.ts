import { CreateTopicCommand, type SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { z } from 'zod';
import type { Deployment, Resource } from '../assembly/deployment.ts';
import type { TopicCounts } from '../engines/http-subscriptions.ts';
import type { NoticeBoard } from '../notices.ts';
import { deliveryPolicySchema } from '../notifications/delivery-policy.ts';
import { addressOf, isHttp } from '../notifications/endpoint.ts';

/** The properties of `AWS::SNS::Topic` that are implemented. */
export const topicProperties = z.looseObject({
  TopicName: z.string().optional(),
  DisplayName: z.string().optional(),
  SignatureVersion: z.enum(['1', '2']).optional(),
});

const flag = z.union([z.boolean(), z.stringbool()]).optional();

/** The properties of `AWS::SNS::Subscription` that are implemented, for an SQS queue and for HTTP. */
export const subscriptionProperties = z.looseObject({
  TopicArn: z.string(),
  Protocol: z.string(),
  Endpoint: z.string().optional(),
  FilterPolicy: z.record(z.string(), z.unknown()).optional(),
  FilterPolicyScope: z.string().optional(),
  RawMessageDelivery: flag,
  DeliveryPolicy: deliveryPolicySchema.optional(),
  RedrivePolicy: z.looseObject({ deadLetterTargetArn: z.string() }).optional(),
});
type SubscriptionProperties = z.infer<typeof subscriptionProperties>;

export interface TopicTerms {
  readonly receiverPort: number | undefined;
  /** Whether a queue's policy lets a topic send to it. */
  delivers(topicArn: string, queueArn: string): Promise<boolean>;
}

/** A subscription without a delivery here. */
interface Undelivered {
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
}

/**
 * Creates the topics and subscriptions of a deployment. Returns the subscriptions that get nothing here, such as e-mail
 * addresses.
 * @throws if SNS would refuse a subscription
 */
export async function createTopics(
  deployment: Deployment,
  sns: SNSClient,
  notices: NoticeBoard,
  terms: TopicTerms,
): Promise<Undelivered[]> {
  for (const resource of deployment.resources('AWS::SNS::Topic')) {
    const { DisplayName, SignatureVersion } = deployment.properties(resource, topicProperties);
    const Attributes = {
      ...(DisplayName !== undefined && { DisplayName }),
      ...(SignatureVersion !== undefined && { SignatureVersion }),
    };
    await sns.send(new CreateTopicCommand({ Name: resource.name, Attributes }));
  }
  const undelivered: Undelivered[] = [];
  for (const resource of deployment.resources('AWS::SNS::Subscription')) {
    const properties = deployment.properties(resource, subscriptionProperties);
    const { TopicArn, Protocol, Endpoint = '' } = properties;
    const reason = whyUndelivered(resource, properties, terms);
    if (reason !== undefined) {
      notices.add('warning', resource.type, reason, resource.where);
      undelivered.push({ topicArn: TopicArn, protocol: Protocol, endpoint: Endpoint });
      continue;
    }
    // SNS takes such a subscription, and drops each of its messages.
    if (Protocol === 'sqs' && !(await terms.delivers(TopicArn, Endpoint))) continue;
    const Attributes = {
      ...attributesOf(properties),
      ...(isHttp(Protocol) && (await httpAttributes(properties, terms))),
    };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
  }
  return undelivered;
}

/** Reads the counts of topics from the engine. */
export async function countTopics(topicEndpoint: string): Promise<TopicCounts[]> {
  const response = await fetch(`${topicEndpoint}/_local/topics`);
  return (await response.json()) as TopicCounts[];
}

function whyUndelivered(
  { where }: Resource,
  { Protocol, Endpoint = '' }: SubscriptionProperties,
  { receiverPort }: TopicTerms,
): string | undefined {
  if (Protocol === 'sqs') return undefined;
  if (!isHttp(Protocol)) return `${Protocol} deliveries are not implemented`;
  try {
    if (addressOf(Protocol, Endpoint, receiverPort) !== undefined) return undefined;
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : error}`);
  }
  return 'nothing is posted to another machine: receiverPort names a receiver on this one';
}

function attributesOf({ FilterPolicy, FilterPolicyScope, RawMessageDelivery }: SubscriptionProperties) {
  return {
    ...(FilterPolicy && { FilterPolicy: JSON.stringify(FilterPolicy) }),
    ...(FilterPolicyScope && { FilterPolicyScope }),
    ...(RawMessageDelivery && { RawMessageDelivery: 'true' }),
  };
}

/** Deliveries to a queue do not fail here, so they need neither. */
async function httpAttributes({ TopicArn, DeliveryPolicy, RedrivePolicy }: SubscriptionProperties, terms: TopicTerms) {
  const queueArn = RedrivePolicy?.deadLetterTargetArn;
  // SNS takes the policy, and loses the message.
  const redrives = queueArn !== undefined && (await terms.delivers(TopicArn, queueArn));
  return {
    ...(DeliveryPolicy && { DeliveryPolicy: JSON.stringify(DeliveryPolicy) }),
    ...(redrives && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
  };
}
