import { describe, expect, test } from 'vitest';
import { config as sample } from '../../../../examples/configuration.ts';
import { commandReader, noPolicy } from '../../../../lambdas/domain/contract/command-reading.ts';
import { openEnvelope } from '../../../../lambdas/domain/contract/envelope.ts';
import { readCampaign } from '../../../../local/start/campaign-input.ts';
import { chosenPipeline } from '../../../../local/start/chosen-pipeline.ts';
import { madeCommands, writeMadeCommands } from '../../../../local/start/made-commands.ts';
import { config as other } from '../../../world/other-configuration.ts';
import { testFolder } from '../../../world/test-folder.ts';

const at = testFolder();

const now = new Date('2026-03-09T08:00:00Z');

describe.each([
  ['the sample configuration', chosenPipeline(sample)],
  ['another configuration', chosenPipeline(other)],
])('the commands made for %s', (_, { settings, account }) => {
  const made = madeCommands({ settings, account }, now);

  test('are valid on their lanes', () => {
    const readers = new Map(
      Object.keys(settings.lanes).map((lane) => {
        const producers = settings.producers.filter(({ lanes }) => lanes.includes(lane));
        return [
          lane,
          commandReader({ policy: noPolicy, contract: account, producers, templates: settings.templates }),
        ] as const;
      }),
    );
    // The first rounds have one of each kind: with a brand domain, with a QR code, repeated.
    for (const { lane, body } of made.slice(0, 200)) {
      const read = readers.get(lane)?.(openEnvelope(JSON.stringify(body)), now.getTime());
      expect(read).toEqual({ command: expect.anything() });
    }
  });

  test('use each template of each producer on each of its lanes, even in the first few', () => {
    const ways = settings.producers.flatMap(({ source, lanes, templates }) =>
      lanes.flatMap((lane) => templates.map((template) => `${source} ${lane} ${template}`)),
    );
    const used = made.slice(0, ways.length).map(({ lane, body }) => `${body.source} ${lane} ${body.onelinkId}`);
    expect(used.sort()).toEqual(ways.sort());
  });
});

describe('the commands made for the sample configuration', () => {
  const { settings, account } = chosenPipeline(sample);

  test('are two thousand requests and some repeats, with QR codes and brand domains among them', () => {
    const bodies = madeCommands({ settings, account }, now).map(({ body }) => body);
    expect(bodies).toHaveLength(2_100);
    expect(new Set(bodies.map((body) => `${body.source} ${body.requestId}`)).size).toBe(2_002);
    expect(bodies.filter(({ qr }) => qr !== undefined).length).toBeGreaterThan(200);
    expect(bodies.filter(({ brandDomain }) => brandDomain === 'go.acme.example').length).toBeGreaterThan(300);
  });

  test('respect the cap of each lane and the quota', () => {
    const { campaign, transactional } = settings.lanes;
    if (campaign === undefined || transactional === undefined) throw new Error('the sample has other lanes');
    const lanes = { campaign: { ...campaign, hourlyCapCalls: 40 }, transactional };
    const little = { ...account, monthlyQuotaCalls: transactional.quotaReserveCalls + 30 };
    const count = (of: typeof account, lane: string) =>
      new Set(
        madeCommands({ settings: { ...settings, lanes }, account: of }, now).flatMap((made) =>
          made.lane === lane ? [`${made.body.source} ${made.body.requestId}`] : [],
        ),
      ).size;
    expect(count(account, 'campaign')).toBe(40);
    expect(count(little, 'transactional')).toBe(30);
  });

  test('keep their lanes when the run reads their file', async () => {
    const file = at('made-commands.ndjson');
    const made = madeCommands({ settings, account }, now);
    await writeMadeCommands(file, made);
    const { messages } = await readCampaign(file, { producers: settings.producers });
    expect(messages.map(({ lane, body }) => ({ lane, body: JSON.parse(body) }))).toEqual(made);
  });
});
