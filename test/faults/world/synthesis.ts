import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { config } from '../../../lib/config.ts';
import { validateConfiguration } from '../../../lib/config-validation.ts';
import { addStages } from '../../../lib/stages.ts';

let synthesised: Promise<string> | undefined;

/** A copy of the synthesised app, bundles included, in a folder of its own. Synthesised once, for all who ask. */
export async function assemblyIn(directory: string): Promise<string> {
  synthesised ??= synthesise();
  const assembly = join(directory, 'cdk.out');
  await cp(await synthesised, assembly, { recursive: true });
  return assembly;
}

async function synthesise(): Promise<string> {
  const outdir = await mkdtemp(join(tmpdir(), 'onelink-faults-app-'));
  const app = new App({ outdir, analyticsReporting: false });
  addStages(app, validateConfiguration(config), 'production');
  app.synth();
  return outdir;
}

/** Removes what was synthesised. */
export async function forgetAssembly(): Promise<void> {
  if (synthesised === undefined) return;
  await rm(await synthesised, { recursive: true, force: true });
  synthesised = undefined;
}
