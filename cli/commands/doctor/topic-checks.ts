import { GetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns';
import { counted } from '../../words/words.ts';
import { type Check, failed, notKnown, ok, warning } from './check.ts';

/**
 * Checks that an alarm topic has a subscriber.
 *
 * @param severity `page`: a topic without a subscriber fails the check; `ticket`: it is worth a warning
 * @param local a local run prints its alarms itself
 */
export async function checkAlarmTopic(
  sns: Pick<SNSClient, 'send'>,
  { severity, topicArn, local }: { severity: 'page' | 'ticket'; topicArn: string; local: boolean },
): Promise<Check> {
  const name = `alarm topic ${severity}`;
  const { Attributes = {} } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
  const [confirmed, pending] = [Number(Attributes.SubscriptionsConfirmed), Number(Attributes.SubscriptionsPending)];
  if (local || Number.isNaN(confirmed)) return notKnown(name);
  if (confirmed > 0) return ok(name, `${confirmed} subscribed`);
  const words = pending > 0 ? `${counted(pending, 'subscription')} pending, none confirmed` : 'no subscription';
  const fix =
    pending > 0
      ? 'Open the link in the mail that SNS sent. It expires after three days. Then subscribe again.'
      : `aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint … (or alarms.email in the configuration)`;
  return severity === 'page' ? failed(name, words, fix) : warning(name, words, fix);
}
