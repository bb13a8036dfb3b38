import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator } from '../../../local/start/emulator-process.ts';
import { emulatorSettings } from '../../../local/start/emulator-settings.ts';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { benchPipeline } from '../world/bench-pipeline.ts';
import {
  accountOf,
  type Campaign,
  type CampaignFigures,
  faultsOf,
  follow,
  messagesOf,
  runCampaign,
} from '../world/campaign.ts';
import { CpuMeter } from '../world/processes.ts';
import { assemblyWith, type StandIn } from '../world/stand-in.ts';
import { type Variant, variantAt, variantPipeline } from '../world/synthesis.ts';

/** Low enough for the machine, so only the API's limit slows a strategy down. */
const limitCallsPerSecond = 150;
const latency = { latencyMilliseconds: 50, latencyJitterMilliseconds: 100 };
const faults = { duplicatesPercent: 10, ambiguousPercent: 2, killEvery: 1_000 };
/** The benchmark stops a campaign that takes longer. */
const limitSeconds = 60;

/** SQS delivers the messages of a killed environment again after half a minute, for each strategy. */
const visibilityTimeoutSeconds = 30;
/** An SQS mapping with AWS's defaults: ten messages, no window, and as many environments as there is work for. */
const usualSizes = {
  batchSize: 10,
  windowSeconds: 0,
  concurrency: 6,
  timeoutSeconds: 20,
  maxReceiveCount: 5,
  visibilityTimeoutSeconds,
};
const accountCallsPerSecond = String(limitCallsPerSecond);

const strategies: Readonly<Record<string, StandIn | 'script'>> = {
  // Batches of a few seconds, because the campaign must be longer than one batch.
  'this pipeline': { sizes: { batchSize: 200, visibilityTimeoutSeconds } },
  '(a) queue worker, retry on error': { handler: 'retry-on-error.ts', sizes: usualSizes },
  '(b) the same under Powertools Idempotency': { handler: 'powertools-idempotency.ts', sizes: usualSizes },
  '(c) sequential script with back-off': 'script',
  '(d) the same behind p-throttle': {
    handler: 'throttled-worker.ts',
    defined: { accountCallsPerSecond },
    sizes: usualSizes,
  },
};

/** One campaign with the same faults, by this pipeline and by common alternatives. */
export async function sideBySide({ report, only, seed, commands = 3_000 }: BenchOptions): Promise<Findings> {
  const campaign: Campaign = { commands, seed, ...faults };
  // The other strategies have no lanes, so the other lanes get only the smallest shares that are valid.
  const variant = variantAt({ callsPerSecond: limitCallsPerSecond }, { others: 0.03, qr: 0.1 });
  const runs: Record<string, CampaignFigures> = {};
  for (const [name, strategy] of Object.entries(strategies)) {
    if (only.length > 0 && !only.some((part) => name.includes(part))) continue;
    report(`side by side: ${name}`);
    runs[name] = await (strategy === 'script' ? runScript(campaign, variant) : runWorker(campaign, variant, strategy));
  }
  const entries = Object.entries(runs);
  const ours = runs['this pipeline'];
  const flaws = ours === undefined ? 0 : ours.duplicateLinks + ours.lostCommands + ours.rateRefusals;
  return {
    figures: { limitCallsPerSecond, ...faults, limitSeconds, runs },
    table: table(
      [
        'side by side',
        'links/s',
        'of the limit',
        '429s',
        'wasted quota calls',
        'duplicate links',
        'lost commands',
        `not reached in ${limitSeconds} s`,
        'worker CPU per link',
      ],
      entries.map(([name, run]) => [
        name,
        run.linksPerSecond.toFixed(1),
        `${((run.linksPerSecond / limitCallsPerSecond) * 100).toFixed(0)} %`,
        run.rateRefusals,
        run.wastedQuotaCalls,
        run.duplicateLinks,
        run.lostCommands,
        run.unreachedCommands,
        `${run.workerCpuMillisecondsPerLink.toFixed(2)} ms`,
      ]),
    ),
    broken: flaws > 0 ? [`side by side: this pipeline made ${flaws} duplicates, losses or 429s`] : [],
  };
}

async function runWorker(campaign: Campaign, variant: Variant, standIn: StandIn): Promise<CampaignFigures> {
  const assembly = await assemblyWith(variant, standIn);
  const pipeline = await benchPipeline({ variant, assembly, emulator: latency });
  try {
    return await runCampaign(pipeline, campaign, limitSeconds);
  } finally {
    await pipeline.stop();
  }
}

async function runScript(campaign: Campaign, variant: Variant): Promise<CampaignFigures> {
  const directory = await mkdtemp(join(tmpdir(), 'onelink-bench-script-'));
  const [input, results] = [join(directory, 'commands.ndjson'), join(directory, 'results.ndjson')];
  const token = 'token-of-the-script';
  await writeFile(input, [...messagesOf(campaign)].map(({ body }) => `${body}\n`).join(''));
  await writeFile(results, '');
  const api = await startEmulator({ ...emulatorSettings(variantPipeline(variant), token), ...latency });
  const program = fileURLToPath(new URL('../stand-ins/sequential-script.ts', import.meta.url));
  const start = () => spawn(process.execPath, [program, api.baseUrl, token, input, results], { stdio: 'inherit' });
  const meter = new CpuMeter();
  let [script, ended] = [start(), false];
  const reading = setInterval(() => meter.read([['script', script.pid ?? 0]]), 100);
  const kill = () => script.kill('SIGKILL');
  process.prependOnceListener('exit', kill);
  try {
    const apiFaults = faultsOf(campaign);
    if (apiFaults.length > 0) await api.admin.addFaults(apiFaults);
    script.once('exit', (code) => (ended = code === 0));
    const ran = await follow(api.admin, campaign, limitSeconds, {
      kill: () => {
        script.kill('SIGKILL');
        script = start();
        script.once('exit', (code) => (ended = code === 0));
        return true;
      },
      isOver: async () => ended,
    });
    return await accountOf(api.admin, campaign, ran, meter.seconds().get('script') ?? 0);
  } finally {
    clearInterval(reading);
    kill();
    process.off('exit', kill);
    await api.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
