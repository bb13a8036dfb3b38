import { deriveLinkId } from '../../../lambdas/domain/link/link-id.ts';
import { type Dialect, dialectLimits } from '../../../lambdas/domain/onelink/dialect.ts';
import { type Account, takeAccount } from '../agreement/account.ts';
import { dataOf } from '../wire/api-writes.ts';
import type { TestCommand } from '../world/correspondence.ts';
import { type FaultyPipeline, faultyPipeline, linkIdSecret } from '../world/faulty-pipeline.ts';
import { CrashPlan, type CrashPoint, type PlannedCrash } from './crash-point.ts';
import { type OutsideLink, outsideLink } from './outside-link.ts';

export const crashActions = [
  'create, derived ID',
  'create, chosen ID',
  'create with QR code',
  'update',
  'delete',
  'qr',
  'adopt',
  'migrate',
] as const;
export type CrashAction = (typeof crashActions)[number];

const onelinkId = 'A1b3';
const source = 'crm';
/** How many commands may run without a fault, until one of them is delivered once. */
const mostProbes = 3;
const rounds = 4;

/** The result of a crash at one point. */
export interface CrashResult extends CrashPoint {
  action: CrashAction;
  /** The command's outcome. Undefined if the point comes before the worker's requests name a command. */
  outcome: string | undefined;
}

/**
 * Tests all crash points of an action. First a command runs without a fault, to show which requests its workers make. Then
 * one command runs for each side of each request, and its worker is killed there.
 */
export async function crashPoints(
  actions: readonly CrashAction[],
  seed: number,
  progress: (line: string) => void,
  dialect: Dialect = 'v2.0',
): Promise<{ accounts: Account[]; results: CrashResult[] }> {
  const accounts: Account[] = [];
  const results: CrashResult[] = [];
  for (const action of actions) {
    const startedAt = performance.now();
    const plan = new CrashPlan();
    const sizes = { batchSize: 1, concurrency: 4, timeoutSeconds: 20, visibilityTimeoutSeconds: 1 };
    const pipeline = await faultyPipeline({ sizes, injector: plan, proxyApi: true, dialect });
    try {
      // Otherwise version 2.0 moves no link of version 1.0.
      pipeline.api.changeSettings({ crossVersion: action === 'migrate' ? 'newer' : 'separate' });
      const found = await everyPoint(action, pipeline, plan);
      results.push(...found);
      accounts.push(
        await takeAccount(
          pipeline,
          `crash points: ${action}${dialect === 'v2.0' ? '' : `, API ${dialect}`}`,
          seed,
          startedAt,
        ),
      );
      progress(`${action}: ${found.length} crash points`);
    } finally {
      await pipeline.stop();
    }
  }
  return { accounts, results };
}

