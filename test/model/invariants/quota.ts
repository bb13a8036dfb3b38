import { laneMetric } from '../../../lambdas/domain/work/names.ts';
import type { HeldLink } from '../../world/held-links.ts';
import type { Run } from '../steps/perform.ts';
import { excusedRequests } from './excused.ts';

/** One request makes one link at most, and calls that count against the quota are spent on work alone. */
export function quotaFaults(run: Run): string[] {
  const { pipeline, producers } = run;
  const excused = excusedRequests(run);
  const { oneLink, outcomes, environments, counts, swept } = pipeline;
  const faults: string[] = [];
  const { links } = oneLink;
  const commandsOf = Map.groupBy(producers.sent, ({ mark }) => mark);

  for (const [mark, writes] of Map.groupBy(oneLink.writes, (write) => write.mark ?? '')) {
    const commands = commandsOf.get(mark) ?? [];
    const [command] = commands;
    if (command === undefined || commands.length > 1) continue;
    const { request, action } = command;
    if (excused.has(request)) continue;
    const applied = writes.filter(({ meaning }) => meaning === 'ok');
    // A link that expired before its create could be answered may be made anew.
    const isOver = (key: string) => (links.get(key)?.expiresAt ?? Infinity) <= pipeline.nowSeconds;
    const hasExpired = writes.some(({ key }) => oneLink.purged.has(key) || swept.has(key) || isOver(key));
    if (hasExpired) continue;
    const isLiving = ({ data, expiresAt }: HeldLink) => data.af_sub1 === mark && expiresAt > pipeline.nowSeconds;
    const living = [...links].filter(([, held]) => isLiving(held)).map(([key]) => key);
    if (action === 'create' && living.length > 1) faults.push(`${request} has links at ${living.join(' and ')}`);
    // A link that was deleted before its create had its answer may be made anew, to go again or at another address.
    const isRemade = applied.some(({ key }) =>
      oneLink.writes.some((write) => write.operation === 'delete' && write.key === key),
    );
    if (applied.length > 1 && !(action === 'create' && isRemade)) {
      faults.push(`${request} was applied ${applied.length} times`);
    }
    for (const { environment, operation } of writes) {
      if (environments[environment]?.answeredBefore.has(request))
        faults.push(`${request} had its answer, yet was sent as ${operation}`);
    }
    if (![...producers.messages.values()].some((sent) => sent.mark === command.mark && sent.isValid))
      faults.push(`${request} is not valid, yet was sent`);
    for (const { messageId, outcome, reason } of outcomes) {
      if (producers.messages.get(messageId)?.mark !== mark) continue;
      // Whose link was over before the change could be answered, and its address another's, is told that it is no owner.
      const costsNothing = reason === 'not-owner' ? living.length > 0 : reason === 'request-id-reused';
      if (costsNothing && applied.length > 0) faults.push(`${request} is told ${outcome}, yet was applied`);
      // An update that was applied, and at once replaced by another's before it could be answered, leaves no trace.
      if (outcome === 'stale' && living.length > 0) {
        faults.push(`${request} is told stale, yet was applied`);
      }
      if (outcome === 'conflict' && living.some((key) => !swept.has(key)))
        faults.push(`${request} is told conflict, yet has a link`);
    }
  }
  const taken = oneLink.writes.filter(({ meaning }) => meaning === 'exists').length;
  const counted = counts.get(laneMetric.takenIdMet) ?? 0;
  if (counted > taken) faults.push(`${counted} taken IDs are counted, but ${taken} were met`);
  return faults;
}
