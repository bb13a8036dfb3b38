import { GetTopicAttributesCommand, paginateListSubscriptionsByTopic, type SNSClient } from '@aws-sdk/client-sns';
import { isDenied } from '../../pipeline/service-error.ts';
import { counted, visible } from '../../words/words.ts';

/** Who gets what a topic publishes. */
export interface Receivers {
  confirmed: number;
  /** `email ops@acme.example`, `https events.example (not confirmed)`. Counts only, if the caller may not list them. */
  words: string[];
}

/**
 * Reads the subscriptions of a topic.
 *
 * @returns undefined if the caller may neither list nor count them
 */
export async function receiversOf(sns: SNSClient, topicArn: string): Promise<Receivers | undefined> {
  try {
    const receivers: Receivers = { confirmed: 0, words: [] };
    const pages = paginateListSubscriptionsByTopic({ client: sns }, { TopicArn: topicArn });
    for await (const { Subscriptions = [] } of pages) {
      for (const { Protocol = '', Endpoint = '', SubscriptionArn = '' } of Subscriptions) {
        const isConfirmed = SubscriptionArn.startsWith('arn:');
        if (isConfirmed) receivers.confirmed += 1;
        const place = placeOf(Protocol, Endpoint);
        receivers.words.push(`${Protocol} ${visible(place)}${isConfirmed ? '' : ' (not confirmed)'}`);
      }
    }
    return receivers;
  } catch (error) {
    if (!isDenied(error)) throw error;
    return counts(sns, topicArn);
  }
}

/** The path of a URL may be a key, such as that of an on-call service. */
const placeOf = (protocol: string, endpoint: string) =>
  protocol.startsWith('http') && URL.canParse(endpoint) ? new URL(endpoint).host : endpoint;

async function counts(sns: SNSClient, TopicArn: string): Promise<Receivers | undefined> {
  try {
    const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    const [confirmed, pending] = [Attributes.SubscriptionsConfirmed, Attributes.SubscriptionsPending].map(Number);
    if (confirmed === undefined || Number.isNaN(confirmed)) return undefined;
    const waiting = pending ? [`${counted(pending, 'subscription')} not confirmed`] : [];
    return { confirmed, words: [`${counted(confirmed, 'confirmed subscription')}`, ...waiting] };
  } catch (error) {
    if (isDenied(error)) return undefined;
    throw error;
  }
}
