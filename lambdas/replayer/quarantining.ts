import { outcomeOf } from '../domain/contract/outcome.ts';
import { askedInLine } from '../domain/contract/parked-command.ts';
import { replayerMetric } from './names.ts';
import type { ReplayerPorts } from './ports.ts';

/** Twice the workers' largest lot. A larger one would not fit into memory. */
export const maxLotBytes = 32 * 1024 * 1024;

/**
 * Keeps these lines of a lot, if there are any.
 *
 * @param publishes whether their producers get an outcome
 */
export async function keepInQuarantine(
  lane: string,
  lotKey: string,
  reason: 'unreadable' | 'refused',
  lines: string[],
  ports: ReplayerPorts,
  { publishes } = { publishes: true },
): Promise<void> {
  if (lines.length === 0) return;
  await ports.quarantine.keepLines(lane, lotKey, reason, lines);
  await reportQuarantined(lane, publishes ? lines : [], lines.length, ports);
}

/**
 * Publishes an outcome for each readable request in these lines, and counts those that are kept. The outcome is not final, because an operator may release the
 * command.
 */
export async function reportQuarantined(
  lane: string,
  lines: string[],
  kept: number,
  { outcomes, laneObserver, clock }: ReplayerPorts,
): Promise<void> {
  const observer = laneObserver(lane);
  const nowMilliseconds = clock.wallMilliseconds();
  const parkedOutcomes = lines.flatMap((line) => {
    const asked = askedInLine(line);
    if (asked === undefined) return [];
    const decision = { outcome: 'parked', reason: 'quarantined' } as const;
    return [outcomeOf(decision, asked, { lane, messageId: asked.messageId, nowMilliseconds })];
  });
  await Promise.all(parkedOutcomes.map((outcome) => outcomes.publish(outcome)));
  observer.count(replayerMetric.commandQuarantined, kept);
  observer.warn('parked commands went to quarantine', { lane, count: kept });
}
