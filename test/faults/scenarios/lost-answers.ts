import { deriveLinkId } from '../../../lambdas/domain/link/link-id.ts';
import type { FaultInput } from '../../../local/onelink-api/faults.ts';
import { type Account, takeAccount } from '../agreement/account.ts';
import { markOf } from '../wire/api-writes.ts';
import type { TestCommand } from '../world/correspondence.ts';
import { type FaultyPipeline, faultyPipeline, linkIdSecret } from '../world/faulty-pipeline.ts';

const callTimeoutMilliseconds = 1_000;

type Kind = FaultInput extends infer Each
  ? Each extends FaultInput
    ? Omit<Each, 'operation' | 'shortlinkId'>
    : never
  : never;

/** Ways in which a call goes wrong. */
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
export const spoiledOperations = ['create', 'read', 'update', 'delete', 'qr'] as const;
export type SpoiledOperation = (typeof spoiledOperations)[number];

/** What one command met, and what came of it. */
export interface LostAnswer {
  spoiling: Spoiling;
  operation: SpoiledOperation;
  outcome: string;
  /** Links that the command's calls made. */
  linksMade: number;
  /** Quota that the command's calls used. */
  quotaCalls: number;
}

/** What must come of each, whatever its call met. */
export const expectedOfOperation: Readonly<Record<SpoiledOperation, Omit<LostAnswer, 'spoiling' | 'operation'>>> = {
  create: { outcome: 'created', linksMade: 1, quotaCalls: 1 },
  // A create under a chosen ID looks first.
  read: { outcome: 'created', linksMade: 1, quotaCalls: 1 },
  update: { outcome: 'updated', linksMade: 0, quotaCalls: 1 },
  delete: { outcome: 'deleted', linksMade: 0, quotaCalls: 1 },
  qr: { outcome: 'qr-ready', linksMade: 0, quotaCalls: 0 },
};

/** A write that the API carries out after its time-out, when a GET has found nothing and it was sent again, may count twice. */
const lateWrite: Spoiling = 'late answer, beyond the time-out';
const mayCountTwice: readonly SpoiledOperation[] = ['create', 'update'];

export function isAsExpected({ spoiling, operation, outcome, linksMade, quotaCalls }: LostAnswer): boolean {
  const expected = expectedOfOperation[operation];
  const twice = spoiling === lateWrite && mayCountTwice.includes(operation) && quotaCalls === expected.quotaCalls + 1;
  return (
    outcome === expected.outcome && linksMade === expected.linksMade && (twice || quotaCalls === expected.quotaCalls)
  );
}

/**
 * One command for each operation and each way in which its call can go wrong. A GET is spoiled where a create under a chosen
 * ID looks first. Calls go to the emulator directly, so that what is on the wire is what a fault put there.
 */
export async function lostAnswers(
  spoilings: readonly Spoiling[],
  seed: number,
  progress: (line: string) => void,
): Promise<{ account: Account; cells: LostAnswer[] }> {
  const startedAt = performance.now();
  const sizes = { batchSize: 1, concurrency: 4, timeoutSeconds: 20, visibilityTimeoutSeconds: 6 };
  const peace = { treat: () => ({}) };
  const pipeline = await faultyPipeline({ sizes, mischief: peace, proxyApi: false, callTimeoutMilliseconds });
  try {
    const cells: LostAnswer[] = [];
    for (const spoiling of spoilings) {
      // Creates apart from each other, so that the links made can be told apart.
      const together = spoiling === tokenRotated ? spoiledOperations.map((one) => [one]) : inTwo;
      for (const operations of together) cells.push(...(await spoil(spoiling, operations, pipeline)));
      progress(
        `${spoiling}: ${cells.filter((cell) => cell.spoiling === spoiling && isAsExpected(cell)).length} as expected`,
      );
    }
    const account = await takeAccount(pipeline, 'lost answers', seed, startedAt);
    const beyond = (operations: readonly SpoiledOperation[]) =>
      cells
        .filter(({ operation }) => operations.includes(operation))
        .reduce((sum, { operation, quotaCalls }) => sum + quotaCalls - expectedOfOperation[operation].quotaCalls, 0);
    // Seen by the emulator's own counts, since nothing stands between it and the workers here.
    const extraQuotaCalls = {
      ...account.extraQuotaCalls,
      takenIdMet: beyond(['create', 'read']),
      updateRepeated: beyond(['update']),
    };
    return { account: { ...account, extraQuotaCalls }, cells };
  } finally {
    await pipeline.stop();
  }
}

