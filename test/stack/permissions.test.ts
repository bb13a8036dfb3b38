import { beforeAll, describe, expect, test } from 'vitest';
import { pascal } from '../../lib/constructs/lane.ts';
import { readAssembly, type Stack } from '../../local/cloud/assembly/read-assembly.ts';
import {
  callIn,
  deploymentOf,
  grantsIn,
  type RecordedCall,
  recordedCalls,
  refusedIn,
  wordsOf,
} from '../world/recorded-calls.ts';
import { configuredApp } from './configured-app.ts';
import { settings } from './shipped-pipeline.ts';
import { unusedGrants } from './unused-grants.ts';

const lanes = Object.keys(settings().lanes).map(pascal);
/** Every call that functions and services made in the stories. */
const made = [...new Set(Object.values(recordedCalls()).flat())].map(callIn);

let stacks: Stack[];
beforeAll(async () => {
  const { app } = configuredApp();
  stacks = await readAssembly(app.synth().directory);
});

/**
 * The words of the grants that no call needs. The record has the calls of functions and services. What producers may do is
 * exact in pipeline-stack.test.ts and http-api.test.ts.
 */
function unused(grants: readonly RecordedCall[]): string[] {
  const own = grants.filter(({ caller }) => !caller.startsWith('arn:') && caller !== '*');
  return own.filter((grant) => !made.some((call) => isFor(grant, call))).map(wordsOf);
}

const isFor = (grant: RecordedCall, { caller, action, resource }: RecordedCall) =>
  grant.caller === caller && grant.action === action && [resource, '*'].includes(grant.resource);

/** The stacks with one statement of one role changed. */
function withStatement(
  role: RegExp,
  change: (actions: string[]) => string[],
  of: (actions: string[]) => boolean,
): Stack[] {
  const changed = structuredClone(stacks.map(({ assets, ...stack }) => stack)).map((stack) => ({
    ...stack,
    assets: new Map(),
  }));
  let found = 0;
  for (const [id, { Properties }] of changed.flatMap(({ template }) => Object.entries(template.Resources))) {
    if (!role.test(id)) continue;
    const { Policies = [] } = Properties as {
      Policies?: { PolicyDocument: { Statement: { Action: string | string[] }[] } }[];
    };
    for (const statement of Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)) {
      const actions = [statement.Action].flat();
      if (!of(actions)) continue;
      statement.Action = change(actions);
      found += 1;
    }
  }
  expect(found).toBeGreaterThan(0);
  return changed;
}

describe('the permissions of the template', () => {
  test('permit every call that the stories made', async () => {
    expect(made.length).toBeGreaterThan(50);
    expect(await refusedIn(deploymentOf(stacks), lanes, made)).toEqual([]);
  });

  test('are used by the stories, each on each resource, except those with a reason', () => {
    expect(unused(grantsIn(deploymentOf(stacks), lanes)).toSorted()).toEqual(Object.keys(unusedGrants).toSorted());
  });

  test('name each action in full, so that each can be compared with the calls', () => {
    const wild = grantsIn(deploymentOf(stacks), lanes).filter(({ action }) => action.includes('*'));
    expect(wild).toEqual([]);
  });

  test('are missed if they are taken away: the call is refused', async () => {
    const without = withStatement(
      /LinkWorkerRole/,
      (actions) => actions.filter((action) => action !== 'dynamodb:UpdateItem'),
      (actions) => actions.includes('dynamodb:UpdateItem'),
    );
    expect(await refusedIn(deploymentOf(without), lanes, made)).toEqual([
      '{lane}LinkWorkerFunction dynamodb:UpdateItem Ledger',
    ]);
  });

  test('are noticed if they are added without a use', () => {
    const more = withStatement(
      /GovernorWorkerRole/,
      (actions) => [...actions, 'dynamodb:DeleteTable'],
      (actions) => actions.includes('dynamodb:PutItem'),
    );
    const known = Object.keys(unusedGrants);
    expect(unused(grantsIn(deploymentOf(more), lanes)).filter((words) => !known.includes(words))).toEqual([
      'GovernorWorkerFunction dynamodb:DeleteTable Ledger',
    ]);
  });
});
