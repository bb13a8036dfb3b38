import { laneMetric } from '../../../lambdas/domain/work/names.ts';
import type { HeldLink } from '../../world/held-links.ts';
import type { Run } from '../steps/perform.ts';
import { excusedRequests } from './excused.ts';
import { migrateBehind } from './takeovers.ts';

/** One request makes at most one link, and the pipeline spends quota only on requests that need it. */
export function quotaFaults(run: Run): string[] {
  const { pipeline, producers } = run;
  const excused = excusedRequests(run);
  const { oneLink, outcomes, environments, counts, swept } = pipeline;
  const faults: string[] = [];
  const { links } = oneLink;
  const commandsOf = Map.groupBy(producers.sent, ({ mark }) => mark);

  // A migrate without data of its own sends the link's, with the mark of an earlier command (takeovers.ts).
  const own = oneLink.writes.filter((write) => migrateBehind(write, run) === undefined);
  for (const [mark, writes] of Map.groupBy(own, (write) => write.mark ?? '')) {
    const commands = commandsOf.get(mark) ?? [];
    const [command] = commands;
    if (command === undefined || commands.length > 1) continue;
    const { request, action } = command;
    if (excused.has(request)) continue;
    const applied = writes.filter(({ meaning }) => meaning === 'ok');
    // If a link expires before its create has an outcome, the pipeline may make it again.
    const isOver = (key: string) => (links.get(key)?.expiresAt ?? Infinity) <= pipeline.nowSeconds;
    const hasExpired = writes.some(({ key }) => oneLink.purged.has(key) || swept.has(key) || isOver(key));
    if (hasExpired) continue;
    const isLiving = ({ data, expiresAt }: HeldLink) => data.af_sub1 === mark && expiresAt > pipeline.nowSeconds;
    const living = [...links].filter(([, held]) => isLiving(held)).map(([key]) => key);
    if (action === 'create' && living.length > 1) faults.push(`${request} has links at ${living.join(' and ')}`);
    // If a link is deleted before its create has an outcome, the pipeline may make it again, even at another address.
    const isRemade = applied.some(({ key }) =>
      oneLink.writes.some((write) => write.operation === 'delete' && write.key === key),
    );
    if (applied.length > 1 && !(action === 'create' && isRemade)) {
      faults.push(`${request} was applied ${applied.length} times`);
    }
    for (const { environment, operation } of writes) {
      if (environments[environment]?.answeredBefore.has(request))
        faults.push(`${request} had an outcome, but a worker sent ${operation}`);
    }
    if (![...producers.messages.values()].some((sent) => sent.mark === command.mark && sent.isValid))
      faults.push(`${request} is invalid, but a worker sent a call`);
    for (const { messageId, outcome, reason } of outcomes) {
      if (producers.messages.get(messageId)?.mark !== mark) continue;
      // A change ends as `not-owner` if its link ended before the change had an outcome and another link has its address.
      const costsNothing = reason === 'not-owner' ? living.length > 0 : reason === 'request-id-reused';
      if (costsNothing && applied.length > 0) faults.push(`${request} ended as ${outcome}, but the API applied it`);
      // If another update replaces an applied update before its outcome, no record shows that the API applied the first.
      if (outcome === 'stale' && living.length > 0) {
        faults.push(`${request} ended as stale, but the API applied it`);
      }
      if (outcome === 'conflict' && living.some((key) => !swept.has(key)))
        faults.push(`${request} ended as conflict, but has a link`);
    }
  }
  const taken = oneLink.writes.filter(({ meaning }) => meaning === 'exists').length;
  const counted = counts.get(laneMetric.takenIdMet) ?? 0;
  if (counted > taken) faults.push(`the workers counted ${counted} taken IDs, but the API refused ${taken}`);
  return faults;
}
