import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfiguredPipeline } from '../../../cli/pipeline/configured-pipeline.ts';
import { config } from '../../../examples/configuration.ts';
import type {
  AccountSettings,
  Configuration,
  LandingZone,
  LaneSettings,
  PipelineSettings,
} from '../../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../../lib/config/config-validation.ts';
import { budgetOf } from '../../../lib/config/rate/budget.ts';
import { governorCallsPerSecond } from '../../../lib/config/rate/planned-calls.ts';
import { chosenPipeline } from '../../../local/start/chosen-pipeline.ts';
import { synthesise } from '../../world/assembly.ts';

/** The changes of a run to examples/configuration.ts. */
export interface Variant {
  account?: Partial<AccountSettings>;
  settings?: Partial<PipelineSettings>;
  landingZone?: LandingZone;
}

const stage = 'production';

/**
 * The sample without the HTTP API and without outcome queues, as lib/config/config.ts is shipped. The tables of cost are about it: no
 * command of theirs comes over HTTP, and nobody receives outcomes from a queue.
 */
export const sqsOnly: Variant = {
  settings: {
    producers: chosenPipeline(config, stage).settings.producers.map(
      ({ http, outcomeQueue, privateOutcomeQueue, ...producer }) => producer,
    ),
  },
};
const synthesised = new Map<string, Promise<string>>();
const copies: string[] = [];

/** The first pipeline of the production stage in examples/configuration.ts, with the variant's changes. */
export function variantPipeline(variant: Variant): ConfiguredPipeline {
  return chosenPipeline(configurationOf(variant), stage);
}

/**
 * examples/configuration.ts with another limit of calls per second. Some calls do not shrink with the limit: 25 QR
 * calls a second, two expiry calls, one read and one of the governor. The campaign lane gives up rate for them.
 *
 * @param shares other shares of each lane except the campaign lane, and of the QR codes
 */
export function variantAt(
  account: Partial<AccountSettings> & { callsPerSecond: number },
  shares: { others?: number; qr?: number } = {},
): Variant {
  const { settings, account: usual } = variantPipeline({});
  const reshaped = Object.entries(settings.lanes).map(([name, lane]): [string, LaneSettings] => {
    return [name, { ...lane, rateShare: shares.others ?? lane.rateShare }];
  });
  const { campaign, ...others } = Object.fromEntries(reshaped);
  const most = settings.lanes.campaign?.rateShare;
  if (campaign === undefined || most === undefined) throw new Error('examples/configuration.ts has no lane `campaign`');
  const budget = budgetOf({ ...usual, ...account });
  const qrRateShare = shares.qr ?? settings.qrRateShare;
  const qr = qrRateShare * budget.qrCallsPerSecond;
  // Two environments with one call each, and a margin for rounding.
  const expiryRateShare = Math.max(settings.expiryRateShare, 2.1 / budget.callsPerSecond);
  const readRateShare = Math.max(settings.readRateShare, 1.1 / budget.callsPerSecond);
  const lookups = expiryRateShare + readRateShare;
  const taken = Object.values(others).reduce((sum, lane) => sum + lane.rateShare, 0) + lookups;
  const room = Math.floor((1 - taken - (qr + governorCallsPerSecond) / budget.callsPerSecond) * 1_000) / 1_000;
  // If the others have smaller shares, the campaign lane gets all the rest.
  const rateShare = shares.others === undefined ? Math.min(most, room) : room;
  const lanes = { ...others, campaign: { ...campaign, rateShare } };
  return { account, settings: { lanes, qrRateShare, expiryRateShare, readRateShare } };
}

/** A variant whose campaign lane has so many calls a second, or its configured share if that is less. */
export function campaignAt(callsPerSecond: number): Variant {
  const { settings, account } = variantPipeline({});
  const { campaign, ...others } = settings.lanes;
  if (campaign === undefined) throw new Error('examples/configuration.ts has no lane `campaign`');
  const rateShare = Math.min(campaign.rateShare, callsPerSecond / (account.callsPerSecond * account.headroom));
  return { settings: { lanes: { ...others, campaign: { ...campaign, rateShare } } } };
}

/** The folder of the synthesised app, with its bundles. Each variant is synthesised once. */
export function assemblyOf(variant: Variant): Promise<string> {
  const key = JSON.stringify(variant);
  const known = synthesised.get(key) ?? synthesise(configurationOf(variant));
  synthesised.set(key, known);
  return known;
}

/** A copy of that folder, to change. */
export async function assemblyCopy(variant: Variant): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'onelink-bench-app-'));
  copies.push(directory);
  await cp(await assemblyOf(variant), directory, { recursive: true });
  return directory;
}

/** Removes the synthesised apps and their copies. */
export async function forgetAssemblies(): Promise<void> {
  const directories = [...(await Promise.all(synthesised.values())), ...copies];
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
}

/** The configuration of a variant. */
export function configurationOf({ account, settings, landingZone }: Variant): Configuration {
  const { [stage]: production, ...stages } = config.stages;
  const [pipeline] = production?.pipelines ?? [];
  if (production === undefined || pipeline === undefined)
    throw new Error(`examples/configuration.ts has no pipeline in ${stage}`);
  const usual = config.accounts[pipeline.account];
  if (usual === undefined) throw new Error(`examples/configuration.ts has no account ${pipeline.account}`);
  return validateConfiguration({
    accounts: { ...config.accounts, [pipeline.account]: { ...usual, ...account } },
    stages: {
      ...stages,
      [stage]: { ...production, ...(landingZone && { landingZone }), pipelines: [{ ...pipeline, ...settings }] },
    },
  });
}
