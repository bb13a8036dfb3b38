import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { crmFile } from '../../examples/campaign/crm-file.ts';
import { isMadeByApi } from '../../local/onelink-api/store.ts';
import { campaignOfFile } from '../../local/start/file/campaign-of-file.ts';
import { chosenFile } from '../../local/start/file/chosen-file.ts';
import { type FileRun, fileFaults, withRows } from '../../local/start/report/file-results.ts';
import { pictureIn } from '../../local/start/report/qr-picture.ts';
import { comparedWithRecord } from '../world/recorded-calls.ts';
import { runningPipeline } from '../world/running-pipeline.ts';
import { temporaryFolder } from '../world/temporary-folder.ts';

const { csv, settings, foreignLinks, statuses } = crmFile();
const [head = '', ...lines] = csv.split('\r\n').filter((line) => /[^;]/.test(line));
/** The first two rows, which two mistakes repeat, some of each use case, and all mistakes. */
const chosen = lines
  .map((line, index) => ({ line, status: statuses[index] }))
  .filter((_, index) => index < 2 || index % 12 === 0 || index >= 388);

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
let ran: FileRun;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  pipeline = await runningPipeline();
  pipeline.api.control.preload(foreignLinks);
  const folder = await temporaryFolder(afterAll);
  const path = join(folder, 'spring.csv');
  await writeFile(path, `${[head, ...chosen.map(({ line }) => line)].join('\r\n')}\r\n`);
  await writeFile(join(folder, 'spring.campaign.json'), JSON.stringify(settings));
  const { cloud, producers } = pipeline;
  const { signal } = new AbortController();
  const file = await chosenFile(path, {}, producers);
  const { campaign, end } = campaignOfFile(file, {
    cloud,
    producers,
    signal,
    closing,
    stackName: 'OneLink-production',
  });
  await campaign.drop();
  await vi.waitUntil(async () => (await campaign.look()).ended, { timeout: 270_000, interval: 500 });
  ran = await end();
}, 330_000);
afterAll(async () => {
  for (const close of closing) await close();
  await pipeline?.stop();
});

describe('a spreadsheet in the inbox', () => {
  test('is a campaign whose rows end as they should, each once, in the order of the file', () => {
    expect(ran.record?.state).toBe('finished');
    expect(ran.results.map(({ row }) => row)).toEqual(chosen.map((_, index) => index + 1));
    expect(ran.results.map(({ status }) => status)).toEqual(chosen.map(({ status }) => status));
  });

  test('leaves at the API exactly the links of its rows', () => {
    const none = { links: new Set<string>(), qrKeys: new Set<string>(), distinctCreates: 0 };
    const { links, distinctCreates } = withRows(none, ran.results);
    const held = [...pipeline.api.control.links()].filter(isMadeByApi);
    expect(held.map(({ onelinkId, shortlinkId }) => `${onelinkId}/${shortlinkId}`).sort()).toEqual([...links].sort());
    expect(pipeline.api.control.stats().links.made).toBe(distinctCreates);
    // Leading zeros and umlauts stay.
    const first = held.find(({ shortlinkId }) => shortlinkId === ran.results[0]?.shortlinkId);
    expect(first?.payload).toMatchObject({ af_sub1: '00812609', deep_link_sub1: 'Frühling in Kraków' });
  });

  test('has codes that a decoder reads, and breaks no rule of a run', async () => {
    const images = await pipeline.objects('QrBucketName');
    const texts = new Map(
      [...images].map(([key, bytes]) => [key, pictureIn(bytes, key.endsWith('.png') ? 'png' : 'jpeg').text]),
    );
    expect(ran.results.filter(({ qr }) => qr === 'ready').length).toBeGreaterThanOrEqual(5);
    expect(fileFaults(ran, texts)).toEqual([]);
  });

  test('makes the calls of the record, and the policies permit each to functions and producer', {
    timeout: 120_000,
  }, async () => {
    // Alarms may fire on a slow machine. Their topics are in the record of the stories.
    const compared = async () => comparedWithRecord('campaign-file', (await pipeline.calls()).made);
    // The sender's log is written when its run ends, which may be after the campaign.
    await expect.poll(compared, { timeout: 90_000, interval: 500 }).toEqual({ unrecorded: [], missed: [] });
    expect((await pipeline.calls()).refused).toEqual([]);
  });
});
