import { paginateListSubscriptionsByTopic, type SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { PipelineSettings } from '../../../lib/config/config-schema.ts';
import { sizeOf } from '../../pipeline/dead-letters/dead-letter-queues.ts';
import { counted } from '../../words/words.ts';
import { type Check, failed, notKnown, ok } from './check.ts';

const name = 'outcome deliveries';

/**
 * Checks that SNS posts the outcomes of each producer with an `outcomeUrl`. Before a receiver has confirmed, SNS drops its
 * outcomes, and no alarm shows it.
 *
 * @param local a local run posts nothing to other machines, unless it has a receiver
 */
export async function checkDeliveries(
  sns: SNSClient,
  { producers }: Pick<PipelineSettings, 'producers'>,
  { topicArn, local }: { topicArn: string; local: boolean },
): Promise<Check[]> {
  const posted = producers.flatMap(({ source, outcomeUrl }) =>
    outcomeUrl === undefined ? [] : [{ source, outcomeUrl }],
  );
  if (posted.length === 0) return [];
  const arns = new Map<string | undefined, string | undefined>();
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
    { client: sns },
    { TopicArn: topicArn },
  )) {
    for (const { Protocol, Endpoint, SubscriptionArn } of Subscriptions)
      if (Protocol === 'https') arns.set(Endpoint, SubscriptionArn);
  }
  const checks = posted.flatMap(({ source, outcomeUrl }): Check[] => {
    const arn = arns.get(outcomeUrl);
    if (arn === undefined && local) return [notKnown(name, `${source}: this run posts nothing to another machine`)];
    if (arn === undefined) return [failed(name, `SNS posts no outcomes to ${source}`, restore)];
    if (!arn.startsWith('arn:')) return [failed(name, `the receiver of ${source} has not confirmed`, ask)];
    return [];
  });
  return checks.length > 0 ? checks : [ok(name, 'each receiver has confirmed')];
}

/** Whether SNS has given up outcomes that it could not post. */
export async function checkDeliveryLetters(sqs: Pick<SQSClient, 'send'>, deadLettersUrl: string): Promise<Check> {
  const { waiting, held } = await sizeOf(sqs, { url: deadLettersUrl });
  const letters = waiting + held;
  if (letters === 0) return ok(lettersName, 'none is a dead letter');
  const words = `${counted(letters, 'outcome')} could not be posted, and ${letters === 1 ? 'is a dead letter' : 'are dead letters'}`;
  return failed(lettersName, words, sendAgain);
}

const lettersName = 'posted outcomes';
const sendAgain =
  'To see of whom they are, run: onelink dead-letters list --queue deliveries. When the receiver works, publish them again: onelink dead-letters redrive --queue deliveries. The runbook’s outcome-deliveries-failing has the steps.';
const ask =
  'Ask its team to start a receiver as in docs/http-outcomes.md. Then remove its outcomeUrl, deploy, set it again, and deploy: SNS asks anew.';
const restore =
  'The subscription ended, or its receiver did not confirm in time. Remove its outcomeUrl, deploy, set it again, and deploy.';
