import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { config } from '../../../examples/configuration.ts';
import { pascal } from '../../../lib/constructs/lane.ts';
import { chosenPipeline } from '../../../local/start/chosen-pipeline.ts';
import { sampleConfigFile } from '../../../local/start/run-configuration.ts';
import { playStory } from '../../../local/start/scenarios/play.ts';
import { tokenRevoked } from '../../../local/start/scenarios/stories/token-revoked.ts';
import { stories } from '../../../local/start/scenarios/stories.ts';
import { synthesise } from '../../../local/start/synthesis.ts';
import { callsOfFunctions, comparedWithRecord, deploymentIn } from '../../world/recorded-calls.ts';
import { temporaryFolder } from '../../world/temporary-folder.ts';
import { writtenMetrics } from '../../world/written-metrics.ts';

/** `npm run test:scenarios` plays all of them in full. `npm test` plays one of them, short. */
const inFull = process.env.MODE === 'scenarios';
const played = inFull ? stories : [tokenRevoked];

const directory = await temporaryFolder(afterAll);
beforeAll(() => synthesise(sampleConfigFile, 'production', join(directory, 'cdk.out')));

describe.each(played)('the story $name', (story) => {
  test('keeps its rules, and its timeline has every event', { timeout: 180_000 }, async () => {
    const timelineFile = join(directory, `${story.name}.ndjson`);
    const shown: string[] = [];
    const pipeline = chosenPipeline(config, 'production');
    const { checks, metrics, calls } = await playStory(story, {
      pipeline,
      assemblyDirectory: join(directory, 'cdk.out'),
      workDirectory: join(directory, story.name),
      timelineFile,
      say: (line) => shown.push(line),
      signal: new AbortController().signal,
      short: !inFull,
    });
    expect(checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(checks.length).toBeGreaterThan(7);

    // The file has all printed events and more, in order of time
    const text = await readFile(timelineFile, 'utf8');
    const events = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.length).toBeGreaterThan(shown.length);
    const states = events.filter(({ what, lane }) => what === 'lane' && lane === 'campaign').map(({ state }) => state);
    expect(states[0]).toMatch(/^(paused|parking)$/);
    expect(states.at(-1)).toBe('open');
    expect(events.some(({ what, state, overLeap }) => what === 'alarm' && state === 'ALARM' && !overLeap)).toBe(true);

    // The cost counts each metric
    const { written, unlisted } = writtenMetrics(metrics, pipeline.settings);
    expect(unlisted).toEqual([]);
    expect(written).toBeGreaterThan(20);

    // The record has each call that functions and services made. So the template was judged by it
    const lanes = Object.keys(pipeline.settings.lanes).map(pascal);
    const deployment = await deploymentIn(join(directory, 'cdk.out'), pipeline.stackName);
    const { unrecorded, missed } = comparedWithRecord(story.name, callsOfFunctions(calls, deployment, lanes));
    expect(unrecorded).toEqual([]);
    if (inFull) expect(missed).toEqual([]);

    // And neither the file nor the output has a link or a value of a link
    for (const output of [text, shown.join('\n')])
      expect(output).not.toMatch(/onelink\.me|acme\.example|crm_email|local-token/);
  });
});