/** A refused token holds up all lanes until the governor has looked, which it does every minute. */
const patienceSeconds = 150;

const inTwo: SpoiledOperation[][] = [['create', 'update', 'delete', 'qr'], ['read']];

async function spoil(
  spoiling: Spoiling,
  operations: readonly SpoiledOperation[],
  pipeline: FaultyPipeline,
): Promise<LostAnswer[]> {
  const works = operations.map((operation) => workFor(spoiling, operation));
  const settle = async (commands: TestCommand[]) => {
    await pipeline.send(commands);
    if (!(await pipeline.correspondence.settled(patienceSeconds)))
      throw new Error(`${spoiling}: a command was never settled`);
  };
  if (spoiling === tokenRotated) {
    // An environment asks for the secret again only after half a minute; a new one that has its token is warm.
    await pipeline.startCold();
    await settle(works.flatMap(({ before }) => before));
    await pipeline.rotateToken(`token-for-${operations.join('-')}`);
  } else {
    await settle(works.flatMap(({ before }) => before));
    const fault = spoiledAnswers[spoiling];
    pipeline.api.addFaults(works.map(({ operation, shortlinkId }) => ({ ...fault, operation, shortlinkId })));
  }
  const { links, calls } = pipeline.api.stats();
  await settle(works.map(({ command }) => command));
  const now = pipeline.api.stats();
  const unplayed = pipeline.api.faults().length;
  if (unplayed > 0) throw new Error(`${spoiling}: ${unplayed} faults were not met`);
  const made = now.links.made - links.made;
  const taken = (now.calls.create?.['409'] ?? 0) - (calls.create?.['409'] ?? 0);
  const quota: Record<SpoiledOperation, number> = {
    create: made + taken,
    read: made + taken,
    update: now.links.updated - links.updated,
    delete: now.links.deleted - links.deleted,
    qr: 0,
  };
  return works.map(({ operation, command }) => {
    const told = pipeline.correspondence.requests().get(`${source}/${command.requestId}`)?.[0]?.answers[0];
    const creates = operation === 'create' || operation === 'read';
    return {
      spoiling,
      operation,
      outcome: [told?.outcome, told?.reason].filter(Boolean).join(' '),
      linksMade: creates ? made : 0,
      quotaCalls: quota[operation],
    };
  });
}

const [onelinkId, source] = ['A1b3', 'crm'];

function workFor(spoiling: Spoiling, operation: SpoiledOperation) {
  const requestId = `${operation}-${spoiling.replaceAll(/\W+/g, '-')}`;
  const chosen = `c-${requestId}`.slice(0, 50);
  const at = (second: number) => ({
    specVersion: '1.0' as const,
    source,
    onelinkId,
    requestedAt: `2026-03-01T10:00:0${second}Z`,
  });
  const linkId = `${requestId}-link`;
  const link: TestCommand = {
    ...at(0),
    requestId: linkId,
    action: 'create',
    shortlinkId: chosen,
    data: dataOf(linkId),
  };
  const create: TestCommand = { ...at(0), requestId, action: 'create', data: dataOf(requestId) };
  const derived = deriveLinkId(linkIdSecret, { onelinkId, source, requestId }, 12);
  const own = { ...at(1), requestId, shortlinkId: chosen };
  // Something to warm an environment with, where no link need be there before.
  const other: TestCommand = { ...create, requestId: linkId, data: dataOf(linkId) };
  switch (operation) {
    case 'create':
      return { operation, before: [other], command: create, shortlinkId: derived };
    case 'read':
      return { operation, before: [other], command: { ...create, shortlinkId: chosen }, shortlinkId: chosen };
    case 'update':
      return {
        operation,
        before: [link],
        command: { ...own, action: 'update', data: dataOf(requestId) },
        shortlinkId: chosen,
      } as const;
    case 'delete':
      return { operation, before: [link], command: { ...own, action: 'delete' }, shortlinkId: chosen } as const;
    case 'qr':
      return {
        operation,
        before: [link],
        command: { ...own, action: 'qr', qr: { format: 'png', size: 120 } },
        shortlinkId: chosen,
      } as const;
  }
}

function dataOf(requestId: string): Record<string, string> {
  return { pid: 'sms', c: 'spring', ...markOf(requestId) };
}
