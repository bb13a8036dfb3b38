import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminClient } from '../../../local/onelink-api/admin-client.ts';
import type { FaultInput } from '../../../local/onelink-api/faults.ts';
import type { BenchPipeline } from './bench-pipeline.ts';
import { creates } from './commands.ts';

/** One campaign of creates, and what befalls it. */
export interface Campaign {
  commands: number;
  /** So many of a hundred commands are sent twice. */
  duplicatesPercent?: number;
  /** How many messages later a copy is sent, in turns; 0: right behind. Default: 0 and 400. */
  copiesAfterMessages?: readonly number[];
  /** So many of a hundred POSTs have an answer that is lost or a 500, two thirds of them after the link was made. */
  ambiguousPercent?: number;
  /** An environment is killed, in its work, whenever so many links more have been made. */
  killEvery?: number;
  seed: number;
}

export interface CampaignFigures {
  commands: number;
  messages: number;
  /** Commands that have a link, however many. */
  linked: number;
  /** Links beyond one for each command. */
  duplicateLinks: number;
  /** Commands without a link, and nothing left that would make it. */
  lostCommands: number;
  /** Commands that were not reached in the time given. */
  unreachedCommands: number;
  quotaCalls: number;
  /** POST, PUT and DELETE for each command that needed one. */
  quotaCallsPerCommand: number;
  wastedQuotaCalls: number;
  rateRefusals: number;
  kills: number;
  /** From the first link to nine tenths of them: what a killed environment had in its hands comes later. */
  secondsToNineTenths: number;
  linksPerSecond: number;
  workerCpuMillisecondsPerLink: number;
}

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
    // The newest first: right behind is right behind.
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

/** How a campaign gets on, told by the emulator; kills as the campaign has it. */
export async function follow(
  admin: AdminClient,
  campaign: Campaign,
  limitSeconds: number,
  ports: { kill(): boolean; isOver(): Promise<boolean> },
): Promise<{ kills: number; over: boolean; secondsToNineTenths: number }> {
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

/** What a campaign came to, counted by the emulator alone. */
export async function accountOf(
  admin: AdminClient,
  campaign: Campaign,
  ran: { kills: number; over: boolean; secondsToNineTenths: number },
  workerCpuSeconds: number,
): Promise<CampaignFigures> {
  const [stats, links] = await Promise.all([admin.stats(), admin.links()]);
  const linked = new Set(links.map(({ payload }) => payload.af_sub1)).size;
  const without = campaign.commands - linked;
  const reached = Math.min(linked, campaign.commands * 0.9);
  return {
    commands: campaign.commands,
    messages: [...messagesOf(campaign)].length,
    linked,
    duplicateLinks: stats.links.made - linked,
    lostCommands: ran.over ? without : 0,
    unreachedCommands: ran.over ? 0 : without,
    quotaCalls: stats.quota.used,
    quotaCallsPerCommand: stats.quota.used / linked,
    wastedQuotaCalls: stats.quota.used - linked,
    rateRefusals: stats.refused.rate,
    kills: ran.kills,
    secondsToNineTenths: ran.secondsToNineTenths,
    linksPerSecond: reached / ran.secondsToNineTenths,
    workerCpuMillisecondsPerLink: (workerCpuSeconds * 1000) / linked,
  };
}

/** Runs a campaign through whatever serves the campaign lane, from a queue that is full at the start. */
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
  const worker = pipeline.functionOf('campaign', 'LinkWorker');
  return accountOf(admin, campaign, ran, pipeline.cpuSeconds().get(worker) ?? 0);
}

function isBusy({ environments }: { environments: readonly { busy: boolean }[] }): boolean {
  return environments.some(({ busy }) => busy);
}
