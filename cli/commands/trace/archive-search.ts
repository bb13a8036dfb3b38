import type { ParkedLot } from '../../../lambdas/adapters/parked-store.ts';
import type { QuarantinedObject } from '../../../lambdas/adapters/quarantine-store.ts';
import type { ParkedCommand } from '../../../lambdas/domain/contract/parked-command.ts';
import { inspect } from '../quarantine/inspection.ts';
import type { Request } from './log-search.ts';

/** A lot has the time of its first command in its name, and takes more commands for a moment. Two minutes cover that and clock differences. */
const slackMilliseconds = 2 * 60_000;

/**
 * Searches the parked commands for a request, lot by lot.
 *
 * @param parkedAt when the request was parked by the logs, epoch milliseconds; if empty, the search reads every lot
 * @param onLot receives the number of lots read so far
 */
export async function searchParked(
  store: { lots(lane: string): AsyncIterable<ParkedLot>; read(lot: ParkedLot): Promise<{ commands: ParkedCommand[] }> },
  lanes: readonly string[],
  { source, requestId }: Request,
  { parkedAt, interrupted }: { parkedAt: readonly number[]; interrupted: AbortSignal },
  onLot: (lots: number) => void = () => {},
): Promise<ParkedCommand[]> {
  const found: ParkedCommand[] = [];
  let lots = 0;
  for (const lane of lanes) {
    for await (const lot of store.lots(lane)) {
      if (interrupted.aborted) return found;
      const near = parkedAt.some((at) => Math.abs(at - lot.parkedAtMilliseconds) <= slackMilliseconds);
      if (parkedAt.length > 0 && !near) continue;
      const { commands } = await store.read(lot);
      onLot(++lots);
      found.push(...commands.filter((command) => command.source === source && command.requestId === requestId));
    }
  }
  return found;
}

/** Searches the quarantine for a request, object by object. */
export async function searchQuarantine(
  store: { objects(): AsyncIterable<QuarantinedObject>; lines(key: string): Promise<string[] | undefined> },
  { source, requestId }: Request,
  interrupted: AbortSignal,
): Promise<QuarantinedObject[]> {
  const found: QuarantinedObject[] = [];
  for await (const object of store.objects()) {
    if (interrupted.aborted) return found;
    const lines = (await store.lines(object.key)) ?? [];
    const matches = lines.some((line) => {
      const asked = inspect(line, object.lane);
      return asked.source === source && asked.requestId === requestId;
    });
    if (matches) found.push(object);
  }
  return found;
}
