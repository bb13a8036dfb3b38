import { ReadableStream } from 'node:stream/web';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  checkReport,
  plannedCampaign,
  startVerb,
  uploadedFile,
} from '../../../../cli/console/acting/start-campaign.ts';
import type { CampaignPlan } from '../../../../cli/console/contract/campaigns.ts';
import type { OpenDesk } from '../../../../cli/console/desk.ts';
import { Uploads } from '../../../../cli/console/uploads.ts';
import { configuredPipelines } from '../../../../cli/pipeline/configured-pipeline.ts';
import { config } from '../../../../examples/configuration.ts';

const [pipeline] = configuredPipelines(config);
const open = {
  chosen: { configuredFor: () => pipeline, local: {}, stackName: 'S' },
} as unknown as OpenDesk;
let uploads: Uploads;
beforeEach(() => {
  uploads = new Uploads();
});
afterEach(() => uploads.close());

const bodyOf = (bytes: string | Buffer) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from(bytes));
      controller.close();
    },
  });
const csv = 'Mail;Shop;pid\nanna@example.com;Bern;email\nben@example.com;Thun;email\n';
const work = { signal: new AbortController().signal, nowMilliseconds: Date.parse('2026-03-10T12:00:00Z') };
const plan = (file: string, change: Partial<CampaignPlan> = {}): CampaignPlan => ({
  file,
  source: 'crm',
  name: 'spring',
  settings: { template: 'A1b3', columns: { Mail: '-', Shop: 'data.af_sub1' } },
  ...change,
});

describe('a file from the page', () => {
  it('is shown with its columns, what they may be, and a name for the campaign', async () => {
    const upload = await uploads.add('Frühling 2026.csv', bodyOf(csv));

    const file = await uploadedFile(upload);

    expect(file).toMatchObject({ name: 'Frühling 2026.csv', campaign: 'Fruhling-2026', bytes: csv.length });
    expect(file.columns.map(({ header, samples }) => [header, samples])).toEqual([
      ['Mail', ['anna@example.com', 'ben@example.com']],
      ['Shop', ['Bern', 'Thun']],
      ['pid', ['email']],
    ]);
    expect(file.targets).toEqual(expect.arrayContaining(['request_id', 'data.pid', '-']));
  });

  it.each(['.csv', '..', '---.csv', '日本.csv'])('gets a possible name if its own is none: %s', async (name) => {
    const upload = await uploads.add(name, bodyOf(csv));

    expect((await uploadedFile(upload)).campaign).toBe('campaign');
  });

  it('is checked by the rules of the pipeline, and nothing is sent', async () => {
    const upload = await uploads.add('spring.csv', bodyOf(csv));

    const report = await checkReport(upload, plan(upload.id), open, work);

    expect(report).toMatchObject({ rows: 2, toSend: 2, rejected: 0, quotaCalls: 2, actions: { create: 2 } });
    expect(report.verb).toBe(
      'npx onelink campaign start spring.csv --name spring --source crm --template A1b3 --map Mail=- --map Shop=data.af_sub1 --local',
    );
  });

  it('is gone when the console ends, and is not found under another name', async () => {
    const { id } = await uploads.add('spring.csv', bodyOf(csv));
    const found = uploads.get(id).id;

    await uploads.forget(id);

    expect(found).toBe(id);
    expect(() => uploads.get(id)).toThrow('The console no longer has this file.');
    expect(() => uploads.get('../../etc/passwd')).toThrow('The console no longer has this file.');
  });

  it('without a known form is refused in words', async () => {
    await expect(uploads.add('x', bodyOf(Buffer.from([0x1f, 0x8b, 0x08])))).rejects.toThrow('compressed by gzip');
  });

  it.each([
    ['a name that is none', { name: '../x' }, 'The name of the campaign must be 1 to 48 letters'],
    ['a target that is none', { settings: { columns: { Mail: '$x' } } }, 'The settings have a fault. columns.Mail'],
    ['a setting that nobody knows', { settings: { surprise: 1 } }, 'The settings have a fault.'],
  ])('is refused with %s', (_, change, words) => {
    expect(() => plannedCampaign(plan('f', change as Partial<CampaignPlan>), open)).toThrow(words);
  });
});

it('quotes names of files and columns in the verb', () => {
  const settings = { columns: { 'My shop': 'data.af_sub1' } };

  expect(startVerb(plan('f', { settings }), "$(x) it's.csv", '--local')).toBe(
    "npx onelink campaign start '$(x) it'\\''s.csv' --name spring --source crm --map 'My shop=data.af_sub1' --local",
  );
});
