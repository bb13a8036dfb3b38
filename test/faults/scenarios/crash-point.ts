import type { Treatment } from '../wire/proxy.ts';
import { nameOf, type WireRequest } from '../wire/wire-request.ts';
import type { Sender } from '../world/faulty-pipeline.ts';

/** The n-th request of a name in one invocation of a worker, and the side of it on which the worker dies. */
export interface CrashPoint {
  worker: 'link worker' | 'QR worker';
  request: string;
  occurrence: number;
  kill: 'before' | 'after';
}

/** A crash that waits for its moment, once. */
export interface PlannedCrash {
  point: CrashPoint;
  /** The request it is meant for; undefined: the point lies before a worker's traffic tells whose work it is. */
  requestId: string | undefined;
  done: boolean;
}

export interface SeenRequest {
  worker: CrashPoint['worker'];
  request: string;
  occurrence: number;
  requestId: string | undefined;
}

interface Invocation {
  counts: Map<string, number>;
  requestId: string | undefined;
  /** It dies: what it has sent beside the request at which it is killed is no second crash. */
  isDying: boolean;
}

/**
 * Kills workers at planned points, and tells which requests passed. Batches hold one message, so that an invocation is known
 * by the first request that names its command or its link.
 */
export class CrashPlan {
  readonly seen: SeenRequest[] = [];
  #planned: PlannedCrash[] = [];
  readonly #invocations = new Map<string, Invocation>();
  readonly #requestOfLink = new Map<string, string>();

  plan(crashes: PlannedCrash[]): void {
    this.#planned = crashes;
  }

  treat(request: WireRequest, sender: Sender): Treatment {
    const worker = workerOf(sender.function);
    if (worker === undefined) return {};
    const invocation = this.#invocations.get(sender.invocation) ?? {
      counts: new Map(),
      requestId: undefined,
      isDying: false,
    };
    this.#invocations.set(sender.invocation, invocation);
    const name = nameOf(request);
    const occurrence = (invocation.counts.get(name) ?? 0) + 1;
    invocation.counts.set(name, occurrence);
    invocation.requestId ??= this.#requestIdOf(request);
    const { requestId } = invocation;
    this.seen.push({ worker, request: name, occurrence, requestId });
    if (invocation.isDying) return {};
    const crash = this.#planned.find(
      ({ done, point, requestId: meant }) =>
        !done &&
        meant === requestId &&
        point.worker === worker &&
        point.request === name &&
        point.occurrence === occurrence,
    );
    if (crash === undefined) return {};
    crash.done = true;
    invocation.isDying = true;
    return { kill: crash.point.kill };
  }

  #requestIdOf({ path, body }: WireRequest): string | undefined {
    const text = `${path} ${body.toString('latin1')}`;
    const named = /request#[\w.-]+\/([\w.-]+)/.exec(text)?.[1];
    if (named !== undefined) return named;
    const link = /\/shortlinks\/\w+\/([\w-]+)/.exec(path)?.[1];
    return link === undefined ? undefined : this.#requestOfLink.get(link);
  }

  /** Lets the work on a link be known as a request's, as with the code that a create asks for. */
  linkIsOf(shortlinkId: string, requestId: string): void {
    this.#requestOfLink.set(shortlinkId, requestId);
  }
}

export function workerOf(functionName: string): CrashPoint['worker'] | undefined {
  if (functionName.includes('LinkWorker')) return 'link worker';
  return functionName.includes('QrWorker') ? 'QR worker' : undefined;
}
