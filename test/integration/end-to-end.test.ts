import jpeg from 'jpeg-js';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sketchOf } from '../../cli/files/message.ts';
import type { Awaited as Answered } from '../../cli/pipeline/awaited-outcomes.ts';
import { type CampaignMessage, readCampaign } from '../../local/start/campaign-input.ts';
import { runningPipeline } from '../world/running-pipeline.ts';

// jsqr is CommonJS whose types call its function `default`; at run time the import is the function itself.
const decode = jsqr as unknown as typeof jsqr.default;

/** Personal data and a sign-in, as they do occur in payloads. */
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

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
let answered: Answered<CampaignMessage>[];

/** A campaign's first lines, duplicates and mistakes among them, and a few commands of the test's own. */
beforeAll(async () => {
  pipeline = await runningPipeline();
  const file = new URL('../../examples/campaign.ndjson', import.meta.url).pathname;
  const { messages, setup } = await readCampaign(file, { limit: 250, producers: pipeline.producers });
  pipeline.api.control.preload(setup.foreignLinks);
  const own = [command, command, { ...command, requestId: 'planted-2', ttl: '9999d' }].map((body, index) => ({
    line: 1_000 + index,
    lane: 'transactional',
    body: JSON.stringify(body),
    ...sketchOf(JSON.stringify(body)),
  }));
  answered = await pipeline.carryOut([...messages, ...own], 180);
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

  it('leaves at the API exactly the links that it told of, with the data that was asked for', () => {
    const deleted = new Set(
      outcomes()
        .filter(({ outcome }) => outcome === 'deleted')
        .map(({ link }) => keyOf(link)),
    );
    const told = created()
      .map(({ link }) => keyOf(link))
      .filter((key) => !deleted.has(key));
    const held = [...pipeline.api.control.links()].filter(({ foreign }) => !foreign);
    expect(held.map(({ onelinkId, shortlinkId }) => `${onelinkId}/${shortlinkId}`).toSorted()).toEqual(told.toSorted());
    const mine = created().find(({ requestId }) => requestId === 'planted-1');
    expect(held.find(({ shortlinkId }) => shortlinkId === mine?.link?.shortlinkId)?.payload).toEqual(command.data);
  });

  it('costs one POST for each link made, and one for each conflict that could not be foreseen', () => {
    const { calls, links, refused, arrivals } = pipeline.api.control.stats();
    expect(links.made).toBe(created().length);
    const posts = Object.values(calls.create ?? {}).reduce((sum, count) => sum + count, 0);
    expect(posts).toBe(links.made + (calls.create?.['409'] ?? 0));
    expect(refused).toEqual({ rate: 0, qrRate: 0, quota: 0 });
    expect(arrivals.fullestSecond.api).toBeLessThanOrEqual(950);
    expect(arrivals.fullestSecond.qr).toBeLessThanOrEqual(23);
  });

  it('has written every link and every answer into the ledger, with the expiry that the API holds', async () => {
    const ledger = await pipeline.ledger();
    const held = new Map([...pipeline.api.control.links()].map((link) => [keyOf(link), link]));
    for (const outcome of created()) {
      const [link, record] = [held.get(keyOf(outcome.link)), ledger.get(`link#${keyOf(outcome.link)}`)];
      expect(ledger.get(`request#${outcome.source}/${outcome.requestId}`)).toMatchObject({
        outcome: { outcome: 'created' },
      });
      if (link === undefined) continue;
      expect(record).toMatchObject({ state: 'live', source: outcome.source, shortUrl: link.shortlinkUrl });
      // The ledger counts from when the call took its place in the line: never later than the API, and seconds earlier.
      const earlier = Date.parse(link.expiry) / 1000 - Number(record?.expiresAt);
      expect(earlier).toBeGreaterThanOrEqual(-1);
      expect(earlier).toBeLessThanOrEqual(30);
    }
    const stored = JSON.stringify([...ledger.values()].filter(({ pk }) => String(pk).startsWith('link#')));
    expect(stored).not.toContain(planted.signIn);
  });

  it('has put into the bucket, for each code, an image that leads to its link', async () => {
    const images = await pipeline.objects('QrBucketName');
    const ready = answered.flatMap(({ answer, qr }) => [answer, qr]).filter((told) => told?.outcome === 'qr-ready');
    expect([...images.keys()].toSorted()).toEqual([...new Set(ready.map((told) => told?.qr?.key))].toSorted());
    const urls = new Map([...pipeline.api.control.links()].map((link) => [keyOf(link), link.shortlinkUrl]));
    const jpg = ready.find((told) => told?.requestId === 'planted-1');
    const png = ready.find((told) => told?.qr?.format === 'png');
    for (const told of [jpg, png]) {
      const bytes = images.get(told?.qr?.key ?? '') ?? Buffer.alloc(0);
      const image = told?.qr?.format === 'jpg' ? jpeg.decode(bytes, { useTArray: true }) : PNG.sync.read(bytes);
      const read = decode(new Uint8ClampedArray(image.data), image.width, image.height);
      expect(read?.data).toBe(urls.get(keyOf(told?.link)));
    }
  });

  it('keeps what it rejected, whole and with the reasons, in the archive', async () => {
    const lines = [...(await pipeline.objects('ArchiveBucketName')).values()]
      .flatMap((object) => object.toString('utf8').trim().split('\n'))
      .map((line) => JSON.parse(line) as { messageId: string; body: string; faults: { rule: string }[] });
    const rejected = outcomes().filter(({ outcome, repeat }) => outcome === 'rejected' && !repeat);
    expect(lines.map(({ messageId }) => messageId).toSorted()).toEqual(
      rejected.map(({ messageId }) => messageId).toSorted(),
    );
    expect(lines.find(({ body }) => body.includes('planted-2'))?.faults.map(({ rule }) => rule)).toEqual(['ttl']);
  });

  it('has shown no value, no link ID and no token in a log line, a metric or an error', async () => {
    const logs = await pipeline.logs();
    expect(logs).toContain('"requestId":"planted-1"');
    const ids = created()
      .flatMap(({ link }) => link?.shortlinkId ?? [])
      .filter((id) => /^[0-9a-z]{12}$/.test(id));
    for (const secret of [...Object.values(planted), 'token-of-the-test', ...ids]) expect(logs).not.toContain(secret);
  });

  it('writes no metric that the cost does not count', () => {
    const { written, unlisted } = pipeline.metrics();
    expect(unlisted).toEqual([]);
    expect(written).toBeGreaterThan(30);
  });

  it('leaves its queues empty, its dead-letter queues too, and no alarm that pages', async () => {
    const queues = await pipeline.cloud.queues();
    expect(queues.filter(({ name, visible }) => name.includes('Pipeline') && visible > 0)).toEqual([]);
    expect(
      pipeline.cloud
        .alarms()
        .filter(({ state }) => state === 'ALARM')
        .map(({ name }) => name),
    ).toEqual([]);
  });
});
