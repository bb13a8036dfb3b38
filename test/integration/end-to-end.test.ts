import { ListTopicsCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Awaited as Answered } from '../../cli/pipeline/awaited-outcomes.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import { isMadeByApi } from '../../local/onelink-api/store.ts';
import { type CampaignMessage, readCampaign } from '../../local/start/campaign-input.ts';
import { pictureIn } from '../../local/start/report/qr-picture.ts';
import { comparedWithRecord } from '../world/recorded-calls.ts';
import { messagesOf, runningPipeline } from '../world/running-pipeline.ts';

/** Personal data and a sign-in token, as they occur in real payloads. */
const planted = { phone: '+49 170 5550100', signIn: 'onetime-8f2c61d0' };

const command = {
  specVersion: '1.0',
  source: 'crm',
  requestId: 'planted-1',
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'sms', utm_mobile: planted.phone, deep_link_value: `https://shop.example/?s=${planted.signIn}` },
  qr: { format: 'jpg', size: 400 },
  requestedAt: '2026-03-01T10:00:00Z',
};

const get = { specVersion: '1.0', action: 'get', onelinkId: 'A1b3', requestedAt: '2026-03-01T11:00:00Z' };
const privateUrl = () => pipeline.outputs.PrivateOutcomeQueueUrlCrm ?? '';
const receive = (sqs: SQSClient) =>
  sqs.send(new ReceiveMessageCommand({ QueueUrl: privateUrl(), MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }));

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
let answered: Answered<CampaignMessage>[];

/** The first lines of the campaign, with duplicates and invalid commands, and a few commands of this test. */
beforeAll(async () => {
  pipeline = await runningPipeline();
  const file = new URL('../../examples/campaign.ndjson', import.meta.url).pathname;
  const { messages, setup } = await readCampaign(file, { limit: 250, producers: pipeline.producers });
  pipeline.api.control.preload(setup.foreignLinks);
  const own = messagesOf([command, command, { ...command, requestId: 'planted-2', ttl: '9999d' }]);
  answered = await pipeline.sendAndAwait([...messages, ...own], 180);
}, 240_000);
afterAll(() => pipeline?.stop());

const outcomes = () => answered.flatMap(({ answer }) => answer ?? []);
const created = () => outcomes().filter(({ outcome, repeat }) => outcome === 'created' && !repeat);
const keyOf = (link: { onelinkId: string; shortlinkId: string } | undefined) =>
  `${link?.onelinkId}/${link?.shortlinkId}`;

