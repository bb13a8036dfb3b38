import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ExaminationPorts } from '../../cli/pipeline/dead-letters/examination.ts';
import { DeployedPipeline } from '../../cli/pipeline/deployed-pipeline.ts';
import type { Happening } from '../../cli/pipeline/story/story.ts';
import { tellStory, tellStoryOfLink } from '../../cli/pipeline/story/tell-story.ts';
import { config } from '../../examples/configuration.ts';
import type { Outcome } from '../../lambdas/domain/contract/outcome.ts';
import { chosenPipeline } from '../../local/start/chosen-pipeline.ts';
import { comparedWithRecord } from '../world/recorded-calls.ts';
import { messagesOf, runningPipeline } from '../world/running-pipeline.ts';

const command = {
  specVersion: '1.0',
  source: 'product',
  action: 'create',
  onelinkId: 'A1b3',
  data: { pid: 'print', c: 'posters' },
  requestedAt: '2026-03-01T10:00:00Z',
};
const commands = [
  { ...command, requestId: 'clicked', shortlinkId: 'clicked' },
  { ...command, requestId: 'dead', shortlinkId: 'dead', qr: {} },
  { ...command, requestId: 'kept', shortlinkId: 'kept', ttl: '14d', keepUntil: '2099-01-01T00:00:00Z' },
];

let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
let published: Map<string | null, Outcome>;

/** DynamoDB deletes the records of three links: one is live, one is gone at the API, and one is a kept link near its expiry. */
beforeAll(async () => {
  pipeline = await runningPipeline();
  // One link exists already, with the data of its command and six days left, so the worker adopts it.
  const expiry = new Date(Date.now() + 6 * 86_400_000).toISOString();
  pipeline.api.control.preload([{ onelinkId: 'A1b3', shortlinkId: 'kept', data: command.data, ttl: '14d', expiry }]);
  const made = await pipeline.sendAndAwait(messagesOf(commands), 120);
  expect(made.map(({ answer }) => answer?.outcome)).toEqual(['created', 'created', 'created']);
  // One link gets an image by a command of its own.
  const { data: _, ...asked } = command;
  const shown = { ...asked, requestId: 'shown', action: 'qr', shortlinkId: 'clicked' };
  expect((await pipeline.sendAndAwait(messagesOf([shown]), 120))[0]?.answer?.outcome).toBe('qr-ready');
  // One link is gone at the API.
  pipeline.api.control.addFaults({
    kind: 'status',
    operation: 'read',
    shortlinkId: 'dead',
    status: 404,
    errorType: 'invalid_parameter',
    message: 'Shortlink not found',
    times: 10,
  });
  await pipeline.expireInLedger('A1b3/clicked', 'A1b3/dead', 'A1b3/kept');
  published = new Map((await pipeline.awaitLinkOutcomes(3, 120)).map((outcome) => [outcome.requestId, outcome]));
}, 300_000);
afterAll(() => pipeline?.stop());

describe('a link whose record the TTL removes', () => {
  it('gets its record back, with the expiry of the API, if the link is live', async () => {
    expect(published.get('clicked')).toMatchObject({
      outcome: 'renewed',
      source: 'product',
      action: null,
      lane: 'expiry',
    });
    const expiry = [...pipeline.api.control.links()].find(({ shortlinkId }) => shortlinkId === 'clicked')?.expiry ?? '';
    expect((await pipeline.ledger()).get('link#A1b3/clicked')).toMatchObject({ expiresAt: Date.parse(expiry) / 1000 });
  });

  it('ends as `expired`, with a line in the history and without its image, if the link is gone at the API', async () => {
    expect(published.get('dead')).toMatchObject({ outcome: 'expired' });
    // The worker removes the record last, after it has published the outcome.
    await vi.waitFor(async () => expect((await pipeline.ledger()).has('link#A1b3/dead')).toBe(false), 10_000);
    expect((await pipeline.ledger()).has('request#product/dead')).toBe(true);
    expect([...(await pipeline.objects('QrBucketName')).keys()]).toEqual(['qr/product/A1b3/clicked.png']);
    const history = [...(await pipeline.objects('ArchiveBucketName'))].filter(([key]) => key.startsWith('history/'));
    expect(history.map(([, object]) => JSON.parse(object.toString('utf8')))).toMatchObject([
      { shortlinkId: 'dead', source: 'product', requestId: 'dead', pid: 'print', campaign: 'posters' },
    ]);
  });

  it('is renewed by one paced PUT with its present data, if it is a kept link', async () => {
    expect(published.get('kept')).toMatchObject({ outcome: 'renewed' });
    expect(pipeline.api.control.stats().calls.update).toEqual({ 200: 1 });
    const link = [...pipeline.api.control.links()].find(({ shortlinkId }) => shortlinkId === 'kept');
    expect(link).toMatchObject({ payload: command.data, ttl: 14 * 86_400 });
    const record = (await pipeline.ledger()).get('link#A1b3/kept');
    // The next expiry check is a week before the expiry.
    expect(record?.linkExpiresAt).toBe(Number(record?.expiresAt) + 7 * 86_400);
  });

  it('has a story from its create to its end or renewal, also if the ledger has no record of the link any more', async () => {
    await vi.waitFor(async () => expect((await pipeline.ledger()).has('link#A1b3/dead')).toBe(false), 10_000);
    for (const [name, value] of Object.entries(pipeline.cloud.clientVariables())) vi.stubEnv(name, value);
    const deployed = new DeployedPipeline('OneLink-production', pipeline.outputs);
    const ports: ExaminationPorts = {
      ledger: deployed.ledger,
      pipeline: chosenPipeline(config, 'production'),
      secret: undefined,
      senders: { vouching: new Set(), decisions: {} },
      nowMilliseconds: Date.now,
    };
    const gaps: string[] = [];
    const search = {
      days: 1,
      shown: { links: false },
      interrupted: new AbortController().signal,
      onStep: () => {},
      onGap: (words: string) => void gaps.push(words),
    };
    const placesOf = (happenings: Happening[]) =>
      happenings.map(({ where, outcome }) => `${where}: ${outcome ?? '–'}`).sort();

    const ofLink = await tellStoryOfLink({ onelinkId: 'A1b3', shortlinkId: 'dead' }, search, deployed, ports);
    expect(ofLink.requests).toEqual([{ source: 'product', requestId: 'dead' }]);
    const places = placesOf(ofLink.happenings);
    expect(places).toEqual(expect.arrayContaining(['history: expired', 'ledger: created']));
    const ofRequest = await tellStory([{ source: 'product', requestId: 'dead' }], search, deployed, ports);
    expect(placesOf(ofRequest)).toEqual(places);
    const ofRenewed = await tellStory([{ source: 'product', requestId: 'kept' }], search, deployed, ports);
    const renewal = ofRenewed.find(({ outcome }) => outcome === 'renewed');
    expect(renewal?.words).toMatch(/^link checked: renewed; until \d{4}-\d\d-\d\dT/);
    expect(JSON.stringify([ofLink, ofRequest, ofRenewed])).not.toContain('onelink.me');
    expect(gaps).toEqual([]);
    vi.unstubAllEnvs();
  });

  it('makes the calls of the record, and the template permits each', async () => {
    const { made, refused } = await pipeline.calls();
    expect(refused).toEqual([]);
    expect(comparedWithRecord('expiry', made).unrecorded).toEqual([]);
  });
});
