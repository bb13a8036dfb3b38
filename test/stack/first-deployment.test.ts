import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../lib/config/config-schema.ts';
import { isFirst, protectionWords } from '../../lib/stacks/chosen-stage.ts';
import { addStage } from '../../lib/stacks/stages.ts';
import { configuredApp, emptyApp } from './configured-app.ts';
import { inZone, strict } from './strict-stage.ts';

interface Resource {
  Type: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Properties?: Record<string, unknown>;
}

const synthesised = (configuration: Configuration, first: boolean) => {
  const app = emptyApp();
  addStage(app, configuration, 'production', { first });
  return app.synth().stacks.map((stack) => ({
    terminationProtection: stack.terminationProtection,
    resources: stack.template.Resources as Record<string, Resource>,
  }));
};

describe.each([
  ['a plain stage', inZone({})],
  ['a strict landing zone', strict],
])('the first deployment of %s', (_, configuration) => {
  const [first, next] = [synthesised(configuration, true), synthesised(configuration, false)];
  const resources = first.flatMap((stack) => Object.entries(stack.resources));

  test('leaves nothing behind if it is rolled back: what is kept is deleted with its creation', () => {
    const policies = resources.map(([, one]) => one.DeletionPolicy ?? 'Delete');
    expect(new Set(policies)).toEqual(new Set(['Delete', 'RetainExceptOnCreate']));
  });

  test('keeps each resource that a later deployment replaces or removes', () => {
    const odd = resources.filter(
      ([, one]) => (one.DeletionPolicy === 'RetainExceptOnCreate') !== (one.UpdateReplacePolicy === 'Retain'),
    );
    expect(odd).toEqual([]);
  });

  test('protects nothing, so that CloudFormation and the CDK can delete what failed', () => {
    expect(first.map(({ terminationProtection }) => terminationProtection)).toEqual([false, false]);
    const isProtecting = ([key, value]: [string, unknown]) => /Protection/.test(key) && value !== false;
    const open = resources.filter(([, { Properties = {} }]) => Object.entries(Properties).some(isProtecting));
    expect(open).toEqual([]);
  });

  test('differs from the next one by the protection alone', () => {
    const [state, pipeline] = next;
    const [firstState, firstPipeline] = first;
    expect([state?.terminationProtection, pipeline?.terminationProtection]).toEqual([true, true]);
    expect(state?.resources.Ledger?.Properties?.DeletionProtectionEnabled).toBe(true);
    expect(firstPipeline?.resources).toEqual(pipeline?.resources);
    const Ledger = { ...firstState?.resources.Ledger };
    Ledger.Properties = { ...Ledger.Properties, DeletionProtectionEnabled: true };
    expect({ ...firstState?.resources, Ledger }).toEqual(state?.resources);
  });
});

test('a stage that keeps nothing is never protected', () => {
  const { state, main } = configuredApp(undefined, 'staging');
  expect([state.terminationProtection, main.terminationProtection]).toEqual([false, false]);
});

test('another value of the context than true and false is refused: a typing error must not leave a stage unprotected', () => {
  expect([isFirst(undefined), isFirst('false'), isFirst('true')]).toEqual([false, false, true]);
  // The CDK drops `-c first`, so the app cannot refuse it, and prints what it does instead.
  expect(protectionWords(isFirst(undefined))).toMatch(/^Stacks and ledger will be protected .* -c first=true\.$/);
  expect(() => isFirst('')).toThrow('-c first: must be true, or left out');
  expect(() => isFirst('yes')).toThrow('-c first: must be true, or left out after the first deployment; got yes');
});
