import { GetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns';
import { type Check, failed, notKnown, ok, warning } from './check.ts';

/**
 * Whether anybody hears of an alarm.
 *
 * @param severity `page`: an alarm that nobody hears is a fault; `ticket`: it is worth a warning
 * @param local on a local run alarms are told by the run itself
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
  const words = pending > 0 ? `${pending} asked to subscribe, and nobody has confirmed` : 'nobody is subscribed';
  const mend =
    pending > 0
      ? 'Confirm by the link in the mail that SNS has sent; if it has expired (after three days), subscribe again.'
      : `aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint … (or alarms.email in the configuration)`;
  return severity === 'page' ? failed(name, words, mend) : warning(name, words, mend);
}
