import { deriveLinkId } from '../../../lambdas/domain/link/link-id.ts';
import { type Dialect, dialectLimits } from '../../../lambdas/domain/onelink/dialect.ts';
import type { FaultInput } from '../../../local/onelink-api/faults.ts';
import { type Account, takeAccount } from '../agreement/account.ts';
import { dataOf } from '../wire/api-writes.ts';
import type { TestCommand } from '../world/correspondence.ts';
import { type FaultyPipeline, faultyPipeline, linkIdSecret } from '../world/faulty-pipeline.ts';
import { type OutsideLink, outsideLink } from './outside-link.ts';

const callTimeoutMilliseconds = 1_000;

type Kind = FaultInput extends infer Each
  ? Each extends FaultInput
    ? Omit<Each, 'operation' | 'shortlinkId'>
    : never
  : never;

/** Faults of a call. */
export const spoiledAnswers = {
  'reset, not applied': { kind: 'reset-before' },
  'reset, applied': { kind: 'reset-after' },
  'no answer, not applied': { kind: 'hang', when: 'before' },
  'no answer, applied': { kind: 'hang', when: 'after' },
  '500, not applied': { kind: 'status', status: 500 },
  '500, applied': { kind: 'error-after', status: 500 },
  '503, not applied': { kind: 'status', status: 503 },
  '503 three times': { kind: 'status', status: 503, times: 3 },
  '400 internal_error, not applied': { kind: 'status', status: 400, errorType: 'internal_error' },
  '400 internal_error, applied': { kind: 'error-after', status: 400, errorType: 'internal_error' },
  'broken off in the middle': { kind: 'truncated' },
  'not JSON': { kind: 'not-json' },
  'wrong content type': { kind: 'wrong-content-type' },
  'slow body': { kind: 'slow-body', milliseconds: 400 },
  'slow body, beyond the time-out': { kind: 'slow-body', milliseconds: 4_000 },
  'late answer, beyond the time-out': { kind: 'latency', milliseconds: 1_500, when: 'before' },
  '429 five times': { kind: 'status', status: 429, times: 5 },
  '401 once': { kind: 'status', status: 401 },
} as const satisfies Record<string, Kind>;

export const tokenRotated = 'token rotated';
export type Spoiling = keyof typeof spoiledAnswers | typeof tokenRotated;
export const spoiledOperations = ['create', 'read', 'update', 'delete', 'qr', 'adopt', 'migrate'] as const;
export type SpoiledOperation = (typeof spoiledOperations)[number];

/** The operations that a version of the API has. */
export function operationsOf(dialect: Dialect): SpoiledOperation[] {
  const { hasQr, migrates } = dialectLimits[dialect];
  return spoiledOperations.filter(
    (operation) => (hasQr || operation !== 'qr') && (migrates || operation !== 'migrate'),
  );
}

/** The call that is spoiled, where its name differs from the operation's. */
const spoiledCalls = { adopt: 'read', migrate: 'update' } as const;
const spoiledCallOf = (operation: SpoiledOperation) =>
  operation === 'adopt' || operation === 'migrate' ? spoiledCalls[operation] : operation;

/** The fault of one command's call, and the result. */
export interface LostAnswer {
  spoiling: Spoiling;
  operation: SpoiledOperation;
  outcome: string;
  /** Links that the command's calls made. */
  linksMade: number;
  /** Quota that the command's calls used. */
  quotaCalls: number;
}

/** The required result of each operation, whatever the fault of its call. */
export const expectedOfOperation: Readonly<Record<SpoiledOperation, Omit<LostAnswer, 'spoiling' | 'operation'>>> = {
  create: { outcome: 'created', linksMade: 1, quotaCalls: 1 },
  // A create under a chosen ID sends a GET first.
  read: { outcome: 'created', linksMade: 1, quotaCalls: 1 },
  update: { outcome: 'updated', linksMade: 0, quotaCalls: 1 },
  delete: { outcome: 'deleted', linksMade: 0, quotaCalls: 1 },
  qr: { outcome: 'qr-ready', linksMade: 0, quotaCalls: 0 },
  // Its one call is a GET.
  adopt: { outcome: 'adopted', linksMade: 0, quotaCalls: 0 },
  migrate: { outcome: 'migrated', linksMade: 0, quotaCalls: 1 },
};

