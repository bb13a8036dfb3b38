import type { LambdaClient } from '@aws-sdk/client-lambda';
import { CallerIdentity } from '../../lambdas/adapters/caller-identity.ts';
import type { ActResult } from '../../lambdas/domain/acts/answer.ts';
import type { Execution } from '../../lambdas/domain/acts/execution.ts';
import type { AuditRecord } from '../../lambdas/domain/acts/record.ts';
import { stsUrl } from '../../lambdas/domain/acts/request.ts';
import { perform } from '../../lambdas/operations/perform.ts';
import type { Performers } from '../../lambdas/operations/performers.ts';
import type { DocumentPorts } from '../../lambdas/operations/ports.ts';
import { type Caller, sessionOf } from '../../local/cloud/access/caller.ts';
import { serveSts } from '../../local/cloud/services/sts.ts';

export const operationsArn = 'arn:aws:lambda:eu-west-1:111122223333:function:operations';

/** Where a record may fail to be written. */
export type AuditFault = 'bucket' | 'log';

interface Given {
  performers?: Partial<Performers>;
  now?: () => number;
  /** Callers by their access key. Their secret key is the same text. */
  callers?: Record<string, Caller>;
  /** Executions of SSM documents, by their ID. */
  executions?: Record<string, Execution>;
  /** Called before each call of the function. It may throw what Lambda throws. */
  beforeInvoke?: () => void;
}

export const anna = sessionOf('arn:aws:iam::111122223333:role/teams/operator', 'anna', []);

/**
 * The operations function, with the local cloud's STS and the audit in memory. Acts come in by `lambda`, as Lambda's client
 * sends them.
 */
export function actsWorld({
  performers = {},
  now = () => now0,
  callers = { anna },
  executions,
  beforeInvoke,
}: Given = {}) {
  const objects = new Map<string, string>();
  const lines: string[] = [];
  /** The phases of records that each place refuses. */
  const faults: Record<AuditFault, Set<AuditRecord['phase']>> = { bucket: new Set(), log: new Set() };
  const refuse = (place: AuditFault, json: string) => {
    if (faults[place].has(JSON.parse(json).phase)) throw new Error(`the ${place} is out of order`);
  };
  const metrics: Record<string, number> = {};
  /** Whether STS answers. */
  const sts = { isUp: true, asked: 0 };
  const answerOfSts: typeof fetch = async (url, init) => {
    sts.asked += 1;
    if (!sts.isUp) throw new TypeError('fetch failed');
    const headers = { ...(init?.headers as Record<string, string>), host: new URL(String(url)).host };
    const asked = { method: 'POST', path: '/', query: new URLSearchParams(), headers, body: String(init?.body) };
    const { status, body } = serveSts(asked, {
      region: 'eu-west-1',
      identityOf: (key) => (Object.hasOwn(callers, key) ? callers[key] : undefined),
      secretOf: (key) => key,
      now,
    });
    return new Response(body, { status });
  };
  /** Whether Systems Manager answers. */
  const ssm = { isUp: true };
  const documents: DocumentPorts | undefined = executions && {
    serviceName: 'OneLink-production',
    lanes: ['campaign', 'qr'],
    executions: {
      find: async (id) => {
        if (!ssm.isUp) throw new TypeError('fetch failed');
        return executions[id];
      },
    },
    letters: {
      deadLettersOf: async (url) => {
        if (!url.endsWith('/campaign')) throw new Error('AccessDenied');
        return `${url}-dead`;
      },
    },
  };
  let names = 0;
  const call = (event: unknown, alias: string | undefined, functionArn = operationsArn): Promise<ActResult> =>
    perform(
      event,
      { functionArn, alias },
      {
        bucket: {
          add: async (key, json) => {
            refuse('bucket', json);
            if (objects.has(key)) return false;
            objects.set(key, json);
            return true;
          },
        },
        log: {
          add: async (json) => {
            refuse('log', json);
            lines.push(json);
          },
        },
        identity: new CallerIdentity(stsUrl(functionArn, {}), answerOfSts),
        documents,
        performers: performers as Performers,
        observer: {
          count: (metric, by = 1) => {
            metrics[metric] = (metrics[metric] ?? 0) + by;
          },
          milliseconds: () => {},
          level: () => {},
          info: () => {},
          warn: () => {},
        },
        clock: { wallMilliseconds: now },
        unique: () => `unique-${++names}`,
      },
    );
  const calls: { alias: string | undefined; event: unknown }[] = [];
  const lambdaOf = (accessKeyId: string) =>
    ({
      config: { credentials: async () => ({ accessKeyId, secretAccessKey: accessKeyId }) },
      send: async ({ input }: { input: { Payload: string; Qualifier?: string } }) => {
        beforeInvoke?.();
        const event: unknown = JSON.parse(input.Payload);
        calls.push({ alias: input.Qualifier, event });
        return { Payload: Buffer.from(JSON.stringify(await call(event, input.Qualifier))) };
      },
    }) as unknown as LambdaClient;
  return {
    now,
    call,
    calls,
    faults,
    metrics,
    sts,
    ssm,
    lambdaOf,
    objects,
    /** The records, in the order of the log group. */
    logged: () => lines.map((line) => JSON.parse(line) as AuditRecord),
    /** The records, in the order of their keys. */
    kept: () => [...objects].sort().map(([, json]) => JSON.parse(json) as AuditRecord),
  };
}

const now0 = Date.parse('2026-11-28T10:00:00Z');

/** How a program reaches the function of a world, as the caller with this access key. */
export function accessTo(world: ReturnType<typeof actsWorld>, accessKeyId = 'anna') {
  return {
    lambda: world.lambdaOf(accessKeyId),
    functionName: 'operations',
    functionArn: operationsArn,
    interrupted: new AbortController().signal,
    now: world.now,
    // The world's STS is the one of its region, whatever the process's variables name.
    variables: {},
  };
}
