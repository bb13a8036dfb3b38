import type { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';
import { config } from '../../examples/configuration.ts';
import type { PipelineSettings } from '../../lib/config/config-schema.ts';
import { PipelineStack } from '../../lib/stacks/pipeline-stack.ts';
import { StateStack } from '../../lib/stacks/state-stack.ts';
import { configuredApp, emptyApp } from './configured-app.ts';

/** The sample configuration's production pipeline. */
export const { template } = configuredApp();

/** All resources of a type, by their logical IDs without the hash. */
export const named = (type: string, of: Template = template) =>
  Object.fromEntries(
    Object.entries(of.findResources(type)).map(([id, resource]) => [
      id.replace(/^Pipeline|[0-9A-F]{8}$/g, ''),
      resource,
    ]),
  );

export const settings = (): PipelineSettings =>
  structuredClone(config.stages.production?.pipelines[0] ?? expect.fail('no production pipeline'));

/** A pipeline with other settings, in a stack of its own. */
export function pipelineOf(changes: Partial<PipelineSettings>, app = emptyApp(), serviceName = 'Test-stage') {
  const state = new StateStack(app, `${serviceName}-State`, {
    settings: { ...settings(), ...changes },
    removalPolicy: 'destroy',
  });
  const account = config.accounts.acme ?? expect.fail('no account');
  const stage = config.stages.staging ?? expect.fail('no stage');
  return new PipelineStack(app, serviceName, {
    serviceName,
    settings: { ...settings(), ...changes },
    account,
    stage,
    state,
  });
}
