import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { expect, onTestFinished, test } from 'vitest';
import { checkDeliveries, checkDeliveryLetters } from '../../../cli/commands/doctor/delivery-checks.ts';
import { escapeXml } from '../../../local/cloud/services/xml.ts';
import { serverOnLoopback } from '../../world/loopback.ts';

const topicArn = 'arn:aws:sns:eu-west-1:000000000000:outcomes';
const producer = (source: string, outcomeUrl?: string) => ({
  source,
  principals: [],
  lanes: ['campaign'],
  templates: ['A1b3'],
  ...(outcomeUrl !== undefined && { outcomeUrl }),
});
const [crm, studio] = ['https://hooks.example.com/crm?a=1&b=2', 'https://hooks.example.com/studio'];
const producers = [producer('crm', crm), producer('studio', studio), producer('product')];

/** SNS, with these subscriptions on two pages. */
async function givenSubscriptions(...found: [protocol: string, endpoint: string, arn: string][]) {
  const member = ([protocol, endpoint, arn]: (typeof found)[number]) =>
    `<member><Protocol>${protocol}</Protocol><Endpoint>${escapeXml(endpoint)}</Endpoint><SubscriptionArn>${arn}</SubscriptionArn></member>`;
  const { origin } = await serverOnLoopback(async (request, response) => {
    let form = '';
    for await (const chunk of request) form += chunk;
    const isSecond = form.includes('NextToken');
    const members = (isSecond ? found.slice(1) : found.slice(0, 1)).map(member).join('');
    const more = isSecond ? '' : '<NextToken>n</NextToken>';
    response.setHeader('content-type', 'text/xml');
    response.end(
      `<ListSubscriptionsByTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult><Subscriptions>${members}</Subscriptions>${more}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
    );
  }, onTestFinished);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new SNSClient({ endpoint: origin, region: 'eu-west-1', credentials });
}
const check = (sns: SNSClient, local = false) => checkDeliveries(sns, { producers }, { topicArn, local });

test('the doctor finds that each receiver has confirmed', async () => {
  const sns = await givenSubscriptions(['https', crm, `${topicArn}:1`], ['https', studio, `${topicArn}:2`]);
  expect((await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }))).NextToken).toBe('n');
  expect(await check(sns)).toEqual([
    { name: 'outcome deliveries', result: 'ok', words: 'each receiver has confirmed' },
  ]);
});

test('the doctor names a receiver that has not confirmed, and one that is gone', async () => {
  const sns = await givenSubscriptions(['https', crm, 'PendingConfirmation'], ['sqs', studio, `${topicArn}:2`]);
  expect(await check(sns)).toEqual([
    {
      name: 'outcome deliveries',
      result: 'failed',
      words: 'the receiver of crm has not confirmed',
      fix: expect.stringContaining('docs/http-outcomes.md'),
    },
    {
      name: 'outcome deliveries',
      result: 'failed',
      words: 'SNS posts no outcomes to studio',
      fix: expect.stringContaining('Remove its outcomeUrl, deploy'),
    },
  ]);
});

test('a local run without a receiver is no fault, and no outcomeUrl needs no call', async () => {
  const sns = await givenSubscriptions(['https', crm, `${topicArn}:1`]);
  expect(await check(sns, true)).toMatchObject([{ result: 'not-known' }]);
  const unasked = new SNSClient({ endpoint: 'http://127.0.0.1:1', region: 'eu-west-1' });
  expect(await checkDeliveries(unasked, { producers: [producer('crm')] }, { topicArn, local: false })).toEqual([]);
});

test.each([
  [0, 0, 'ok', 'none is a dead letter'],
  [1, 0, 'failed', '1 outcome could not be posted, and is a dead letter'],
  [2, 1, 'failed', '3 outcomes could not be posted, and are dead letters'],
])('the doctor counts outcomes that could not be posted: %i and %i', async (waiting, held, result, words) => {
  const send = async ({ input }: { input: { QueueUrl: string } }) => {
    expect(input.QueueUrl).toBe('https://sqs.example/undelivered');
    const counts = { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: held };
    return { Attributes: Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)])) };
  };
  const check = await checkDeliveryLetters({ send } as never, 'https://sqs.example/undelivered');
  expect(check).toMatchObject({ name: 'posted outcomes', result, words });
  expect('fix' in check ? check.fix : '').toContain(result === 'ok' ? '' : 'dead-letters list --queue deliveries');
});
