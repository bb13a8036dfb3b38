import type { Command } from '../domain/contract/command.ts';
import type { Fault } from '../domain/contract/fault.ts';
import { laneMetric } from '../domain/work/names.ts';
import type { Observer } from '../domain/work/observer.ts';

/** Logs and counts a command that breaks policies which only warn. */
export function warnOfPolicy(
  { source, requestId }: Pick<Command, 'source' | 'requestId'>,
  warnings: Fault[],
  observer: Observer,
): void {
  if (warnings.length === 0) return;
  observer.count(laneMetric.policyWarned);
  observer.info('command breaks a policy that only warns', {
    source,
    requestId,
    rules: warnings.map(({ rule }) => rule),
  });
}