async function everyPoint(action: CrashAction, pipeline: FaultyPipeline, plan: CrashPlan): Promise<CrashResult[]> {
  const settled = async () => {
    if (!(await pipeline.correspondence.settled(60))) throw new Error(`${action}: a command has no outcome`);
  };
  let count = 0;
  /** Commands of the action. Their links exist, and the queues are empty. */
  const commands = async (many: number): Promise<TestCommand[]> => {
    const made = Array.from({ length: many }, () => commandsFor(action, ++count, pipeline.dialect));
    const outside = made.flatMap((one) => one.outside ?? []);
    if (outside.length > 0) pipeline.api.preload(outside);
    await pipeline.send(made.flatMap(({ before }) => before ?? []));
    await settled();
    // Or a message of these links would come back after the cold start, and its requests would count as the action's.
    await pipeline.idle();
    for (const { command, shortlinkId } of made) plan.linkIsOf(shortlinkId, command.requestId);
    return made.map(({ command }) => command);
  };

  const requestsOfOne = async () => {
    const probe = await commands(1);
    // With a cold start, because an environment reads its secrets only once.
    await pipeline.startCold();
    const from = plan.seen.length;
    await pipeline.send(probe);
    await settled();
    // A worker makes requests after its outcome, too.
    await pipeline.idle();
    return plan.seen.slice(from);
  };
  let seen = await requestsOfOne();
  // A redelivery makes requests that a first delivery does not make, and no later command would make them.
  for (let probes = 1; probes < mostProbes && isRedelivered(seen); probes++) seen = await requestsOfOne();
  const points = seen.flatMap(({ requestId, ...request }) =>
    (['before', 'after'] as const).map((kill) => ({ point: { ...request, kill }, known: requestId !== undefined })),
  );

  const planned: PlannedCrash[] = [];
  let open = points;
  for (let round = 1; round <= rounds && open.length > 0; round++) {
    const tried = await commands(open.length);
    const crashes = open.map(({ point, known }, index): PlannedCrash => {
      const requestId = known ? tried[index]?.requestId : undefined;
      return { point, requestId, done: false };
    });
    await pipeline.startCold();
    plan.plan(crashes);
    await pipeline.send(tried);
    await settled();
    plan.plan([]);
    planned.push(...crashes.filter(({ done }) => done));
    open = open.filter((_, index) => crashes[index]?.done !== true);
  }
  if (open.length > 0) {
    const names = open.map(({ point: { worker, request, kill } }) => `${worker} ${kill} ${request}`);
    throw new Error(`${action}: these crashes did not happen: ${names.join(', ')}`);
  }
  return planned.map(({ point, requestId }) => {
    const copies = pipeline.correspondence.requests().get(`${source}/${requestId}`) ?? [];
    const kinds = copies.flatMap(({ answers, codes }) => [
      ...new Set([...answers, ...codes].map((one) => one.outcome)),
    ]);
    return { action, ...point, outcome: requestId === undefined ? undefined : kinds.join(', ') };
  });
}

/** Whether a worker began twice: on a slow machine, a cold start outlasts the visibility time-out of one second. */
function isRedelivered(seen: CrashPlan['seen']): boolean {
  const known = seen.filter(({ requestId }) => requestId !== undefined);
  return known.some(({ worker, request }, index) => {
    const isFirst = known.findIndex((one) => one.worker === worker) === index;
    return isFirst && known.slice(index + 1).some((one) => one.worker === worker && one.request === request);
  });
}

/** The n-th command of an action. Before it, its link is made by a create, or outside of the pipeline. */
function commandsFor(
  action: CrashAction,
  count: number,
  dialect: Dialect,
): { command: TestCommand; before?: TestCommand; outside?: OutsideLink; shortlinkId: string } {
  const { hasQr } = dialectLimits[dialect];
  const name = action.replaceAll(/\W+/g, '-');
  const requestId = `${name}-${count}`;
  const chosen = `c-${name}-${count}`;
  const derived = deriveLinkId(linkIdSecret, { onelinkId, source, requestId }, 12);
  const qr = { format: 'png', size: 120 } as const;
  const create = { ...base(requestId, 0), action: 'create', data: dataOf(requestId) } as const;
  const later = { ...base(requestId, 60), shortlinkId: chosen };
  const before: TestCommand = {
    ...base(`${requestId}-link`, 0),
    action: 'create',
    shortlinkId: chosen,
    data: dataOf(`${requestId}-link`),
    // The delete must have an image to remove.
    ...(action === 'delete' && hasQr && { qr }),
  };
  switch (action) {
    case 'create, derived ID':
      return { command: create, shortlinkId: derived };
    case 'create, chosen ID':
      return { command: { ...create, shortlinkId: chosen }, shortlinkId: chosen };
    case 'create with QR code':
      return { command: { ...create, qr }, shortlinkId: derived };
    case 'update':
      return { before, command: { ...later, action, data: dataOf(requestId) }, shortlinkId: chosen };
    case 'delete':
      return { before, command: { ...later, action }, shortlinkId: chosen };
    case 'qr':
      return { before, command: { ...later, action, qr }, shortlinkId: chosen };
    case 'adopt':
    case 'migrate': {
      const outside = outsideLink({ action, onelinkId, shortlinkId: chosen, requestId }, dialect);
      return { outside, command: { ...later, action }, shortlinkId: chosen };
    }
  }
}

function base(requestId: string, laterSeconds: number) {
  const requestedAt = new Date(Date.parse('2026-03-01T10:00:00Z') + laterSeconds * 1000).toISOString();
  return { specVersion: '1.0', source, requestId, onelinkId, requestedAt } as const;
}
