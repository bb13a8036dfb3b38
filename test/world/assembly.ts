import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { config } from '../../examples/configuration.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';
import { addStage } from '../../lib/stacks/stages.ts';
import { oncePerRun } from './once-per-run.ts';

let own: Promise<string> | undefined;

/** Copies the synthesised app, with its bundles, into the folder. All test files of a run share one synthesis. */
export async function assemblyIn(directory: string): Promise<string> {
  const shared = await oncePerRun('assembly', () => synthesise());
  if (shared === undefined) own ??= synthesise();
  const assembly = join(directory, 'cdk.out');
  await cp(shared ?? (await own) ?? '', assembly, { recursive: true });
  return assembly;
}

/** Removes the app that this process has synthesised for itself. */
export async function forgetAssembly(): Promise<void> {
  if (own === undefined) return;
  await rm(await own, { recursive: true, force: true });
  own = undefined;
}

/**
 * @param beside adds stacks of what exists already
 * @returns the folder of the synthesised production stage, which the caller removes
 */
export async function synthesise(
  configuration: Configuration = config,
  folder?: string,
  beside?: (app: App) => void,
): Promise<string> {
  const outdir = folder ?? (await mkdtemp(join(tmpdir(), 'onelink-test-app-')));
  const app = new App({ outdir, analyticsReporting: false });
  // As `npm start` does: the local cloud has an AWS account and region of its own. There, only what a test adds exists already.
  addStage(app, validateConfiguration(configuration), 'production', { anywhere: beside === undefined });
  beside?.(app);
  app.synth();
  return outdir;
}
