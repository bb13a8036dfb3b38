import type { QuarantinedObject } from '../../../lambdas/adapters/quarantine-store.ts';
import { inspect } from '../quarantine/inspection.ts';
import type { Request } from './log-search.ts';

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