/** May count twice: the API applies a write after the timeout, when a GET has found nothing and the worker has sent it again. */
const lateWrite: Spoiling = 'late answer, beyond the time-out';
const mayCountTwice: readonly SpoiledOperation[] = ['create', 'update', 'migrate'];

export function isAsExpected({ spoiling, operation, outcome, linksMade, quotaCalls }: LostAnswer): boolean {
  const expected = expectedOfOperation[operation];
  const twice = spoiling === lateWrite && mayCountTwice.includes(operation) && quotaCalls === expected.quotaCalls + 1;
  return (
    outcome === expected.outcome && linksMade === expected.linksMade && (twice || quotaCalls === expected.quotaCalls)
  );
}

/** With these operations at once, each link made, updated or deleted belongs to one of them. */
const together: readonly (readonly SpoiledOperation[])[] = [
  ['create', 'update', 'delete', 'qr'],
  ['read', 'adopt', 'migrate'],
];

/**
 * Sends one command for each operation and each fault of its call. The spoiled GET is the one that a create under a chosen ID
 * sends first, or an adopt. The spoiled PUT is an update's or a migrate's. Calls go to the emulator directly, so the connection carries exactly what the fault sends.
 */
export async function lostAnswers(
  spoilings: readonly Spoiling[],
  seed: number,
  progress: (line: string) => void,
  dialect: Dialect = 'v2.0',
): Promise<{ account: Account; cells: LostAnswer[] }> {
  const startedAt = performance.now();
  const sizes = { batchSize: 1, concurrency: 4, timeoutSeconds: 20, visibilityTimeoutSeconds: 6 };
  const peace = { treat: () => ({}) };
  const pipeline = await faultyPipeline({
    sizes,
    injector: peace,
    proxyApi: false,
    callTimeoutMilliseconds,
    dialect,
  });
  try {
    // Otherwise version 2.0 moves no link of version 1.0.
    pipeline.api.changeSettings({ crossVersion: 'newer' });
    const offered = operationsOf(dialect);
    const groups = together.map((operations) => operations.filter((one) => offered.includes(one)));
    const cells: LostAnswer[] = [];
    for (const spoiling of spoilings) {
      const inOrder = spoiling === tokenRotated ? offered.map((one) => [one]) : groups;
      for (const operations of inOrder) cells.push(...(await spoil(spoiling, operations, pipeline)));
      progress(
        `${spoiling}: ${cells.filter((cell) => cell.spoiling === spoiling && isAsExpected(cell)).length} as expected`,
      );
    }
    const account = await takeAccount(
      pipeline,
      dialect === 'v2.0' ? 'lost answers' : `lost answers, API ${dialect}`,
      seed,
      startedAt,
    );
    const beyond = (operations: readonly SpoiledOperation[]) =>
      cells
        .filter(({ operation }) => operations.includes(operation))
        .reduce((sum, { operation, quotaCalls }) => sum + quotaCalls - expectedOfOperation[operation].quotaCalls, 0);
    // From the emulator's counts, because there is no proxy between the emulator and the workers.
    const extraQuotaCalls = {
      ...account.extraQuotaCalls,
      takenIdMet: beyond(['create', 'read']),
      updateRepeated: beyond(['update', 'migrate']),
    };
    return { account: { ...account, extraQuotaCalls }, cells };
  } finally {
    await pipeline.stop();
  }
}

/** A refused token stops all lanes until the governor's next probe, which comes every minute. */
const patienceSeconds = 150;

