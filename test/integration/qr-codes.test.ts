import { afterAll, beforeAll, expect, it } from 'vitest';
import { config } from '../../examples/configuration.ts';
import { type ControlRecord, emptyControl } from '../../lambdas/domain/control/control-record.ts';
import { type Order, pausedBy, resumedBy } from '../../lambdas/domain/control/lane-orders.ts';
import { planPipeline } from '../../lib/config/rate/pipeline-plan.ts';
import { urgentQrSeconds } from '../../lib/config/rate/utilisation.ts';
import { messagesOf, runningPipeline } from '../world/running-pipeline.ts';

const campaignCodes = 500;

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
beforeAll(async () => {
  pipeline = await runningPipeline();
}, 120_000);
afterAll(() => pipeline?.stop());

const withCode = (requestId: string) => ({
  specVersion: '1.0',
  source: 'crm',
  requestId,
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'print' },
  qr: { size: 120 },
  requestedAt: '2026-03-01T10:00:00Z',
});

/** Sends creates with QR codes as the producer crm. */
function send(lane: string, ...requestIds: string[]): Promise<void> {
  return pipeline.send(
    lane,
    messagesOf(requestIds.map(withCode)),
    () => 'crm',
    () => {},
  );
}

/** Writes an operator override, and lets the governor switch the mappings. */
async function order(change: (control: ControlRecord) => Order): Promise<void> {
  await expect
    .poll(
      async () => {
        const reading = await pipeline.control.read();
        return pipeline.control.write(change(reading.control ?? emptyControl).control, reading);
      },
      { timeout: 30_000 },
    )
    .toBe(true);
  await expect.poll(() => pipeline.run('Governor'), { timeout: 60_000 }).toBe('succeeded');
}

const paused = (lane: string) => (control: ControlRecord) =>
  pausedBy(control, [lane], { note: 'a test', nowMilliseconds: Date.now() });

async function jobs() {
  const found = (await pipeline.cloud.queues()).find(({ url }) => url === pipeline.outputs.QrJobsQueueUrl);
  return found ?? expect.fail('no queue of QR jobs');
}

it('an urgent QR code passes those of a campaign, within the bound of the plan', { timeout: 420_000 }, async () => {
  const account = config.accounts.acme ?? expect.fail('no account');
  const settings = config.stages.production?.pipelines[0] ?? expect.fail('no pipeline');
  const plan = planPipeline(account, settings).qr ?? expect.fail('no QR worker');
  // Given the QR jobs of a campaign, which wait because an operator has paused the QR codes
  await order(paused('qr'));
  await send('campaign', ...Array.from({ length: campaignCodes }, (_, index) => `poster-${index}`));
  await expect.poll(async () => (await jobs()).visible, { timeout: 150_000 }).toBe(campaignCodes);
  // A pause of the lane does not stop the codes of its links.
  await order(paused('campaign'));
  await order((control) => resumedBy(control, ['qr'], Date.now()));
  await expect.poll(async () => (await jobs()).inFlight, { timeout: 30_000 }).toBeGreaterThan(plan.batchSize);

  // When somebody waits for one more code
  await send('transactional', 'urgent');

  // Then it is made before most of theirs
  const decided = new Map<string, number>();
  const settled = AbortSignal.timeout(150_000);
  const all = new AbortController();
  await pipeline.outcomes.listen(
    ({ requestId, outcome, decidedAt }) => {
      decided.set(`${requestId} ${outcome}`, Date.parse(decidedAt));
      const ready = [...decided.keys()].filter((one) => one.endsWith(' qr-ready'));
      if (ready.length === campaignCodes + 1) all.abort();
      return true;
    },
    AbortSignal.any([settled, all.signal]),
  );
  const [asked, made] = ['urgent created', 'urgent qr-ready'].map((one) => decided.get(one) ?? expect.fail(one));
  const codes = [...decided].flatMap(([one, at]) => (/^poster-\d+ qr-ready$/.test(one) ? [at] : []));
  expect(codes).toHaveLength(campaignCodes);
  const [since, until] = [asked ?? 0, made ?? 0];
  const perSecond = plan.concurrency * plan.callsPerSecond;
  const waited = codes.filter((at) => at > since && at < until).length / perSecond;
  expect(waited).toBeLessThan(urgentQrSeconds(plan));
  // In the order of arrival it would have waited for longer.
  expect(codes.filter((at) => at > since).length / perSecond).toBeGreaterThan(urgentQrSeconds(plan));
});
