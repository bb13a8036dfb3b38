import { describe, expect, test } from 'vitest';
import { deadLetterQueues, nameOf } from '../../../../../cli/pipeline/dead-letters/dead-letter-queues.ts';

const outputs: Record<string, string> = {
  OutcomeTopicArn: 'arn:aws:sns:eu-central-1:111122223333:outcomes',
  QrBucketName: 'qr-images',
  ...Object.fromEntries(
    ['Campaign', 'Urgent', 'QrJobs', 'ExpiredLinks', 'CampaignFiles'].flatMap((name) => [
      [`${name}QueueUrl`, `https://sqs.example/${name}`],
      [`${name}DeadLetterQueueUrl`, `https://sqs.example/${name}-dead`],
    ]),
  ),
};
const urls = (only: Parameters<typeof deadLetterQueues>[2]) =>
  deadLetterQueues(outputs, 'OneLink-production', only).map(({ url }) => url.replace('https://sqs.example/', ''));

test('a pipeline has a dead-letter queue for each lane, and those of QR jobs, expired links and campaign files', () => {
  expect(urls({})).toEqual(['Campaign-dead', 'Urgent-dead', 'QrJobs-dead', 'ExpiredLinks-dead', 'CampaignFiles-dead']);
});

test('the options select dead-letter queues by lane and by kind', () => {
  expect(urls({ lane: 'urgent' })).toEqual(['Urgent-dead']);
  expect(urls({ queue: 'qr' })).toEqual(['QrJobs-dead']);
  expect(urls({ queue: 'expiry' })).toEqual(['ExpiredLinks-dead']);
  expect(urls({ queue: 'campaigns' })).toEqual(['CampaignFiles-dead']);
  const [jobs] = deadLetterQueues(outputs, 'OneLink-production', { queue: 'qr' });
  expect(jobs).toEqual({
    lane: 'qr',
    kind: 'qr',
    url: 'https://sqs.example/QrJobs-dead',
    sourceUrl: 'https://sqs.example/QrJobs',
  });
  expect(jobs && nameOf(jobs)).toBe('qr');
});

test.each(['qr', 'expiry', 'campaigns'] as const)('a lane has no queue of its own for --queue %s', (queue) => {
  expect(() => urls({ lane: 'urgent', queue })).toThrow(
    `All lanes share the queue of --queue ${queue}. Leave --lane out.`,
  );
});

test('an unknown lane is refused with the names of the lanes', () => {
  expect(() => urls({ lane: 'slow' })).toThrow('OneLink-production has no lane slow; it has campaign, urgent.');
});

test.each([
  ['qr', 'All lanes share that queue: use --queue qr without --lane.'],
  ['expiry', 'All lanes share that queue: use --queue expiry without --lane.'],
  ['campaigns', 'All lanes share that queue: use --queue campaigns without --lane.'],
  ['outcome-deliveries', 'All lanes share that queue: use --queue deliveries without --lane.'],
  ['ingress', 'These are queues of each lane: use --queue ingress.'],
  [
    'campaign-ingress-shop.eu',
    'campaign-ingress-shop.eu is an ingress queue of campaign: use --lane campaign --queue ingress.',
  ],
])('the name %s of an alarm is refused as a lane, with the option that works', (lane, advice) => {
  const withIngress = {
    ...outputs,
    CampaignIngressQueueUrlShopZ2eeu: 'https://sqs.example/Shop',
    CampaignIngressDeadLetterQueueUrlShopZ2eeu: 'https://sqs.example/Shop-dead',
  };
  expect(() => deadLetterQueues(withIngress, 'OneLink-production', { lane })).toThrow(
    `OneLink-production has no lane ${lane}; it has campaign, urgent. ${advice}`,
  );
});

test('an output that the stack lacks is named', () => {
  const { QrJobsDeadLetterQueueUrl: _, ...fewer } = outputs;
  expect(() => deadLetterQueues(fewer, 'OneLink-production', {})).toThrow('has no output QrJobsDeadLetterQueueUrl');
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

describe('a pipeline that posts outcomes', () => {
  const stack = 'OneLink-production';
  const posting = { ...outputs, OutcomeDeliveriesDeadLetterQueueUrl: 'https://sqs.example/undelivered' };
  const queue = { lane: 'outcome-deliveries', kind: 'deliveries', url: 'https://sqs.example/undelivered' } as const;

  test('has a dead-letter queue more, whose letters come from no queue', () => {
    expect(deadLetterQueues(posting, stack, {}).slice(5)).toEqual([queue]);
    expect(deadLetterQueues(posting, stack, { queue: 'deliveries' })).toEqual([queue]);
    expect(nameOf(queue)).toBe('outcome-deliveries');
  });

  test('does not show it for one lane or another kind, and another pipeline has none', () => {
    expect(deadLetterQueues(posting, stack, { lane: 'urgent' }).map(({ kind }) => kind)).toEqual(['commands']);
    expect(deadLetterQueues(posting, stack, { queue: 'qr' }).map(({ kind }) => kind)).toEqual(['qr']);
    expect(deadLetterQueues(outputs, stack, {})).toHaveLength(5);
    expect(() => deadLetterQueues(posting, stack, { lane: 'urgent', queue: 'deliveries' })).toThrow(
      'Leave --lane out.',
    );
    expect(() => deadLetterQueues(outputs, stack, { queue: 'deliveries' })).toThrow(
      'OneLink-production posts no outcomes: no producer of its configuration has an outcomeUrl.',
    );
  });
});
