import { linkIn } from '../wire/api-writes.ts';
import type { Treatment } from '../wire/proxy.ts';
import { nameOf, type WireRequest } from '../wire/wire-request.ts';
import type { Sender } from '../world/faulty-pipeline.ts';

/** The n-th request with a name in one invocation of a worker, and the side of it on which the worker is killed. */
export interface CrashPoint {
  worker: 'link worker' | 'QR worker';
  request: string;
  occurrence: number;
  kill: 'before' | 'after';
}

/** A crash that happens once, at its point. */
export interface PlannedCrash {
  point: CrashPoint;
  /** The command at whose work the crash happens. Undefined if the point comes before the worker's requests name a command. */
  requestId: string | undefined;
  done: boolean;
}

/** An invocation of a worker. */
class Invocation {
  readonly counts = new Map<string, number>();
  requestId: string | undefined;
  /** It has been killed. Its other requests in flight cause no second crash. */
  isDying = false;
}

/**
 * Kills workers at planned points, and records all requests. A batch holds one message. So the first request that names a
 * command or a link identifies the invocation.
 */
export class CrashPlan {
  readonly seen: (Omit<CrashPoint, 'kill'> & Pick<PlannedCrash, 'requestId'>)[] = [];
  #planned: PlannedCrash[] = [];
  readonly #invocations = new Map<string, Invocation>();
  readonly #requestOfLink = new Map<string, string>();

  plan(crashes: PlannedCrash[]): void {
    this.#planned = crashes;
  }

  treat(request: WireRequest, sender: Sender): Treatment {
    const worker = workerOf(sender.function);
    if (worker === undefined) return {};
    const invocation = this.#invocations.get(sender.invocation) ?? new Invocation();
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
    const link = linkIn(path);
    return link === undefined ? undefined : this.#requestOfLink.get(link);
  }

  /** Assigns the work on a link to a command, such as the QR code that a create requests. */
  linkIsOf(shortlinkId: string, requestId: string): void {
    this.#requestOfLink.set(shortlinkId, requestId);
  }
}

export function workerOf(functionName: string): CrashPoint['worker'] | undefined {
  if (functionName.includes('LinkWorker')) return 'link worker';
  return functionName.includes('QrWorker') ? 'QR worker' : undefined;
}
