import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { table } from '../../report/table.ts';
import { bytesAtStart } from '../../world/bundle-size.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { type BenchPipeline, benchPipeline } from '../world/bench-pipeline.ts';
import { assemblyOf } from '../world/synthesis.ts';

const starts = 20;
const goals = { kilobytes: 500, milliseconds: 200 };

/** The workers, by a part of their logical ID. Without the governor, which waits a second before its first call. */
const workers = {
  'link worker': 'CampaignLinkWorker',
  'QR worker': 'QrWorker',
  'expiry worker': 'ExpiryWorker',
};

/** The size of the code that a new environment loads, and the time to its first answer. */
export async function coldStart({ report }: BenchOptions): Promise<Findings> {
  const bundleKilobytes = await bundleSizes();
  const pipeline = await benchPipeline({ variant: {} });
  const runs: Record<string, { medianMilliseconds: number; medianMillisecondsWithCompileCache: number }> = {};
  try {
    await pipeline.feedWorkers(false);
    for (const [name, part] of Object.entries(workers)) {
      report(`cold start: ${name}`);
      const milliseconds = await firstAnswers(pipeline, part, true);
      runs[name] = {
        medianMilliseconds: median(milliseconds),
        medianMillisecondsWithCompileCache: median(await firstAnswers(pipeline, part, false)),
      };
    }
  } finally {
    await pipeline.stop();
  }
  const figures = { starts, bundleKilobytes, firstAnswer: runs };
  const rows = Object.entries(bundleKilobytes).map(([name, kilobytes]) => {
    const run = runs[name];
    return [
      name,
      kilobytes.toFixed(0),
      run === undefined ? '–' : run.medianMilliseconds.toFixed(0),
      run === undefined ? '–' : run.medianMillisecondsWithCompileCache.toFixed(0),
    ];
  });
  const header = [
    'cold start',
    `bundle, minified, KB (goal ≤ ${goals.kilobytes})`,
    `first answer, ms, median of ${starts} (goal ≤ ${goals.milliseconds})`,
    'with a compile cache',
  ];
  return { figures, table: table(header, rows), broken: [] };
}

/**
 * Measures from the start of a process to the answer to an empty batch. For this answer a worker reads its secret. The link
 * worker also reads the control record.
 *
 * @param compiling whether V8 must compile all code, as on Lambda
 */
async function firstAnswers(pipeline: BenchPipeline, part: string, compiling: boolean): Promise<number[]> {
  const { cloud, workDirectory } = pipeline;
  // Waits only for the worker's own environments, because schedules still start other functions.
  const own = () => cloud.environments().find(({ logicalId }) => logicalId.includes(part));
  const worker = own()?.logicalId ?? '';
  const milliseconds: number[] = [];
  for (let start = 0; start < starts; start++) {
    cloud.killAllEnvironments();
    while (own()?.environments.length) await sleep(10);
    if (compiling) await rm(join(workDirectory, 'compile-cache'), { recursive: true, force: true });
    const { outcome, durationMilliseconds, errorMessage } = await cloud.invoke(worker, { Records: [] });
    if (outcome !== 'succeeded') throw new Error(`${worker}: ${errorMessage}`);
    milliseconds.push(durationMilliseconds);
    // Node.js writes the cache while the process is idle, and not when it is killed.
    if (!compiling && start === 0) await sleep(1_000);
  }
  return milliseconds;
}

/** Sizes in kilobytes, by job. The source map of an asset names its handler. */
async function bundleSizes(): Promise<Record<string, number>> {
  const assembly = await assemblyOf({});
  const sizes: [string, number][] = [];
  for (const name of await readdir(assembly)) {
    if (!name.startsWith('asset.')) continue;
    const { sources } = JSON.parse(await readFile(join(assembly, name, 'index.mjs.map'), 'utf8')) as {
      sources: string[];
    };
    const job = sources.map((source) => /lambdas\/([a-z-]+)\/handler\.ts$/.exec(source)?.[1]).find(Boolean) ?? name;
    const words = job.replace('-', ' ').replace(/^qr /, 'QR ');
    sizes.push([words, (await bytesAtStart(join(assembly, name))) / 1000]);
  }
  return Object.fromEntries(sizes.sort(([one], [other]) => one.localeCompare(other)));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2;
}
