import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { App } from 'aws-cdk-lib';
import { config } from '../../examples/configuration.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';
import { addStage } from '../../lib/stacks/stages.ts';
import { runDirectoryVariable } from '../run/global-setup.ts';

/** The process that synthesises has crashed if it takes longer than this. */
const patienceMilliseconds = 50_000;

let own: Promise<string> | undefined;

/** Copies the synthesised app, with its bundles, into the folder. All test files of a run share one synthesis. */
export async function assemblyIn(directory: string): Promise<string> {
  const run = process.env[runDirectoryVariable];
  const shared = run === undefined ? undefined : await sharedIn(run);
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

/** The first process synthesises, and the others wait. @returns undefined if the first one has crashed */
async function sharedIn(run: string): Promise<string | undefined> {
  const done = join(run, 'assembly');
  try {
    await mkdir(join(run, 'assembly-begun'));
    await rename(await synthesise(), done);
    return done;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const deadline = performance.now() + patienceMilliseconds;
  while (performance.now() < deadline) {
    if (existsSync(done)) return done;
    await sleep(100);
  }
  return undefined;
}

/** @returns the folder of the synthesised production stage, which the caller removes */
export async function synthesise(configuration: Configuration = config, folder?: string): Promise<string> {
  const outdir = folder ?? (await mkdtemp(join(tmpdir(), 'onelink-test-app-')));
  const app = new App({ outdir, analyticsReporting: false });
  // As `npm start` does: the local cloud has an AWS account and region of its own.
  addStage(app, validateConfiguration(configuration), 'production', { anywhere: true });
  app.synth();
  return outdir;
}
