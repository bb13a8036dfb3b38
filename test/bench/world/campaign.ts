import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminClient } from '../../../local/onelink-api/admin-client.ts';
import type { FaultInput } from '../../../local/onelink-api/faults.ts';
import type { BenchPipeline } from './bench-pipeline.ts';
import { creates } from './commands.ts';

/** One campaign of creates, and its faults. */
export interface Campaign {
  commands: number;
  /** The share of commands that are sent twice. */
  duplicatesPercent?: number;
  /** The distances of copies in messages, in turn. 0 is directly behind. By default, 0 and 400. */
  copiesAfterMessages?: readonly number[];
  /** The share of POSTs whose answer is lost or a 500. For two thirds of them, the API makes the link. */
  ambiguousPercent?: number;
  /** A busy environment is killed after each so many links. */
  killEvery?: number;
  seed: number;
}

export type CampaignFigures = Awaited<ReturnType<typeof accountOf>>;

/** The messages of a campaign, in order. */
export function* messagesOf({
  commands,
  duplicatesPercent = 0,
  copiesAfterMessages = [0, 400],
}: Campaign): Generator<{ body: string }> {
  const every = duplicatesPercent > 0 ? Math.round(100 / duplicatesPercent) : Number.POSITIVE_INFINITY;
  let copies: { body: string; due: number }[] = [];
  let [number, sent] = [0, 0];
  for (const { body } of creates('campaign', commands)) {
    yield { body };
    sent += 1;
    if (number % every === 0) {
      copies.push({ body, due: sent + (copiesAfterMessages[(number / every) % copiesAfterMessages.length] ?? 0) });
    }
    number += 1;
    const due = copies.filter((copy) => copy.due <= sent);
    copies = copies.filter((copy) => copy.due > sent);
    sent += due.length;
    // The newest first, so a copy at distance 0 is directly behind its original.
    yield* due.toReversed();
  }
  yield* copies;
}

export function faultsOf({ ambiguousPercent = 0, seed }: Campaign): FaultInput[] {
  if (ambiguousPercent === 0) return [];
  const probability = ambiguousPercent / 300;
  const kinds = ['reset-after', 'error-after', 'reset-before'] as const;
  return kinds.map((kind, index) => ({ kind, operation: 'create', probability, seed: seed + index }));
}

/** Follows a campaign by the emulator's counts, and kills environments as the campaign requires. */
export async function follow(
  admin: AdminClient,
  campaign: Campaign,
  limitSeconds: number,
  ports: { kill(): boolean; isOver(): Promise<boolean> },
) {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const { killEvery = Number.POSITIVE_INFINITY } = campaign;
  let [kills, first, nineTenths, over] = [0, 0, 0, false];
  while (!over && seconds() < limitSeconds) {
    await sleep(100);
    const { made } = (await admin.stats()).links;
    if (first === 0 && made > 0) first = seconds();
    if (nineTenths === 0 && made >= campaign.commands * 0.9) nineTenths = seconds();
    if (made >= (kills + 1) * killEvery && ports.kill()) kills += 1;
    over = await ports.isOver();
  }
  return { kills, over, secondsToNineTenths: (nineTenths === 0 ? seconds() : nineTenths) - first };
}

/** The figures of a campaign, from the emulator's counts only. */
export async function accountOf(
  admin: AdminClient,
  campaign: Campaign,
  ran: Awaited<ReturnType<typeof follow>>,
  workerCpuSeconds: number,
) {
  const [stats, links] = await Promise.all([admin.stats(), admin.links()]);
  const linked = new Set(links.map(({ payload }) => payload.af_sub1)).size;
  const without = campaign.commands - linked;
  const reached = Math.min(linked, campaign.commands * 0.9);
  return {
    commands: campaign.commands,
    messages: [...messagesOf(campaign)].length,
    /** Commands with at least one link. */
    linked,
    /** Links beyond one for each command. */
    duplicateLinks: stats.links.made - linked,
    /** Commands without a link after the queue is empty. */
    lostCommands: ran.over ? without : 0,
    /** Commands without a link when the time is over. */
    unreachedCommands: ran.over ? 0 : without,
    quotaCalls: stats.quota.used,
    /** POST, PUT and DELETE calls for each command that needs one. */
    quotaCallsPerCommand: stats.quota.used / linked,
    wastedQuotaCalls: stats.quota.used - linked,
    rateRefusals: stats.refused.rate,
    kills: ran.kills,
    /** From the first link to nine tenths of all. The commands of killed environments come later. */
    secondsToNineTenths: ran.secondsToNineTenths,
    linksPerSecond: reached / ran.secondsToNineTenths,
    workerCpuMillisecondsPerLink: (workerCpuSeconds * 1000) / linked,
  };
}

/** Runs a campaign through the worker of the campaign lane, from a queue that is full at the start. */
export async function runCampaign(
  pipeline: BenchPipeline,
  campaign: Campaign,
  limitSeconds: number,
): Promise<CampaignFigures> {
  const { admin } = pipeline.api;
  await pipeline.feedWorkers(false);
  await pipeline.send('campaign', messagesOf(campaign));
  const faults = faultsOf(campaign);
  if (faults.length > 0) await admin.addFaults(faults);
  await pipeline.feedWorkers(true);
  const ran = await follow(admin, campaign, limitSeconds, {
    kill: () => pipeline.cloud.environments().some(isBusy) && pipeline.cloud.killEnvironment() !== undefined,
    isOver: async () => (await pipeline.waiting('campaign')) === 0,
  });
  const worker = pipeline.functionOf('CampaignLinkWorker');
  return accountOf(admin, campaign, ran, pipeline.cpuSeconds().get(worker) ?? 0);
}

function isBusy({ environments }: { environments: readonly { busy: boolean }[] }): boolean {
  return environments.some(({ busy }) => busy);
}
