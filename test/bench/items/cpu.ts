import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { awsPrices } from '../../../cli/cost/aws-prices.ts';
import { billedMilliseconds } from '../../../cli/cost/measured-use.ts';
import { table } from '../../report/table.ts';
import type { BenchOptions, Findings } from '../item.ts';
import { type BenchPipelineOptions, benchPipeline } from '../world/bench-pipeline.ts';
import { creates } from '../world/commands.ts';
import { cpuProfiler } from '../world/cpu-profiles.ts';
import { configuredPlan } from '../world/lanes.ts';
import { assemblyWith } from '../world/stand-in.ts';
import { variantAt, variantPipeline } from '../world/synthesis.ts';

/** A lane of this size keeps two environments busy on two shared cores. */
const limitCallsPerSecond = 300;
/** Lambda allots processor time in proportion to memory: one vCPU for 1,769 MB (AWS Lambda Developer Guide). */
const megabytesOfOneProcessor = 1_769;
/** After so many links, each environment has compiled its hot code, and the steady state begins. */
const warmUpLinks = 6_000;
/** Almost without a rate limit, because the bare loop has no pace. */
const emulator = { latencyMilliseconds: 10, latencyJitterMilliseconds: 20, requestsPerSecond: 100_000 };

/** CPU time of the link worker for each link, its parts, and a lower bound. */
export async function cpu({ report, commands = 6_000 }: BenchOptions): Promise<Findings> {
  const variant = variantAt({ callsPerSecond: limitCallsPerSecond });
  report('cpu: the link worker');
  const worker = await cpuPerLink({ variant, emulator }, commands);
  // Without waits between calls, as in the bare loop. The difference to the paced worker is the cost of the pace.
  const environmentOverrides = { LINK_CALLS_PER_SECOND: '5000' };
  const assembly = await assemblyWith(variant, { handler: 'bare-loop.ts' });
  const unpacedRuns: number[] = [];
  const bareRuns: number[] = [];
  // In this order and back, so a machine that becomes slower or faster favours neither.
  for (const [name, runs, options] of [
    ['the link worker, as fast as it can', unpacedRuns, { environmentOverrides }],
    ['the bare loop', bareRuns, { assembly }],
    ['the bare loop', bareRuns, { assembly }],
    ['the link worker, as fast as it can', unpacedRuns, { environmentOverrides }],
  ] as const) {
    report(`cpu: ${name}`);
    runs.push((await cpuPerLink({ variant, emulator, ...options }, commands)).cpuMillisecondsPerLink);
  }
  const mean = (runs: number[]) => runs.reduce((sum, one) => sum + one, 0) / runs.length;
  const [unpaced, bare] = [mean(unpacedRuns), mean(bareRuns)];
  report('cpu: its parts');
  const profiler = await cpuProfiler();
  const nodeOptions = [profiler.nodeOption];
  const profiled = await cpuPerLink({ variant, emulator, nodeOptions }, commands, profiler.finish);
  await rm(profiler.directory, { recursive: true, force: true });

  const sum = [...profiled.profile.values()].reduce((total, one) => total + one, 0);
  const shares = [...profiled.profile]
    .map(([where, milliseconds]) => ({ where, share: milliseconds / sum }))
    .sort((one, other) => other.share - one.share);
  const figures = {
    links: worker.links,
    cpuMillisecondsPerLink: worker.cpuMillisecondsPerLink,
    unpacedCpuMillisecondsPerLink: unpaced,
    bareLoopCpuMillisecondsPerLink: bare,
    ratioToBareLoop: unpaced / bare,
    pacedRatioToBareLoop: worker.cpuMillisecondsPerLink / bare,
    cpuMillisecondsPerLinkElsewhere: worker.elsewhere,
    cpuShareByPackage: Object.fromEntries(shares.map(({ where, share }) => [where, share])),
  };
  const plan = configuredPlan('campaign');
  const memoryMegabytes = variantPipeline({}).settings.memoryMegabytes.linkWorker;
  const billed = billedMilliseconds(plan);
  const dollars = billed * 1_000 * (memoryMegabytes / 1024) * awsPrices.lambdaGigabyteSecond;
  const perLink = (milliseconds: number) => `${milliseconds.toFixed(2)} ms`;
  const rows = [
    ['bare loop, as fast as it can', perLink(bare)],
    ['link worker, as fast as it can', perLink(unpaced)],
    ['ratio of the two (goal ≤ 1.1)', figures.ratioToBareLoop.toFixed(2)],
    ['link worker at its pace', perLink(worker.cpuMillisecondsPerLink)],
    [`billed by Lambda at ${plan.callsPerSecond}/s and ${memoryMegabytes} MB`, perLink(billed)],
    ['which is, for a million links', `$${dollars.toFixed(2)}`],
    ['CPU that Lambda gives in that time', perLink((billed * memoryMegabytes) / megabytesOfOneProcessor)],
    ...Object.entries(worker.elsewhere).map(([role, milliseconds]) => [`elsewhere: ${role}`, perLink(milliseconds)]),
  ];
  const where = shares
    .slice(0, 20)
    .map((one) => [one.where, `${(one.share * 100).toFixed(1)} %`, perLink(one.share * worker.cpuMillisecondsPerLink)]);
  return {
    figures: { ...figures, billedMillisecondsPerLink: billed, lambdaDollarsPerMillionLinks: dollars },
    table: `${table(['CPU per link', ''], rows)}\n\n${table(['part', 'share', 'per link'], where)}`,
    broken: [],
  };
}

/** @param finish gets the environments' process IDs after the last link, and returns their profile */
export async function cpuPerLink(
  options: BenchPipelineOptions,
  commands: number,
  finish?: (pids: number[]) => Promise<Map<string, number>>,
) {
  const pipeline = await benchPipeline(options);
  try {
    const made = async () => (await pipeline.api.admin.stats()).links.made;
    const until = async (links: number) => {
      for (let before = -1, still = 0; (await made()) < links; await sleep(250)) {
        const now = await made();
        still = now === before ? still + 1 : 0;
        before = now;
        if (still > 240) throw new Error(`no link for a minute, after ${now} of ${links}`);
      }
    };
    await pipeline.feedWorkers(false);
    // More commands than the test measures, so the window ends under full load.
    await pipeline.send('campaign', creates('cpu', warmUpLinks + commands + 1_000));
    await pipeline.feedWorkers(true);
    await until(warmUpLinks);
    const before = { links: await made(), cpu: pipeline.cpuSeconds() };
    await until(warmUpLinks + commands);
    const after = { links: await made(), cpu: pipeline.cpuSeconds() };
    const links = after.links - before.links;
    const used = (role: string) => (((after.cpu.get(role) ?? 0) - (before.cpu.get(role) ?? 0)) * 1000) / links;
    const worker = pipeline.functionOf('CampaignLinkWorker');
    const environments = pipeline.cloud.environments().find((one) => one.function === worker)?.environments ?? [];
    const pids = environments.flatMap(({ pid }) => pid ?? []);
    const elsewhere = ['pollers', 'SQS, SNS, S3', 'DynamoDB', 'OneLink API'].map((role) => [role, used(role)] as const);
    return {
      links,
      cpuMillisecondsPerLink: used(worker),
      elsewhere: Object.fromEntries(elsewhere),
      /** Milliseconds by package. */
      profile: (await finish?.(pids)) ?? new Map<string, number>(),
    };
  } finally {
    await pipeline.stop();
  }
}
