import { GetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns';
import { counted } from '../../words/words.ts';
import { type Check, failed, ok, warning } from '../doctor/check.ts';
import type { Site } from './site.ts';
import { isMissing, unlessUnanswered } from './unless-unanswered.ts';

/** Whether an alarm will reach somebody. */
export async function checkAlarms({ aws, stage, stageName, region }: Site): Promise<Check[]> {
  const { email, pageTopicArn, ticketTopicArn } = stage.alarms;
  const checks = await Promise.all(
    Object.entries({ page: pageTopicArn, ticket: ticketTopicArn }).map(async ([severity, arn]) => {
      const name = `alarms, ${severity}`;
      if (arn !== undefined) {
        return unlessUnanswered(name, 'sns:GetTopicAttributes', async () => [
          await checkTopic(aws.topics, { name, arn, region, stageName }),
        ]);
      }
      if (email !== undefined) return [ok(name, `the stack’s topic mails ${email}, after its mailbox has confirmed`)];
      const fix = `Set stages.${stageName}.alarms.email or ${severity}TopicArn, or subscribe somebody after the deployment.`;
      return [warning(name, 'reach nobody: the stage has no address and no topic for them', fix)];
    }),
  );
  return checks.flat();
}

async function checkTopic(
  topics: SNSClient,
  { name, arn, region, stageName }: { name: string; arn: string; region: string; stageName: string },
): Promise<Check> {
  try {
    const { Attributes = {} } = await topics.send(new GetTopicAttributesCommand({ TopicArn: arn }));
    if (Attributes.KmsMasterKeyId === 'alias/aws/sns') {
      const fix = `CloudWatch cannot use this key. Take the encryption away, or use a key of yours that admits cloudwatch.amazonaws.com: aws sns set-topic-attributes --topic-arn ${arn} --attribute-name KmsMasterKeyId --attribute-value "" --region ${region}`;
      return failed(name, `${arn} is under the AWS managed key of SNS, so its alarms would be silent`, fix);
    }
    const [confirmed, pending] = [Number(Attributes.SubscriptionsConfirmed), Number(Attributes.SubscriptionsPending)];
    if (confirmed > 0) return ok(name, `${arn} has ${counted(confirmed, 'confirmed subscription')}`);
    const found = pending > 0 ? `${counted(pending, 'subscription')} pending, none confirmed` : 'no subscription';
    const fix =
      pending > 0
        ? 'Open the link in the mail that SNS sent. It expires after three days. Then subscribe again.'
        : `aws sns subscribe --topic-arn ${arn} --protocol email --region ${region} --notification-endpoint ADDRESS`;
    return warning(name, `${arn} reaches nobody: ${found}`, fix);
  } catch (error) {
    if (!isMissing(error, 'NotFoundException')) throw error;
    const fix = `Make the topic, or correct stages.${stageName}.alarms. To see what there is: aws sns list-topics --region ${region}`;
    return failed(name, `${arn} does not exist, and an alarm that names it is silent`, fix);
  }
}
