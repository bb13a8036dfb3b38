import { join } from 'node:path';
import { pageFiles } from '../../../cli/console/page-files.ts';
import { type RunningConsole, startConsole } from '../../../cli/console/server.ts';
import { ChosenPipeline } from '../../../cli/pipeline/pipeline-choice.ts';
import { config } from '../../../examples/configuration.ts';
import { chosenPipeline } from '../../../local/start/chosen-pipeline.ts';
import { startWorld } from '../../../local/start/scenarios/world.ts';
import { assemblyIn } from '../../world/assembly.ts';

/**
 * A local run by a shifted clock, with a console of its own and a read-only one.
 *
 * @param folder for the run's files
 */
export async function startConsoleRun(folder: string) {
  const ended = new AbortController();
  const pipeline = chosenPipeline(config, 'production');
  const world = await startWorld({
    pipeline,
    assemblyDirectory: await assemblyIn(folder),
    workDirectory: join(folder, 'work'),
    timelineFile: join(folder, 'timeline.ndjson'),
    beginsAt: new Date().toISOString(),
    say: () => {},
    signal: ended.signal,
  });
  const before = { ...process.env };
  const variables = world.cloud.clientVariables();
  // The console's clients read the environment, as those of each verb do.
  Object.assign(process.env, variables);
  const { stackName } = pipeline;
  const choose = () =>
    Object.assign(new ChosenPipeline({ stack: stackName }), {
      local: { stackName, configuration: config, variables, oneLinkApi: { baseUrl: world.apiBaseUrl } },
    });
  const printed: string[] = [];
  const consoles: RunningConsole[] = [];
  const open = async (readOnly: boolean) => {
    const running = await startConsole({
      choose,
      stackName,
      local: true,
      readOnly,
      page: pageFiles(),
      keepIn: folder,
      print: (words) => printed.push(words),
      nowMilliseconds: () => world.time.now(),
    });
    consoles.push(running);
    return running;
  };
  return {
    world,
    /** Where the console keeps purged dead letters. */
    folder,
    /** The pipeline as an operator's program finds it. */
    deployed: () => choose().deployed(),
    /** What the consoles printed. It is for faults only. */
    printed,
    console: await open(false),
    readOnly: await open(true),
    async stop(): Promise<void> {
      for (const one of consoles) await one.close();
      ended.abort();
      await world.stop();
      for (const name of Object.keys(variables)) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    },
  };
}

export type ConsoleRun = Awaited<ReturnType<typeof startConsoleRun>>;
