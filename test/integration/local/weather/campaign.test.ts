import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Awaited as Answered } from '../../../../cli/pipeline/awaited-outcomes.ts';
import { isMadeByApi } from '../../../../local/onelink-api/store.ts';
import { type CampaignMessage, readCampaign } from '../../../../local/start/campaign-input.ts';
import { reconcile } from '../../../../local/start/report/reconciliation.ts';
import { WeatherPlan } from '../../../../local/weather/plan.ts';
import { runningPipeline } from '../../../world/running-pipeline.ts';

const weather = new WeatherPlan({ seed: 7 });
let pipeline: Awaited<ReturnType<typeof runningPipeline>>;
let answered: Answered<CampaignMessage>[];

beforeAll(async () => {
  pipeline = await runningPipeline({ weather });
  const file = new URL('../../../../examples/campaign.ndjson', import.meta.url).pathname;
  const { messages, setup } = await readCampaign(file, { limit: 120, producers: pipeline.producers });
  pipeline.api.control.preload(setup.foreignLinks);
  answered = await pipeline.sendAndAwait(messages, 120);
}, 180_000);
afterAll(() => pipeline?.stop());

describe('a campaign in mild weather', () => {
  it('ends each command with one outcome', () => {
    const { commands, unaccounted } = reconcile(answered);
    expect(commands).toBe(120);
    expect(unaccounted).toEqual([]);
  });

  it('makes one link for each distinct create, and leaves at the API what the outcomes report', () => {
    const { distinctCreates, links } = reconcile(answered);
    const own = [...pipeline.api.control.links()].filter(isMadeByApi);
    expect(pipeline.api.control.stats().links.made).toBe(distinctCreates);
    expect(distinctCreates).toBeGreaterThan(90);
    expect(own.map(({ onelinkId, shortlinkId }) => `${onelinkId}/${shortlinkId}`).toSorted()).toEqual(
      [...links].toSorted(),
    );
  });

  it('sends no message to a dead-letter queue, although services were degraded', async () => {
    const dead = (await pipeline.cloud.queues()).filter(({ deadLetterQueueOf }) => deadLetterQueueOf.length > 0);
    expect(dead.filter(({ visible, inFlight }) => visible + inFlight > 0)).toEqual([]);
    const occurrences = [...weather.counts().values()].reduce((sum, count) => sum + count, 0);
    expect(occurrences).toBeGreaterThan(20);
  });
});