describe('a campaign through the whole pipeline', () => {
  it('has an outcome for each message, and one created link for each distinct create', () => {
    expect(outcomes()).toHaveLength(253);
    expect(
      outcomes()
        .filter(({ requestId }) => requestId === 'planted-1')
        .map(({ repeat }) => repeat),
    ).toEqual([false, true]);
    const keys = created().map(({ link }) => keyOf(link));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeGreaterThan(200);
  });

  it('leaves at the API exactly the links that its outcomes name, with the data of the commands', () => {
    const deleted = new Set(
      outcomes()
        .filter(({ outcome }) => outcome === 'deleted')
        .map(({ link }) => keyOf(link)),
    );
    const published = created()
      .map(({ link }) => keyOf(link))
      .filter((key) => !deleted.has(key));
    const held = [...pipeline.api.control.links()].filter(isMadeByApi);
    expect(held.map(({ onelinkId, shortlinkId }) => `${onelinkId}/${shortlinkId}`).toSorted()).toEqual(
      published.toSorted(),
    );
    const mine = created().find(({ requestId }) => requestId === 'planted-1');
    expect(held.find(({ shortlinkId }) => shortlinkId === mine?.link?.shortlinkId)?.payload).toEqual(command.data);
  });

  it('costs one POST for each link, and one for each conflict that the worker could not know before', () => {
    const { calls, links, refused, arrivals } = pipeline.api.control.stats();
    expect(links.made).toBe(created().length);
    const posts = Object.values(calls.create ?? {}).reduce((sum, count) => sum + count, 0);
    expect(posts).toBe(links.made + (calls.create?.['409'] ?? 0));
    expect(refused).toEqual({ rate: 0, qrRate: 0, v1Rate: 0, quota: 0 });
    expect(arrivals.fullestSecond.api).toBeLessThanOrEqual(950);
    expect(arrivals.fullestSecond.qr).toBeLessThanOrEqual(23);
  });

  it('records every link and every outcome in the ledger, with the expiry of the API', async () => {
    const ledger = await pipeline.ledger();
    const held = new Map([...pipeline.api.control.links()].map((link) => [keyOf(link), link]));
    for (const outcome of created()) {
      const [link, record] = [held.get(keyOf(outcome.link)), ledger.get(`link#${keyOf(outcome.link)}`)];
      expect(ledger.get(`request#${outcome.source}/${outcome.requestId}`)).toMatchObject({
        outcome: { outcome: 'created' },
      });
      if (link === undefined) continue;
      expect(record).toMatchObject({ state: 'live', source: outcome.source, shortUrl: link.shortlinkUrl });
      // The worker calculates the expiry before the call waits for its turn, so it may be seconds earlier than the API's.
      const earlier = Date.parse(link.expiry) / 1000 - Number(record?.expiresAt);
      expect(earlier).toBeGreaterThanOrEqual(-1);
      expect(earlier).toBeLessThanOrEqual(30);
    }
    const stored = JSON.stringify([...ledger.values()].filter(({ pk }) => String(pk).startsWith('link#')));
    expect(stored).not.toContain(planted.signIn);
  });

  it('stores in the bucket, for each QR code, an image that encodes its link', async () => {
    const images = await pipeline.objects('QrBucketName');
    const ready = answered.flatMap(({ answer, qr }) => [answer, qr]).filter((one) => one?.outcome === 'qr-ready');
    expect([...images.keys()].toSorted()).toEqual([...new Set(ready.map((one) => one?.qr?.key))].toSorted());
    const urls = new Map([...pipeline.api.control.links()].map((link) => [keyOf(link), link.shortlinkUrl]));
    const jpg = ready.find((one) => one?.requestId === 'planted-1');
    const png = ready.find((one) => one?.qr?.format === 'png');
    for (const outcome of [jpg, png]) {
      const bytes = images.get(outcome?.qr?.key ?? '') ?? Buffer.alloc(0);
      const { text } = pictureIn(bytes, outcome?.qr?.format === 'jpg' ? 'jpeg' : 'png');
      expect(text).toBe(urls.get(keyOf(outcome?.link)));
    }
  });

  it('keeps rejected commands in the archive, unchanged and with all faults', async () => {
    const lines = [...(await pipeline.objects('ArchiveBucketName')).values()]
      .flatMap((object) => object.toString('utf8').trim().split('\n'))
      .map((line) => JSON.parse(line) as { messageId: string; body: string; faults: { rule: string }[] });
    const rejected = outcomes().filter(({ outcome, repeat }) => outcome === 'rejected' && !repeat);
    expect(lines.map(({ messageId }) => messageId).toSorted()).toEqual(
      rejected.map(({ messageId }) => messageId).toSorted(),
    );
    expect(lines.find(({ body }) => body.includes('planted-2'))?.faults.map(({ rule }) => rule)).toEqual(['ttl']);
  });

  it('writes no parameter value, no link ID and no token to the logs', async () => {
    const logs = await pipeline.logs();
    expect(logs).toContain('"requestId":"planted-1"');
    const ids = created()
      .flatMap(({ link }) => link?.shortlinkId ?? [])
      .filter((id) => /^[0-9a-z]{12}$/.test(id));
    for (const secret of [...Object.values(planted), 'token-of-the-test', ...ids]) expect(logs).not.toContain(secret);
  });

  it('answers a get to its owner alone, through the private queue', async () => {
    // Given: a link of crm
    const { shortlinkId } = created().find(({ requestId }) => requestId === 'planted-1')?.link ?? {};
    const asked = { ...get, shortlinkId };
    const before = await pipeline.ledger();
    const [answers, elsewhere]: [Outcome[], Outcome[]] = [[], []];
    const over = new AbortController();
    const listening = pipeline.outcomes.listen((outcome) => elsewhere.push(outcome) > 0, over.signal);
    // When: crm asks for it, in time and too late, and so does a producer without a private queue
    const messages = messagesOf([
      { ...asked, source: 'crm', requestId: 'get-1' },
      { ...asked, source: 'crm', requestId: 'get-late', validUntil: get.requestedAt },
      { ...asked, source: 'product', requestId: 'get-of-product' },
    ]);
    await pipeline.send(
      'transactional',
      messages,
      ({ source }) => source,
      () => {},
    );
    const owner = pipeline.sqsAs('crm');
    const taken = async () => {
      const { Messages = [] } = await receive(owner);
      for (const { Body = '', ReceiptHandle } of Messages) {
        answers.push(JSON.parse(Body));
        await owner.send(new DeleteMessageCommand({ QueueUrl: privateUrl(), ReceiptHandle }));
      }
      return [answers.length, elsewhere.length];
    };
    await expect.poll(taken, { timeout: 60_000, interval: 100 }).toEqual([1, 2]);
    over.abort();
    await listening;
    // Then
    const link = [...pipeline.api.control.links()].find((one) => one.shortlinkId === shortlinkId);
    expect(answers).toMatchObject([
      {
        outcome: 'found',
        source: 'crm',
        requestId: 'get-1',
        link: { shortlinkId, shortUrl: link?.shortlinkUrl, expiresAt: link?.expiry },
        data: command.data,
      },
    ]);
    const words = elsewhere.map(({ requestId, outcome, faults = [] }) => [requestId, outcome, faults[0]?.rule]);
    expect(words.toSorted()).toEqual([
      ['get-late', 'stale', undefined],
      ['get-of-product', 'rejected', 'private-outcomes'],
    ]);
    const after = await pipeline.ledger();
    expect([...after.keys()].filter((key) => key.startsWith('request#') && !before.has(key))).toEqual([]);
    expect(JSON.stringify([...after.values()])).not.toContain(planted.signIn);
    expect(await pipeline.logs()).not.toContain(planted.signIn);
  });

  it('writes only metrics that the cost model includes', () => {
    const { written, unlisted } = pipeline.metrics();
    expect(unlisted).toEqual([]);
    expect(written).toBeGreaterThan(30);
  });

  it('leaves all queues and dead-letter queues empty, and no alarm firing', async () => {
    const queues = await pipeline.cloud.queues();
    expect(queues.filter(({ name, visible }) => name.includes('Pipeline') && visible > 0)).toEqual([]);
    expect(
      pipeline.cloud
        .alarms()
        .filter(({ state }) => state === 'ALARM')
        .map(({ name }) => name),
    ).toEqual([]);
  });

  it('makes the calls of the record, and the template permits each', async () => {
    const { made, refused } = await pipeline.calls();
    expect(refused).toEqual([]);
    // Alarms may fire on a slow machine. Their topics are in the record of the stories.
    expect(comparedWithRecord('campaign', made)).toEqual({ unrecorded: [], missed: [] });
  });
});

// After the record of calls, which has no refused ones.
describe('the private queue', () => {
  it('lets nobody but its owner receive, or subscribe to its topic', async () => {
    for (const sqs of [pipeline.sqs, pipeline.sqsAs('studio'), pipeline.sqsAs('product')]) {
      await expect(receive(sqs)).rejects.toThrow(/not authorized/);
    }
    const { Topics = [] } = await pipeline.sns.send(new ListTopicsCommand({}));
    const TopicArn = Topics.find(({ TopicArn = '' }) => TopicArn.includes('PrivateOutcomesTopic'))?.TopicArn;
    expect(TopicArn).toBeDefined();
    const Endpoint = 'arn:aws:sqs:eu-west-1:000000000000:listener';
    const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint });
    await expect(pipeline.sns.send(subscribe)).rejects.toThrow(/not authorized/);
  });
});
