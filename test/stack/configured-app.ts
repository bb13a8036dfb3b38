import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { config } from '../../examples/configuration.ts';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { validateConfiguration } from '../../lib/config/config-validation.ts';
import { PipelineStack } from '../../lib/stacks/pipeline-stack.ts';
import { addStage } from '../../lib/stacks/stages.ts';
import { StateStack } from '../../lib/stacks/state-stack.ts';

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/** An app with the feature flags of cdk.json. It bundles no code, and removes its output at exit. */
export function emptyApp(): App {
  const outdir = mkdtempSync(join(tmpdir(), 'onelink-stack-test-'));
  process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
  return new App({ outdir, analyticsReporting: false, context: { ...context, 'aws:cdk:bundling-stacks': [] } });
}

/** One stage of a configuration, by default the sample's production. */
export function configuredApp(configuration: Configuration = config, stage = 'production') {
  const app = emptyApp();
  addStage(app, validateConfiguration(configuration), stage);
  const children = app.node.children;
  const state = children.find((child) => child instanceof StateStack);
  const main = children.find((child) => child instanceof PipelineStack);
  if (!state || !main) throw new Error(`${stage} has no stacks`);
  return { app, state, main, template: Template.fromStack(main), stateTemplate: Template.fromStack(state) };
}