async function spoil(
  spoiling: Spoiling,
  operations: readonly SpoiledOperation[],
  pipeline: FaultyPipeline,
): Promise<LostAnswer[]> {
  const works = operations.map((operation) => workFor(spoiling, operation, pipeline.dialect));
  const outside = works.flatMap((work) => work.outside ?? []);
  if (outside.length > 0) pipeline.api.preload(outside);
  const settle = async (commands: TestCommand[]) => {
    await pipeline.send(commands);
    if (!(await pipeline.correspondence.settled(patienceSeconds)))
      throw new Error(`${spoiling}: a command has no outcome`);
  };
  if (spoiling === tokenRotated) {
    // An environment reads the secret again only after half a minute. So new environments run commands with the old token first.
    await pipeline.startCold();
    await settle(works.map(({ before }) => before));
    await pipeline.rotateToken(`token-for-${operations.join('-')}`);
  } else {
    await settle(works.map(({ before }) => before));
    const fault = spoiledAnswers[spoiling];
    pipeline.api.addFaults(
      works.map(({ operation, shortlinkId }) => ({ ...fault, operation: spoiledCallOf(operation), shortlinkId })),
    );
  }
  const { links, calls, quota: before } = pipeline.api.stats();
  await settle(works.map(({ command }) => command));
  const now = pipeline.api.stats();
  const unplayed = pipeline.api.faults().length;
  if (unplayed > 0) throw new Error(`${spoiling}: ${unplayed} faults did not happen`);
  const made = now.links.made - links.made;
  const refused = `${pipeline.takenIdStatus}`;
  const taken = (now.calls.create?.[refused] ?? 0) - (calls.create?.[refused] ?? 0);
  const updated = now.links.updated - links.updated;
  const deleted = now.links.deleted - links.deleted;
  const unexplained = now.quota.used - before.used - made - taken - updated - deleted;
  const quota: Record<SpoiledOperation, number> = {
    create: made + taken,
    read: made + taken,
    update: updated,
    delete: deleted,
    qr: 0,
    adopt: unexplained,
    migrate: updated,
  };
  return works.map(({ operation, command }) => {
    const answer = pipeline.correspondence.requests().get(`${source}/${command.requestId}`)?.[0]?.answers[0];
    const creates = operation === 'create' || operation === 'read';
    return {
      spoiling,
      operation,
      outcome: [answer?.outcome, answer?.reason].filter(Boolean).join(' '),
      linksMade: creates ? made : 0,
      quotaCalls: quota[operation],
    };
  });
}

const [onelinkId, source] = ['A1b3', 'crm'];

interface Work {
  before: TestCommand;
  command: TestCommand;
  outside?: OutsideLink;
}

function workFor(spoiling: Spoiling, operation: SpoiledOperation, dialect: Dialect) {
  const requestId = `${operation}-${spoiling.replaceAll(/\W+/g, '-')}`;
  const chosen = `c-${requestId}`.slice(0, 50);
  const at = (second: number) => ({
    specVersion: '1.0' as const,
    source,
    onelinkId,
    requestedAt: `2026-03-01T10:00:0${second}Z`,
  });
  const linkId = `${requestId}-link`;
  const create: TestCommand = { ...at(0), requestId, action: 'create', data: dataOf(requestId) };
  const derived = deriveLinkId(linkIdSecret, { onelinkId, source, requestId }, 12);
  const own = { ...at(1), requestId, shortlinkId: chosen };
  // Warms an environment if the command needs no link before it.
  const other: TestCommand = { ...create, requestId: linkId, data: dataOf(linkId) };
  const link: TestCommand = { ...other, shortlinkId: chosen };
  const qr = { format: 'png', size: 120 } as const;
  const takeover = (action: 'adopt' | 'migrate'): Work => ({
    before: other,
    command: { ...own, action },
    outside: outsideLink({ action, ...own }, dialect),
  });
  const works: Record<SpoiledOperation, Work> = {
    create: { before: other, command: create },
    read: { before: other, command: { ...create, shortlinkId: chosen } },
    update: { before: link, command: { ...own, action: 'update', data: dataOf(requestId) } },
    delete: { before: link, command: { ...own, action: 'delete' } },
    qr: { before: link, command: { ...own, action: 'qr', qr } },
    adopt: takeover('adopt'),
    migrate: takeover('migrate'),
  };
  return { operation, ...works[operation], shortlinkId: operation === 'create' ? derived : chosen };
}
