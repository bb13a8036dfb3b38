import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chosenPipeline } from '../chosen-pipeline.ts';
import { forgetKeptRun } from '../kept-run.ts';
import { empty, inLocal } from '../local-folder.ts';
import { display } from '../progress/display.ts';
import type { RunConfiguration } from '../run-configuration.ts';
import { lockRun } from '../run-lock.ts';
import { synthesise } from '../synthesis.ts';
import { playStory } from './play.ts';
import { stories } from './stories.ts';
import { durationWords } from './timeline.ts';

export interface ScenarioOptions extends RunConfiguration {
  scenario: string;
  /** The configuration's first stage by default. */
  stage?: string;
  quiet: boolean;
}

/**
 * Plays a story on the pipeline of a stage, on this machine: the synthesised app unchanged, in simulated time.
 *
 * @param signal ends it early
 * @returns whether all checks hold
 * @throws Error if a part does not start, or the story makes no progress
 */
export async function runScenario(
  { scenario, stage, quiet, configuration, file }: ScenarioOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const begun = performance.now();
  const screen = display(process.stdout, quiet);
  const story = stories.find(({ name }) => name === scenario);
  if (story === undefined) throw new Error(`--scenario: must be one of ${stories.map(({ name }) => name).join(', ')}`);
  const pipeline = chosenPipeline(configuration, stage);
  await mkdir(inLocal(''), { recursive: true });
  const unlock = lockRun(inLocal('run.pid'));
  try {
    const timelineFile = await newTimeline(inLocal('out'));
    await Promise.all([forgetKeptRun(), ...['cdk.out', 'cloud/logs'].map((name) => empty(inLocal(name)))]);
    screen.print(`${story.name}: ${story.about}`);
    screen.print(`Synthesising ${pipeline.stackName} …`);
    await synthesise(file, pipeline.stage, inLocal('cdk.out'));
    screen.print(
      'Times are simulated, UTC. "Over a leap": the alarm changed only because nothing is measured during a leap.',
    );
    screen.print('');
    const { checks, minutes } = await playStory(story, {
      pipeline,
      assemblyDirectory: inLocal('cdk.out'),
      workDirectory: inLocal('cloud'),
      timelineFile,
      say: (line) => screen.print(line),
      signal,
    });
    const broken = checks.filter(({ holds }) => !holds);
    screen.print('');
    screen.print(broken.length === 0 ? 'All checks hold.' : `${broken.length} OF ${checks.length} CHECKS FAILED.`);
    screen.print(
      `${durationWords(minutes)} in ${Math.round((performance.now() - begun) / 1000)} s; file: .local/out/timeline.ndjson`,
    );
    if (quiet) for (const { text } of broken) console.error(`BROKEN ${text}`);
    return broken.length === 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    screen.print('Ended early.');
    return false;
  } finally {
    unlock();
  }
}

/** Deletes a story's last file, and leaves a campaign's files in the same folder. @returns the path of the new file */
export async function newTimeline(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'timeline.ndjson');
  await rm(file, { force: true });
  return file;
}
