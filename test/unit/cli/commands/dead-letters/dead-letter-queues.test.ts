import { expect, test } from 'vitest';
import { deadLetterQueues, nameOf } from '../../../../../cli/commands/dead-letters/dead-letter-queues.ts';

const outputs: Record<string, string> = {
  OutcomeTopicArn: 'arn:aws:sns:eu-central-1:111122223333:outcomes',
  QrBucketName: 'qr-images',
  ...Object.fromEntries(
    ['Campaign', 'CampaignQr', 'Urgent', 'UrgentQr', 'ExpiredLinks', 'CampaignFiles'].flatMap((name) => [
      [`${name}QueueUrl`, `https://sqs.example/${name}`],
      [`${name}DeadLetterQueueUrl`, `https://sqs.example/${name}-dead`],
    ]),
  ),
};
const urls = (only: Parameters<typeof deadLetterQueues>[2]) =>
  deadLetterQueues(outputs, 'OneLink-production', only).map(({ url }) => url.replace('https://sqs.example/', ''));

test('a pipeline has two dead-letter queues for each lane, one for expired links and one for the files of campaigns', () => {
  expect(urls({})).toEqual([
    'Campaign-dead',
    'CampaignQr-dead',
    'Urgent-dead',
    'UrgentQr-dead',
    'ExpiredLinks-dead',
    'CampaignFiles-dead',
  ]);
});

test('the options select dead-letter queues by lane and by kind', () => {
  expect(urls({ lane: 'urgent' })).toEqual(['Urgent-dead', 'UrgentQr-dead']);
  expect(urls({ queue: 'qr' })).toEqual(['CampaignQr-dead', 'UrgentQr-dead']);
  expect(urls({ queue: 'expiry' })).toEqual(['ExpiredLinks-dead']);
  expect(urls({ lane: 'urgent', queue: 'expiry' })).toEqual([]);
  expect(urls({ queue: 'campaigns' })).toEqual(['CampaignFiles-dead']);
  expect(deadLetterQueues(outputs, 'OneLink-production', { lane: 'campaign', queue: 'qr' })).toEqual([
    {
      lane: 'campaign',
      kind: 'qr',
      url: 'https://sqs.example/CampaignQr-dead',
      sourceUrl: 'https://sqs.example/CampaignQr',
    },
  ]);
});

test('an unknown lane is refused with the names of the lanes', () => {
  expect(() => urls({ lane: 'slow' })).toThrow('OneLink-production has no lane slow; it has campaign, urgent.');
});

test('an output that the stack lacks is named', () => {
  const { CampaignQrDeadLetterQueueUrl: _, ...fewer } = outputs;
  expect(() => deadLetterQueues(fewer, 'OneLink-production', {})).toThrow('has no output CampaignQrDeadLetterQueueUrl');
});

test('an ingress queue is one of its lane, under the name of its source', () => {
  const withIngress = {
    ...outputs,
    CampaignIngressQueueUrlShopZ2eeu: 'https://sqs.example/Shop',
    CampaignIngressDeadLetterQueueUrlShopZ2eeu: 'https://sqs.example/Shop-dead',
  };
  const [queue, ...others] = deadLetterQueues(withIngress, 'OneLink-production', { queue: 'ingress' });
  expect(others).toEqual([]);
  expect(queue).toEqual({
    lane: 'campaign',
    kind: 'ingress',
    source: 'shop.eu',
    url: 'https://sqs.example/Shop-dead',
    sourceUrl: 'https://sqs.example/Shop',
  });
  expect(queue && nameOf(queue)).toBe('campaign-ingress-shop.eu');
});
