import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleOptions } from '../../../lib/constructs/bundle.ts';
import { assemblyCopy, type Variant, variantPipeline } from './synthesis.ts';

/** Sizes of a lane's link worker that differ from those of `lib`. */
export interface LaneSizes {
  batchSize?: number;
  windowSeconds?: number;
  concurrency?: number;
  timeoutSeconds?: number;
  visibilityTimeoutSeconds?: number;
  maxReceiveCount?: number;
}

export interface StandIn {
  /** A module of `stand-ins/` with a `handler`, which replaces the campaign lane's link worker. */
  handler?: string;
  /** Values of the undefined names in its source. */
  defined?: Readonly<Record<string, string>>;
  sizes?: LaneSizes;
}

type Json = Record<string, unknown>;
interface Template {
  Resources: Record<string, { Type: string; Properties: Json }>;
}

/**
 * A copy of the synthesised app with another worker for the campaign lane. Queue, variables, memory and bundling are the same,
 * so only the code differs. Both lanes share the code's asset.
 */
export async function assemblyWith(variant: Variant, { handler, defined = {}, sizes }: StandIn): Promise<string> {
  const assembly = await assemblyCopy(variant);
  const file = join(assembly, `${variantPipeline(variant).stackName}.template.json`);
  const template = JSON.parse(await readFile(file, 'utf8')) as Template;
  if (handler !== undefined) {
    const { Properties } = resourceOf(template, 'CampaignLinkWorkerFunction');
    const { S3Key = '' } = Properties.Code as { S3Key?: string };
    const asset = join(assembly, `asset.${S3Key.replace(/\.zip$/, '')}`);
    await bundle(handler, asset, defined);
  }
  if (sizes !== undefined) resize(template, sizes);
  await writeFile(file, JSON.stringify(template));
  return assembly;
}

/** Replaces a job's `index.mjs`, with the same bundling. */
async function bundle(handler: string, outdir: string, defined: Readonly<Record<string, string>>): Promise<void> {
  const entry = fileURLToPath(new URL(`../stand-ins/${handler}`, import.meta.url));
  await build({
    ...bundleOptions,
    entryPoints: { index: entry },
    outdir,
    define: { ...defined },
  });
}

function resize(template: Template, sizes: LaneSizes): void {
  const worker = resourceOf(template, 'CampaignLinkWorkerFunction').Properties;
  const mapping = resourceOf(template, 'CampaignLinkWorkerMapping').Properties;
  const queue = resourceOf(template, 'CampaignCommandsQueue').Properties;
  if (sizes.concurrency !== undefined) {
    worker.ReservedConcurrentExecutions = sizes.concurrency;
    mapping.ScalingConfig = { MaximumConcurrency: sizes.concurrency };
  }
  if (sizes.timeoutSeconds !== undefined) worker.Timeout = sizes.timeoutSeconds;
  if (sizes.batchSize !== undefined) mapping.BatchSize = sizes.batchSize;
  if (sizes.windowSeconds !== undefined) mapping.MaximumBatchingWindowInSeconds = sizes.windowSeconds;
  if (sizes.visibilityTimeoutSeconds !== undefined) queue.VisibilityTimeout = sizes.visibilityTimeoutSeconds;
  if (sizes.maxReceiveCount !== undefined) {
    queue.RedrivePolicy = { ...(queue.RedrivePolicy as Json), maxReceiveCount: sizes.maxReceiveCount };
  }
}

function resourceOf(template: Template, part: string) {
  const found = Object.entries(template.Resources).find(([logicalId]) => logicalId.includes(part));
  if (found === undefined) throw new Error(`the template has no ${part}`);
  return found[1];
}
