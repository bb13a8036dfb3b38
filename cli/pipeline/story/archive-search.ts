import type { HeldStore } from '../../../lambdas/adapters/held-store.ts';
import type { ParkedLot } from '../../../lambdas/adapters/parked-store.ts';
import type { QuarantinedObject } from '../../../lambdas/adapters/quarantine-store.ts';
import type { ParkedCommand } from '../../../lambdas/domain/contract/parked-command.ts';
import { inspect } from '../archive/inspection.ts';
import type { Request } from './log-search.ts';

/** A lot has the time of its first command in its name, and takes more commands for a moment. Two minutes cover that and clock differences. */
const slackMilliseconds = 2 * 60_000;

/** The commands of a parked or held lot. */
type Read = (lot: ParkedLot) => Promise<{ commands: ParkedCommand[] }>;

export interface LotSearch {
  /** When the request was parked or held by the logs, epoch milliseconds; if empty, the search reads every lot. */
  parkedAt: readonly number[];
  interrupted: AbortSignal;
  /** Receives the number of lots read so far. */
  onLot?: (lots: number) => void;
}

/** Searches the parked commands for a request, lot by lot. */
export function searchParked(
  store: { lots(lane: string): AsyncIterable<ParkedLot>; read: Read },
  lanes: readonly string[],
  request: Request,
  search: LotSearch,
): Promise<ParkedCommand[]> {
  const lots = lanes.map((lane) => store.lots(lane));
  return searchLots(lots, (lot) => store.read(lot), request, search);
}

/** Searches the held commands of the request's source, lot by lot. */
export async function searchHeld(
  store: Pick<HeldStore, 'senders' | 'lots' | 'read'>,
  request: Request,
  search: LotSearch,
): Promise<ParkedCommand[]> {
  const lots: AsyncIterable<ParkedLot>[] = [];
  for await (const held of store.senders()) if (held.source === request.source) lots.push(store.lots(held));
  return searchLots(lots, (lot) => store.read(lot), request, search);
}

async function searchLots(
  folders: readonly AsyncIterable<ParkedLot>[],
  read: Read,
  { source, requestId }: Request,
  { parkedAt, interrupted, onLot }: LotSearch,
): Promise<ParkedCommand[]> {
  const found: ParkedCommand[] = [];
  let lots = 0;
  for (const folder of folders) {
    for await (const lot of folder) {
      if (interrupted.aborted) return found;
      const near = parkedAt.some((at) => Math.abs(at - lot.parkedAtMilliseconds) <= slackMilliseconds);
      if (parkedAt.length > 0 && !near) continue;
      const { commands } = await read(lot);
      onLot?.(++lots);
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
