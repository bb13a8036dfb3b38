import {
  paginateListStackResources,
  paginateListStacks,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { n } from '../../words/words.ts';
import { type Check, ok, warning } from '../doctor/check.ts';
import { kindOf, type Leftover } from './leftover-kinds.ts';
import type { Site, StackState } from './site.ts';
import { unlessUnanswered } from './unless-unanswered.ts';

const name = 'leftovers';

/**
 * What earlier stacks of these names have left behind. CloudFormation remembers a deleted stack for 90 days, and which resources it
 * kept. Names do not collide, because CloudFormation adds random characters. But what is left costs money, or holds data.
 */
export async function checkLeftovers(site: Site): Promise<Check[]> {
  const stacks = await site.stacks();
  const kept = await Promise.all([keptByDeleted(site, stacks), ...stacks.map((one) => keptByFailed(site, one))]);
  const found = await Promise.all(
    kept.flat().map(async ({ stack, resource }) => {
      const kind = kindOf(resource.ResourceType ?? '');
      const id = resource.PhysicalResourceId ?? '';
      if (kind === undefined || id === '') return [];
      return unlessUnanswered(name, kind.asked, async () => {
        const left = await kind.find(site, id);
        return left === undefined ? [] : [checkOf(stack, resource, left)];
      });
    }),
  );
  const checks = found.flat();
  return checks.length > 0 ? checks : [ok(name, 'none of earlier stacks of these names, in the last 90 days')];
}

interface Kept {
  stack: string;
  resource: StackResourceSummary;
}

async function keptByDeleted(
  { aws: { cloudFormation: client } }: Site,
  stacks: readonly StackState[],
): Promise<Kept[]> {
  const names = new Set(stacks.map((one) => one.name));
  const kept: Kept[] = [];
  for await (const { StackSummaries = [] } of paginateListStacks(
    { client },
    { StackStatusFilter: ['DELETE_COMPLETE'] },
  )) {
    for (const { StackName: stack = '', StackId } of StackSummaries) {
      if (names.has(stack) && StackId !== undefined) kept.push(...(await keptBy(client, stack, StackId)));
    }
  }
  return kept;
}

/** What a rolled-back creation kept is in the stack until the next deployment deletes the stack, and stays then. */
async function keptByFailed({ aws: { cloudFormation } }: Site, { name: stack, status }: StackState): Promise<Kept[]> {
  return status === 'ROLLBACK_COMPLETE' || status === 'ROLLBACK_FAILED' ? keptBy(cloudFormation, stack, stack) : [];
}

async function keptBy(client: Site['aws']['cloudFormation'], stack: string, StackName: string): Promise<Kept[]> {
  const kept: Kept[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
    for (const resource of StackResourceSummaries) {
      if (['DELETE_SKIPPED', 'DELETE_FAILED'].includes(resource.ResourceStatus ?? '')) kept.push({ stack, resource });
    }
  }
  return kept;
}

function checkOf(
  stack: string,
  { LogicalResourceId, ResourceType, PhysicalResourceId }: StackResourceSummary,
  left: Leftover,
) {
  const what = `${ResourceType} ${LogicalResourceId} of an earlier ${stack}: ${PhysicalResourceId}`;
  const held = left.holds === 0 || left.holds === undefined ? '' : `, which holds ${n(left.holds)} ${left.of}`;
  const careful = left.isState
    ? 'If that pipeline made links, keep it, and import it: docs/deploying.md, “Repeat a first deployment”. Otherwise delete it: '
    : 'If nobody needs it, delete it: ';
  return warning(name, `${what}${held}`, `${careful}${left.remove}`);
}
