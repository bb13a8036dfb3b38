import type { ParkedLot } from '../../../lambdas/adapters/parked-store.ts';
import type { QuarantinedObject } from '../../../lambdas/adapters/quarantine-store.ts';
import type { ParkedCommand } from '../../../lambdas/domain/contract/parked-command.ts';
import { inspect } from '../quarantine/inspection.ts';
import type { Request } from './log-search.ts';

/** A lot is named after its first command, and takes in others for a moment; clocks differ by less than that. */
const slackMilliseconds = 2 * 60_000;

/**
 * Looks for a request among the parked commands, lot by lot.
 *
 * @param parkedAt when the logs say it was parked, epoch milliseconds; without any, every lot is read
 * @param onLot told of the lots that were read
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

/** Looks for a request among what could not be replayed, object by object. */
export async function searchQuarantine(
  store: { objects(): AsyncIterable<QuarantinedObject>; lines(key: string): Promise<string[] | undefined> },
  { source, requestId }: Request,
  interrupted: AbortSignal,
): Promise<QuarantinedObject[]> {
  const found: QuarantinedObject[] = [];
  for await (const object of store.objects()) {
    if (interrupted.aborted) return found;
    const lines = (await store.lines(object.key)) ?? [];
    const isMeant = lines.some((line) => {
      const asked = inspect(line, object.lane);
      return asked.source === source && asked.requestId === requestId;
    });
    if (isMeant) found.push(object);
  }
  return found;
}
