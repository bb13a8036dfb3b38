import { SQSClient } from '@aws-sdk/client-sqs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { runCampaign } from '../../../../local/start/campaign-run.ts';
import type { FileSight } from '../../../../local/start/file/file-campaign.ts';
import type { ProgressView } from '../../../../local/start/progress/progress-lines.ts';
import { openBench } from '../cloud/fixture.ts';

/** Runs a file without messages, whose campaign stands like this at each look, and then always as at the last. */
async function run(sights: readonly FileSight[], patienceSeconds: number) {
  const bench = await openBench();
  new Queue(bench.stack, 'Any');
  const cloud = await bench.start();
  const sqs = new SQSClient(cloud.clientConfig('sqs'));
  onTestFinished(() => sqs.destroy());
  const [said, shown, did]: [string[], ProgressView[], string[]] = [[], [], []];
  let looks = 0;
  const ran = await runCampaign({
    messages: [],
    cloud,
    producers: [],
    sqs,
    outputs: { laneQueueUrls: new Map(), outcomeTopicArn: '', qrBucketName: '', ingressQueues: [] },
    outcomes: {
      listen: (_: unknown, signal: AbortSignal) =>
        new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    } as never,
    emulator: { admin: { stats: async () => ({ quota: undefined }) } as never },
    screen: { print: (text) => said.push(text), progress: (view) => shown.push(view), rest: () => {} },
    patienceSeconds,
    chaos: false,
    file: {
      file: { source: 'crm', name: 'spring', path: 'spring.csv', ending: '.csv', settings: {} },
      drop: async () => void did.push('drop'),
      look: async () => sights[Math.min(looks++, sights.length - 1)] ?? expect.fail('no sight'),
    },
    signal: new AbortController().signal,
  });
  return { end: ran.end, said, files: shown.map(({ file }) => file), did };
}

const sight = (change: Partial<FileSight>): FileSight => ({
  state: 'sending',
  rows: 4,
  settled: 0,
  ended: false,
  ...change,
});

test('a run drops the file, shows its rows, and ends when its campaign has ended', async () => {
  const finished = sight({ state: 'finished', settled: 4, ended: true });
  const ran = await run([sight({ state: 'waiting', approved: true }), sight({ settled: 2 }), finished], 60);
  expect(ran.did).toEqual(['drop']);
  expect(ran.end).toBe('all answered');
  expect(ran.said).toEqual(['crm/spring waited for an approval. As your operator, the run has approved it.']);
  expect(ran.files.map((file) => `${file?.name} ${file?.state} ${file?.settled}/${file?.rows}`)).toEqual([
    'crm/spring waiting 0/4',
    'crm/spring sending 2/4',
    'crm/spring finished 4/4',
  ]);
});

test('a run ends when its campaign stands still', async () => {
  expect((await run([sight({ settled: 2 })], 0.1)).end).toBe('no new outcome');
});
